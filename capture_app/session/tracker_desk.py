"""Connecting as a person: search, the head's place and a test run, for the windows and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from capture_app.session.display_area import area_of, match_display_area
from capture_app.session.head_position import head_position
from capture_app.session.health import nominal_hz
from capture_app.session.link import Link
from capture_app.session.live import LiveAnalysis
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.quality_run import QualityRun
from capture_app.session.settings import Settings
from capture_app.session.tracker_search import TrackerSearch
from capture_app.session.tracker_states import (
    ConnectedTracker,
    QualityRunState,
    SearchRequest,
    TrackerDeskState,
)
from capture_app.session.verdict import DEAD
from gaze_core.clocks import Clock

TEST_S: Final = 10.0

_RECORDING: Final = (
    "A recording is running. The tracker can be changed and tested when the recording has ended."
)
_NO_TRACKER: Final = "No tracker is connected. Connect one, then test it."
_LOST: Final = "The tracker was lost during the test. Connect it again, then test it."


class TrackerDesk:
    """Follows the session by `step`; `state` is what a page shows, made when it is asked for."""

    def __init__(self, clock: Clock, settings: Settings, facts: ScreenFacts) -> None:
        self._clock = clock
        self._settings = settings
        self._facts = facts
        self._search = TrackerSearch()
        self._run: QualityRun | None = None
        self._run_state = QualityRunState()
        self._link: Link | None = None
        self._live: LiveAnalysis | None = None
        self._options: dict[str, str] = {}
        self._is_recording = False

    def step(
        self,
        link: Link,
        live: LiveAnalysis,
        *,
        settings: Settings,
        facts: ScreenFacts,
        options: Mapping[str, str],
        is_recording: bool,
    ) -> None:
        """Take what is so now; called with each step of the session.

        Parameters
        ----------
        link, live
            What the acquisition process said, and the analysis the samples go through.
        settings, facts
            The study's settings and the reader's screen.
        options
            Those of the tracker asked for last.
        is_recording
            Whether a recording is open: nothing is searched or tested then.
        """
        self._link, self._live = link, live
        self._settings, self._facts = settings, facts
        self._is_recording = is_recording
        self._options = dict(options)
        self._search.step(link)
        if self._run is not None:
            self._follow_run(self._run, link, live)

    def search(self, requests: tuple[SearchRequest, ...]) -> None:
        """Search for trackers; the findings come into the state one by one."""
        self._refuse_while_recording()
        if self._link is not None and self._link.is_dead:
            raise SessionError(DEAD)
        self._search.begin(requests)

    def cancel_search(self) -> None:
        """End the search; what was found stays."""
        self._search.cancel()

    def begin_test(self, seconds: float = TEST_S) -> None:
        """Try the connected tracker for so many seconds."""
        self._refuse_while_recording()
        link, live = self._link, self._live
        if link is None or live is None or not _streams(link):
            raise SessionError(_NO_TRACKER)
        self._run = QualityRun(live, seconds, self._clock.now_ns(), nominal_hz(link.tracker))
        self._run_state = self._run.state()

    def cancel_test(self) -> None:
        """End the test without a result."""
        if self._run is not None:
            self._run, self._run_state = None, QualityRunState()

    @property
    def state(self) -> TrackerDeskState:
        """What a page shows now."""
        link, live = self._link, self._live
        connected = self._connected()
        if link is None or live is None:
            return TrackerDeskState(search=self._search.state)
        failure = link.failure
        is_refused = failure is not None and failure.request == "OpenTracker"
        head = None
        if connected is not None:
            now_ns = self._clock.now_ns()
            head = head_position(live.recent_gaze, link.user_position, now_ns, self._settings.distance_mm)
        return TrackerDeskState(
            search=self._search.state,
            connected=connected,
            is_connecting=link.is_opening,
            problem=DEAD if link.is_dead else failure.text if failure is not None and is_refused else "",
            blocked=_RECORDING if self._is_recording else "",
            area=match_display_area(connected.display_area_mm, self._facts) if connected else None,
            head=head,
            test=self._run_state,
        )

    def _follow_run(self, run: QualityRun, link: Link, live: LiveAnalysis) -> None:
        if self._is_recording:
            self._run, self._run_state = None, QualityRunState(problem=_RECORDING)
        elif not _streams(link):
            self._run, self._run_state = None, QualityRunState(problem=_LOST)
        elif run.step(live, self._clock.now_ns()):
            self._run, self._run_state = None, run.end(live.geometry, self._settings.eye)
        else:
            self._run_state = run.state()

    def _connected(self) -> ConnectedTracker | None:
        link = self._link
        if link is None or link.tracker is None or link.is_dead:
            return None
        info: Mapping[str, Any] = link.tracker.info
        return ConnectedTracker(
            driver=str(info.get("driver", "")),
            options=dict(self._options),
            model=str(info.get("model", "")),
            serial=str(info.get("serial", "")),
            firmware=str(info.get("firmware", "")),
            rate_hz=nominal_hz(link.tracker),
            rates_hz=tuple(link.tracker.rates_hz),
            mode=str(info.get("settings", {}).get("mode", "")),
            modes=tuple(link.tracker.modes),
            display_area_mm=area_of(info.get("display_area_mm")),
            is_simulated=bool(info.get("is_simulated")),
        )

    def _refuse_while_recording(self) -> None:
        if self._is_recording:
            raise SessionError(_RECORDING)


def _streams(link: Link) -> bool:
    return link.tracker is not None and not (link.is_dead or link.is_opening)
