"""Puts together the one frozen state that the windows render."""

from __future__ import annotations

from collections import deque
from typing import Final

from capture_app.session.analysis_feed import AnalysisFeed
from capture_app.session.dictation_lines import dictation_state
from capture_app.session.link import Link
from capture_app.session.overlay import trail_of
from capture_app.session.port import ScreenFacts
from capture_app.session.presentation import Presentation
from capture_app.session.recording import Phase, RecordingControl
from capture_app.session.settings import Settings
from capture_app.session.states import HeatmapState, LiveState, RecordingState, TrailPoint
from capture_app.session.study_desk.states import StudyDeskState
from capture_app.session.trace import TraceStrip
from capture_app.session.trials import TrialBook
from capture_app.session.verdict import disk_minutes, verdict_of
from gaze_core.clocks import Clock

MAX_NOTICES: Final = 5
NOTICE_NS: Final = 20_000_000_000
"""A sentence stays in view this long."""
GAZE_POINT_S: Final = 0.1
"""A sample older than this is no present gaze."""


class StateMaker:
    """Keeps what outlives a frame (sentences, the trace strip, frame counts) and makes the state."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._trace = TraceStrip()
        self._said: deque[tuple[int, str]] = deque(maxlen=MAX_NOTICES)
        self._frames_late = 0
        self._frames_dropped = 0

    def say(self, t_host_ns: int, text: str) -> None:
        """Show a sentence for a while."""
        self._said.append((t_host_ns, text))

    def add_event(self, t_host_ns: int, kind: str) -> None:
        """Mark a moment in the trace strip."""
        self._trace.add_event(t_host_ns, kind)

    def count_frames(self, frames_late: int) -> None:
        """Count a presented change and the refresh periods it came late."""
        if frames_late > 0:
            self._frames_late += 1
            self._frames_dropped += frames_late

    def make(
        self,
        *,
        settings: Settings,
        facts: ScreenFacts,
        link: Link,
        recording: RecordingControl,
        feed: AnalysisFeed,
        trials: TrialBook,
        presentation: Presentation,
        title: str,
        tracker_name: str,
        study: StudyDeskState | None = None,
        cover_masks: tuple[HeatmapState, ...] = (),
    ) -> LiveState:
        """Return the state of this moment."""
        now_ns = self._clock.now_ns()
        self._listen(link, now_ns)
        state = _recording_state(link, recording, trials)
        health = feed.health.health(link, feed.live, now_ns)
        trail = trail_of(feed.live, now_ns)
        left, right = feed.health.eye_points(now_ns)
        return LiveState(
            recording=state,
            elapsed_s=_elapsed_s(link, recording, now_ns),
            title=title,
            case_number=trials.case_index + 1,
            case_count=len(trials.cases),
            verdict=verdict_of(
                state=state,
                link=link,
                recording=recording,
                health=health,
                facts=facts,
                settings=settings,
                tracker_name=tracker_name,
            ),
            cases=trials.items,
            cases_version=trials.version,
            reader=presentation.state,
            screen_px=(facts.width_px, facts.height_px),
            gaze=_newest(trail),
            left_gaze=left,
            right_gaze=right,
            trail=trail,
            fixations=feed.marks.marks(presentation, feed.live, feed.newest_device_ns),
            heatmaps=feed.heatmaps(link, now_ns, is_wanted=settings.live_view.show_heatmap),
            cover_masks=cover_masks,
            health=health,
            trace=self._trace.trace(feed.live, now_ns),
            dictation=dictation_state(link, settings),
            study=study,
            tracker=_tracker_words(link),
            is_simulated=bool(link.tracker is not None and link.tracker.info.get("is_simulated")),
            file_name=recording.path.name if recording.path is not None else "",
            disk_minutes=disk_minutes(link),
            frames_late=self._frames_late,
            frames_dropped=self._frames_dropped,
            newest_arrival_host_ns=feed.newest_arrival_host_ns,
            notices=tuple(text for said_ns, text in self._said if now_ns - said_ns < NOTICE_NS),
        )

    def _listen(self, link: Link, now_ns: int) -> None:
        for sentence in link.take_sentences():
            self._said.append((now_ns, sentence.text))
            self._trace.add_event(sentence.t_host_ns or now_ns, sentence.kind)


def title_of(cases: str, reader: str) -> str:
    """Return the title of the operator's window: what is read, and by whom."""
    return f"{cases or 'no images'} · reader {reader}" if reader else cases or "no images"


def _newest(trail: tuple[TrailPoint, ...]) -> TrailPoint | None:
    return trail[-1] if trail and trail[-1].age_s < GAZE_POINT_S else None


def _recording_state(link: Link, recording: RecordingControl, trials: TrialBook) -> RecordingState:
    if recording.phase is Phase.FAILED:
        return RecordingState.FAILED
    if recording.is_stop_wanted or recording.phase in (Phase.ENDING, Phase.DRAINING, Phase.CLOSING):
        return RecordingState.CLOSING
    if recording.phase is Phase.RUNNING:
        return RecordingState.PAUSED if trials.is_paused else RecordingState.RECORDING
    return RecordingState.NO_TRACKER if link.tracker is None or link.is_dead else RecordingState.READY


def _elapsed_s(link: Link, recording: RecordingControl, now_ns: int) -> float:
    if link.started is None or not recording.is_busy:
        return 0.0
    return max(0.0, (now_ns - link.started.t_host_ns) / 1e9)


def _tracker_words(link: Link) -> str:
    if link.tracker is None:
        return "connecting" if link.is_opening else ""
    rate_hz = link.tracker.info.get("rate_hz")
    model = str(link.tracker.info.get("model", ""))
    return f"{model} · {rate_hz:g} Hz" if isinstance(rate_hz, (int, float)) and rate_hz == rate_hz else model
