"""Everything of a recording beside its samples, read at once: small, and each table may be damaged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.reading import AnswerValue, ReadingError, Shape
from capture_app.session.reading.answer_codec import PieceCollector
from capture_app.session.reading.state_builder import shape_of
from gaze_core.rows import NO_TIME, Rows, decode_text
from recordings_schema.errors import RecordingError
from recordings_schema.layout import LAYOUT_BY_KEY, DatasetKey
from recordings_schema.reader import Recording

_OPENED: Final = ("open", "resumed")
_LARGEST_ROWS: Final = 5_000_000  # of one table: what no session of a day reaches
TABLES: Final = (
    DatasetKey.IMAGES, DatasetKey.TRIALS, DatasetKey.VIEWPORT, DatasetKey.EVENTS, DatasetKey.MARKERS,
    DatasetKey.SCREENS, DatasetKey.ANSWERS, DatasetKey.SHAPES, DatasetKey.WORDS, DatasetKey.DRIFT,
    DatasetKey.TARGETS, DatasetKey.RUNS, DatasetKey.FIXATIONS, DatasetKey.VALIDATIONS,
    DatasetKey.JUDGEMENTS,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCase:
    """One trial."""

    number: int  # of the trial
    case_id: str
    first_ns: int
    end_ns: int
    state: str  # done, discarded, interrupted ... as it ended
    image_ids: tuple[int, ...]  # one per pane

    @property
    def duration_s(self) -> float:
        """Length, s."""
        return (self.end_ns - self.first_ns) * 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayScreen:
    """One screen of the protocol while it was shown."""

    name: str
    kind: str
    trial: int
    first_ns: int
    end_ns: int

    @property
    def words(self) -> str:
        """Its name and, where that says something else, its kind."""
        name, kind = self.name.replace("-", " "), self.kind.replace("_", " ")
        return name if name == kind else f"{name} ({kind})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened once, as the timeline marks it and the list of events names it."""

    t_ns: int
    kind: str  # event, viewport, answer, drift, marker
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """A word of the last version of a case's text."""

    text: str
    trial: int
    first_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTables:
    """The tables of a recording, folded for looking at them."""

    rows: Mapping[DatasetKey, Rows]
    problems: tuple[str, ...]  # a sentence for each table that cannot be read
    cases: tuple[ReplayCase, ...] = field(default=())
    screens: tuple[ReplayScreen, ...] = field(default=())
    moments: tuple[Moment, ...] = field(default=())
    words: tuple[SpokenWord, ...] = field(default=())

    def case_at(self, t_ns: int) -> ReplayCase | None:
        """Return the case that was open at a time, or the last that was."""
        begun = [case for case in self.cases if case.first_ns <= t_ns]
        return max(begun, key=lambda case: case.first_ns) if begun else None

    def opening_ns(self, case: ReplayCase) -> int:
        """Return when the first screen of a case was there; when it began where it has no screens."""
        own = (each.first_ns for each in self.screens if each.trial == case.number)
        return next((t_ns for t_ns in own if case.first_ns <= t_ns < case.end_ns), case.first_ns)

    def screen_at(self, t_ns: int) -> ReplayScreen | None:
        """Return the screen that was shown at a time; None without a study."""
        return next((each for each in reversed(self.screens) if each.first_ns <= t_ns < each.end_ns), None)

    def shapes_at(self, trial: int, t_ns: int) -> tuple[Shape, ...]:
        """Return the shapes of a trial as they were at a time."""
        rows = self.rows[DatasetKey.SHAPES]
        own = rows[(rows["trial"] == trial) & (rows["t_host_ns"] <= t_ns)]
        shapes: dict[int, Shape] = {}
        for row in own[np.argsort(own["t_host_ns"], kind="stable")]:
            number = int(row["shape"])
            shapes.pop(number, None)
            if decode_text(row["action"]) != "removed" and (shape := _shape(row)) is not None:
                shapes[number] = shape
        return tuple(shapes.values())

    def answers_at(self, trial: int, t_ns: int) -> dict[str, AnswerValue]:
        """Return the answers of a trial as they stood at a time, by name."""
        rows = self.rows[DatasetKey.ANSWERS]
        pieces = PieceCollector()
        answers: dict[str, AnswerValue] = {}
        for row in rows[(rows["trial"] == trial) & (rows["t_host_ns"] <= t_ns)]:
            try:
                whole = pieces.take(*(decode_text(row[name]) for name in ("screen", "name", "value")))
            except (ReadingError, ValueError):
                continue  # one that was cut off is no answer
            if whole is not None:
                answers[whole[0]] = whole[1]
        return answers


def read_tables(recording: Recording, end_ns: int) -> ReplayTables:
    """Return the tables of an open recording; what is still going on in it ends at `end_ns`."""
    rows: dict[DatasetKey, Rows] = {}
    problems = []
    for key in TABLES:
        row_type = LAYOUT_BY_KEY[key].row_type
        if row_type is None:
            continue
        try:
            rows[key] = recording.rows(key, 0, _LARGEST_ROWS)
        except RecordingError:
            rows[key] = row_type.empty(0)
            problems.append(f"The table {LAYOUT_BY_KEY[key].path} is damaged and is left out.")
    viewport = rows[DatasetKey.VIEWPORT]
    shown = viewport[viewport["t_presented_host_ns"] != NO_TIME]
    rows[DatasetKey.VIEWPORT] = shown[
        np.lexsort((np.arange(len(shown)), shown["t_asked_host_ns"], shown["t_presented_host_ns"]))
    ]
    cases = _cases(rows[DatasetKey.TRIALS], end_ns)
    return ReplayTables(
        rows=rows,
        problems=tuple(problems),
        cases=cases,
        screens=_screens(rows[DatasetKey.SCREENS], cases, end_ns),
        moments=_moments(rows),
        words=_words(rows[DatasetKey.WORDS]),
    )


def events_of_kind(fixations: Rows, kind: int) -> Rows:
    """Return the FIXATION rows of one kind of event in order of onset."""
    own = fixations[fixations["kind"] == kind]
    ordered: Rows = own[np.argsort(own["onset_host_ns"], kind="stable")]
    return ordered


def _cases(trials: Rows, end_ns: int) -> tuple[ReplayCase, ...]:
    trials = trials[np.argsort(trials["t_host_ns"], kind="stable")]
    cases = []
    for number in dict.fromkeys(trials["trial"].tolist()):
        own = trials[trials["trial"] == number]
        state = decode_text(own["state"][-1])
        is_open = state in (*_OPENED, "paused")
        begin_ns = int(own["t_host_ns"][0])
        stop_ns = max(end_ns, begin_ns) if is_open else int(own["t_host_ns"][-1])
        cases.append(
            ReplayCase(
                number=int(number), case_id=decode_text(own["case_id"][0]), first_ns=begin_ns,
                end_ns=stop_ns, state=state, image_ids=_shown_ids(own),
            )
        )  # fmt: skip
    return tuple(cases)


def _shown_ids(rows: Rows) -> tuple[int, ...]:
    """Return the images of a trial, one per pane, by its last row with any: of a study it ends empty."""
    named = (_ids(decode_text(text)) for text in reversed(rows["image_ids"]))
    return next((ids for ids in named if ids), ())


def _ids(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part.strip().isdigit())


def _screens(rows: Rows, cases: tuple[ReplayCase, ...], end_ns: int) -> tuple[ReplayScreen, ...]:
    """Return the screens; the last one of a case goes with it, before the next case shows its first."""
    case_ends = {case.number: case.end_ns for case in cases}
    rows = rows[rows["t_presented_host_ns"] != NO_TIME]
    rows = rows[np.argsort(rows["t_presented_host_ns"], kind="stable")]
    begins = rows["t_presented_host_ns"].tolist()
    ends = [*begins[1:], max(end_ns, begins[-1])] if begins else []
    return tuple(
        ReplayScreen(
            name=decode_text(row["screen"]), kind=decode_text(row["kind"]), trial=int(row["trial"]),
            first_ns=begin, end_ns=max(begin, min(end, case_ends.get(int(row["trial"]), end))),
        )
        for row, begin, end in zip(rows, begins, ends, strict=True)
    )  # fmt: skip


def _moments(rows: Mapping[DatasetKey, Rows]) -> tuple[Moment, ...]:
    moments = [
        Moment(t_ns=int(row["t_host_ns"]), kind="event", text=_event_text(row))
        for row in rows[DatasetKey.EVENTS]
    ]
    moments += [
        Moment(t_ns=int(row["t_host_ns"]), kind="marker", text=decode_text(row["text"]))
        for row in rows[DatasetKey.MARKERS]
    ]
    moments += [
        Moment(
            t_ns=int(row["t_presented_host_ns"]), kind="viewport",
            text=f"{decode_text(row['cause'])}, pane {int(row['pane']) + 1}",
        )
        for row in rows[DatasetKey.VIEWPORT]
    ]  # fmt: skip
    moments += [
        Moment(t_ns=int(row["t_host_ns"]), kind="answer", text=_answer_text(row))
        for row in rows[DatasetKey.ANSWERS]
    ]
    moments += [
        Moment(t_ns=int(row["t_host_ns"]), kind="drift", text=_drift_text(row))
        for row in rows[DatasetKey.DRIFT]
    ]
    moments += [
        Moment(
            t_ns=int(row["t_ended_host_ns"]), kind="drift",
            text=f"validation, {decode_text(row['eye'])} {float(row['offset_deg']):.2f} deg",
        )
        for row in rows[DatasetKey.VALIDATIONS]
        if row["target_id"] == -1
    ]  # fmt: skip
    return tuple(sorted((each for each in moments if each.t_ns != NO_TIME), key=lambda each: each.t_ns))


def _event_text(row: np.void) -> str:
    kind, text = decode_text(row["kind"]).replace("_", " "), decode_text(row["text"])
    return f"{kind}: {text}" if text and not text.startswith("{") else kind


def _answer_text(row: np.void) -> str:
    value = decode_text(row["value"])
    try:
        shown = json.loads(value)
    except ValueError:
        shown = value  # a part of a long answer
    return f"{decode_text(row['name'])}: {shown}"[:80]


def _drift_text(row: np.void) -> str:
    offset = float(np.hypot(row["azimuth_offset_deg"], row["elevation_offset_deg"]))
    return f"drift check, {offset:.2f} deg" if np.isfinite(offset) else "drift check, no stable gaze"


def _words(rows: Rows) -> tuple[SpokenWord, ...]:
    words = []
    for trial in np.unique(rows["trial"]):
        own = rows[rows["trial"] == trial]
        own = own[own["version"] == own["version"].max()]
        words += [
            SpokenWord(
                text=decode_text(row["text"]), trial=int(trial), first_ns=int(row["t_onset_host_ns"]),
                end_ns=int(row["t_offset_host_ns"]),
            )
            for row in own[np.argsort(own["index"], kind="stable")]
            if row["t_onset_host_ns"] != NO_TIME
        ]  # fmt: skip
    return tuple(sorted(words, key=lambda word: word.first_ns))


def _shape(row: np.void) -> Shape | None:
    try:
        return shape_of(row)
    except ValueError:
        return None  # of a kind that this program does not know


def onsets(rows: Rows) -> npt.NDArray[np.int64]:
    """Return the beginnings of events on the host clock."""
    begins: npt.NDArray[np.int64] = rows["onset_host_ns"]
    return begins
