"""Searches for trackers when the app asks, in a thread of its own: a search may take seconds, or never end.

The trackers that answer are told to the app; one that streams goes on meanwhile.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from capture_app.acquisition import messages as m
from capture_app.acquisition.services import ServiceParts
from drivers.contract import DriverError, ViewingSetup
from drivers.host.json_forms import found_from_json, found_to_json
from drivers.host.option import interpreter_of
from drivers.registry import DriverRequest, DriverSpec, FoundTracker, find_driver, probe_driver
from gaze_core.streams import TrackerInfo

SEARCH_TIMEOUT_NS: Final = 20_000_000_000

_ANY_SCREEN: Final = ViewingSetup(
    width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0, distance_mm=650.0
)
"""A search looks for trackers, not at a screen; drivers are handed one all the same."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """How a search ended."""

    number: int  # of the search
    trackers: tuple[dict[str, Any], ...] = ()  # JSON of `drivers.registry.FoundTracker`
    problem: str = ""


class FindService:
    """Answers `FindTrackers`, one search at a time.

    Parameters
    ----------
    parts
        Clock and way to the app.
    find_spec
        Returns the driver of a name; called in the thread of the search.
    """

    handles: tuple[type[m.Message], ...] = (m.FindTrackers,)
    tap = None

    def __init__(self, parts: ServiceParts, find_spec: Callable[[str], DriverSpec] = find_driver) -> None:
        self._parts = parts
        self._find_spec = find_spec
        self._outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._number = 0
        self._driver = ""  # of the search that is waited for, "" where none is
        self._since_ns = 0
        self._hanging: dict[int, str] = {}  # drivers of searches that were given up and have not ended

    def handle(self, message: m.Message) -> None:
        """Begin a search, or say why not."""
        if not isinstance(message, m.FindTrackers):
            return
        self._take_outcomes()
        if self._parts.recorder.is_recording:
            problem = (
                "A recording is running, which a search could disturb. Stop the recording, then search again."
            )
            self._answer(message.driver, problem=problem)
        elif self._driver:
            problem = (
                f"The search for {self._driver} trackers is still going on. "
                "Wait until it has ended, then search again."
            )
            self._answer(message.driver, problem=problem)
        elif message.driver in self._hanging.values():
            problem = (
                f"An earlier search for {message.driver} trackers has not come back. "
                "Restart the program, and the tracker if that does not help."
            )
            self._answer(message.driver, problem=problem)
        else:
            self._begin(message)

    def tracker_changed(self, info: TrackerInfo | None) -> None:
        """Nothing follows from it: a search looks for what is there, whatever streams."""

    def step(self) -> None:
        """Tell the app what was found; give up a search that takes too long."""
        self._take_outcomes()
        if self._driver and self._parts.clock.now_ns() - self._since_ns > SEARCH_TIMEOUT_NS:
            driver, self._driver = self._driver, ""
            self._hanging[self._number] = driver
            problem = (
                f"The search for {driver} trackers did not end within {SEARCH_TIMEOUT_NS * 1e-9:.0f} s. "
                "Check that the tracker is switched on and connected, restart it, then search again."
            )
            self._answer(driver, problem=problem)

    def close(self) -> None:
        """Let go: the thread of a search that still runs ends with the process."""
        self._driver = ""

    def _begin(self, message: m.FindTrackers) -> None:
        self._number += 1
        self._driver, self._since_ns = message.driver, self._parts.clock.now_ns()
        # A daemon: the software of a tracker that hangs must not keep the process from ending.
        threading.Thread(
            target=self._search,
            args=(self._number, message.driver, dict(message.options)),
            name=f"search {message.driver}",
            daemon=True,
        ).start()

    def _search(self, number: int, driver: str, options: dict[str, str]) -> None:
        """Search; the body of the thread."""
        try:
            trackers, problem = tuple(_checked_json(each) for each in self._found(driver, options)), ""
        except DriverError as err:
            trackers, problem = (), str(err)
        except Exception:  # noqa: BLE001  # the top of the thread: logged here, told to the person
            _log.exception("The search for %s trackers failed", driver)
            trackers = ()
            problem = (
                f"The search for {driver} trackers failed by a mistake of its driver; the log has the "
                "details. Update the package that brings the driver."
            )
        self._outcomes.put(_Outcome(number=number, trackers=trackers, problem=problem))

    def _found(self, driver: str, options: dict[str, str]) -> tuple[FoundTracker, ...]:
        spec = self._find_spec(driver)
        # Another interpreter judges for itself: what this one lacks does not matter there.
        is_hosted = spec.can_be_hosted and bool(interpreter_of(options))
        availability = probe_driver(spec)
        if not availability.is_usable and not is_hosted:
            raise DriverError(f"{availability.reason} {availability.remedy}".strip())
        if spec.find is None:
            raise DriverError(
                f"The {driver} driver has nothing to search for; choose it in the settings with its options."
            )
        return spec.find(DriverRequest(options=options, setup=_ANY_SCREEN, clock=self._parts.clock))

    def _take_outcomes(self) -> None:
        while not self._outcomes.empty():
            outcome = self._outcomes.get()
            self._hanging.pop(outcome.number, None)
            if outcome.number == self._number and self._driver:
                driver, self._driver = self._driver, ""
                self._answer(driver, outcome.trackers, outcome.problem)

    def _answer(self, driver: str, trackers: tuple[dict[str, Any], ...] = (), problem: str = "") -> None:
        self._parts.send(m.TrackersFound(driver=driver, trackers=list(trackers), problem=problem))


def _checked_json(found: FoundTracker) -> dict[str, Any]:
    """Return the JSON form of a found tracker; what a driver of another maker returns may be anything."""
    form: dict[str, Any] = json.loads(json.dumps(found_to_json(found)))
    found_from_json(form)
    return form
