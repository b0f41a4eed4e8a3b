"""A search over several drivers: one after the other, each answered with trackers or with a reason."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from capture_app.acquisition.messages import TrackersFound
from capture_app.session.link import Link
from capture_app.session.port import TrackerChoice
from capture_app.session.settings import Settings
from capture_app.session.tracker_states import DriverFindings, SearchRequest, SearchState
from drivers.host.json_forms import found_from_json
from drivers.host.option import interpreter_of
from drivers.registry import FoundTracker

_ENDED: Final = (
    "The process that reads the tracker ended during the search. Connect the tracker again, then search."
)


class TrackerSearch:
    """Keeps what was found until the next search."""

    def __init__(self) -> None:
        self._findings: dict[str, DriverFindings] = {}
        self._waiting: deque[SearchRequest] = deque()
        self._asked = ""  # the driver whose answer is awaited
        self._unwanted: list[str] = []  # drivers whose answers come after the search was cancelled

    @property
    def is_running(self) -> bool:
        """Whether answers are awaited."""
        return bool(self._asked or self._waiting)

    @property
    def state(self) -> SearchState:
        """What is known now."""
        return SearchState(is_running=self.is_running, findings=tuple(self._findings.values()))

    def begin(self, requests: Iterable[SearchRequest]) -> None:
        """Search anew; one that runs is cancelled."""
        self.cancel()
        self._findings = {}
        for request in requests:
            self._findings[request.driver] = DriverFindings(
                driver=request.driver,
                title=request.title,
                is_done=bool(request.problem),
                problem=request.problem,
            )
            if not request.problem:
                self._waiting.append(request)

    def cancel(self) -> None:
        """Wait for no further answer; what was found stays."""
        if self._asked:
            self._unwanted.append(self._asked)
        open_drivers = [self._asked, *(request.driver for request in self._waiting)]
        self._asked = ""
        self._waiting.clear()
        for driver in open_drivers:
            self._findings.pop(driver, None)

    def step(self, link: Link) -> None:
        """Take the answers that came and ask the next question; one at a time, as they are answered."""
        for answer in link.take_found():
            self._take(answer)
        if link.is_dead:
            self._unwanted.clear()
            for driver in filter(None, [self._asked, *(request.driver for request in self._waiting)]):
                self._end(driver, _ENDED)
            self._asked = ""
            self._waiting.clear()
        if self._waiting and not self._asked and not self._unwanted:
            request = self._waiting.popleft()
            self._asked = request.driver
            link.find_trackers(request.driver, request.options)

    def _take(self, answer: TrackersFound) -> None:
        if answer.driver in self._unwanted:
            self._unwanted.remove(answer.driver)
        elif answer.driver == self._asked:
            self._asked = ""
            trackers = tuple(found_from_json(each) for each in answer.trackers)
            self._end(answer.driver, answer.problem, trackers)

    def _end(self, driver: str, problem: str, trackers: tuple[FoundTracker, ...] = ()) -> None:
        self._findings[driver] = replace(
            self._findings[driver], is_done=True, trackers=trackers, problem=problem
        )


def search_requests(
    choices: Iterable[TrackerChoice], settings: Settings, driver: str = ""
) -> tuple[SearchRequest, ...]:
    """Return what to search for: real trackers first, then simulated ones.

    Parameters
    ----------
    choices
        The drivers known.
    settings
        The driver chosen there is searched with its options.
    driver
        Search for the trackers of this driver alone; "" for all.
    """
    requests = []
    for choice in sorted(choices, key=lambda each: each.is_simulated):
        options = dict(settings.tracker_options) if choice.name == settings.tracker else {}
        problem = problem_with(choice, options)
        if (not driver or choice.name == driver) and (choice.can_search or problem):
            requests.append(
                SearchRequest(driver=choice.name, title=choice.title, options=options, problem=problem)
            )
    return tuple(requests)


def problem_with(choice: TrackerChoice, options: Mapping[str, str]) -> str:
    """Return why a driver cannot be used with these options and what to do; "" where it may be.

    Where the options name another interpreter, only that one can tell: it is asked when it is used.
    """
    is_hosted = choice.can_be_hosted and bool(interpreter_of(options))
    return "" if choice.is_usable or is_hosted else choice.reason
