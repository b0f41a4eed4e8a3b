"""The exclusion flow: readings planned, read, excluded by reason, analysed; as counts and as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from capture_app.session.measures.recording_measures import MeasuredRecording
from capture_app.session.measures.tables import Record
from capture_app.session.report.html import Html, element, joined
from capture_app.session.report.style import INK, LINE, PALE, SOFT_INK
from capture_app.session.study import OpenedStudy, StudyError, plan_for

ALL_READERS: Final = "all"
_WIDTH: Final = 920
_BOX: Final = 360
_LINE_HEIGHT: Final = 20
_GAP: Final = 34
_LETTERS: Final = 62  # of a line of a box at the side


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionFlow:
    """Readings of one reader, or of all."""

    reader: str
    planned: int | None  # by the study; None without one
    practice: int
    opened: int  # without practice
    excluded: dict[str, int]  # by reason
    analysed: int

    @property
    def not_read(self) -> int | None:
        """Planned and never analysed nor excluded; None where it is not known."""
        return None if self.planned is None else max(0, self.planned - self.opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutFile:
    """A file that could not be measured."""

    name: str
    reason: str


def flows_of(
    recordings: Sequence[MeasuredRecording], opened: OpenedStudy | None
) -> tuple[ExclusionFlow, ...]:
    """Return the flow of each reader, and that of all as the last."""
    flows = []
    for reader in sorted({each.recorded.reader for each in recordings} | _planned_readers(opened)):
        entries = [
            case.case.entry for each in recordings if each.recorded.reader == reader for case in each.cases
        ]
        studied = [entry for entry in entries if not entry.is_practice]
        counted = [entry for entry in studied if entry.does_count]
        flows.append(
            ExclusionFlow(
                reader=reader,
                planned=_planned(opened, reader),
                practice=len(entries) - len(studied),
                opened=len(studied),
                excluded=_counted([each.exclusion for each in studied if not each.does_count]),
                analysed=len(counted),
            )
        )
    return (*flows, _together(flows))


def _planned_readers(opened: OpenedStudy | None) -> set[str]:
    return set() if opened is None else set(opened.study.readers.planned)


def _planned(opened: OpenedStudy | None, reader: str) -> int | None:
    if opened is None:
        return None
    try:
        plan = plan_for(opened.study, opened.cases, reader)
    except StudyError:
        return None  # a reader the study does not expect has no plan
    return sum(len(period.cases) for period in plan.periods)


def _counted(sentences: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(each or "No reason is known." for each in sentences).items()))


def _together(flows: Sequence[ExclusionFlow]) -> ExclusionFlow:
    excluded: Counter[str] = Counter()
    for each in flows:
        excluded.update(each.excluded)
    known = [each.planned for each in flows if each.planned is not None]
    return ExclusionFlow(
        reader=ALL_READERS,
        planned=sum(known) if known and len(known) == len(flows) else None,
        practice=sum(each.practice for each in flows),
        opened=sum(each.opened for each in flows),
        excluded=dict(sorted(excluded.items())),
        analysed=sum(each.analysed for each in flows),
    )


def flow_records(flows: Sequence[ExclusionFlow], left_out: Sequence[LeftOutFile]) -> list[Record]:
    """Return the rows of the table."""
    records: list[Record] = []
    for each in flows:
        steps: list[tuple[str, str, int | None]] = [
            ("planned", "", each.planned),
            ("practice", "", each.practice),
            ("opened", "", each.opened),
            *(("excluded", reason, count) for reason, count in each.excluded.items()),
            ("analysed", "", each.analysed),
            ("not_read", "", each.not_read),
        ]
        records += [
            {"reader": each.reader, "step": step, "reason": reason, "count": count}
            for step, reason, count in steps
            if count is not None
        ]
    records += [
        {"reader": ALL_READERS, "step": "left_out", "reason": f"{each.name}: {each.reason}", "count": 1}
        for each in left_out
    ]
    return records


def flow_picture(flow: ExclusionFlow, left_out: Sequence[LeftOutFile]) -> Html:
    """Return the flow as a picture: boxes downwards, what is left out at the side."""
    down: list[tuple[str, list[str]]] = []
    if flow.planned is not None:
        unread = [f"{flow.not_read} not opened until now"] if flow.not_read else []
        down.append((f"{flow.planned} readings planned", unread))
    reasons = [f"{count}: {reason}" for reason, count in flow.excluded.items()]
    aside = _head(flow, reasons)
    if left_out:
        aside.append(f"Recordings that could not be measured: {len(left_out)}")
    if flow.practice:
        aside.append(f"Beside these, for practice: {flow.practice}")
    down.append((f"{flow.opened} readings opened", aside))
    down.append((f"{flow.analysed} readings analysed", []))
    parts, top = [], 10
    for place, (text, aside) in enumerate(down):
        wrapped = [line for each in aside for line in _wrapped(each)]
        height = max(46, len(wrapped) * _LINE_HEIGHT + 24)
        middle = top + height / 2
        parts.append(_box(10, middle - 23, _BOX, 46, [text], is_strong=True))
        if wrapped:
            line = f"M{10 + _BOX} {middle}H{_BOX + 58}"
            parts.append(element("path", d=line, stroke=SOFT_INK, fill="none"))
            parts.append(_box(_BOX + 60, top, _WIDTH - _BOX - 70, height, wrapped, is_strong=False))
        if place + 1 < len(down):
            following = down[place + 1][1]
            lines = sum(len(_wrapped(each)) for each in following)
            next_height = max(46, lines * _LINE_HEIGHT + 24)
            end = top + height + _GAP + next_height / 2 - 23
            x = 10 + _BOX / 2
            parts.append(
                element("path", d=f"M{x} {middle + 23}V{end}", stroke=SOFT_INK, fill="none", stroke_width=1.5)
            )
        top += height + _GAP
    return element(
        "svg", element("title", f"Exclusion flow, {flow.reader}"), *parts,
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {top - _GAP + 10}", width=_WIDTH,
        height=top - _GAP + 10, role="img",
        font_family="system-ui, Segoe UI, Liberation Sans, Arial, sans-serif",        font_size=14,
    )  # fmt: skip


def _head(flow: ExclusionFlow, reasons: list[str]) -> list[str]:
    if not reasons:
        return []
    return [f"{sum(flow.excluded.values())} readings excluded", *reasons]


def _box(x: float, y: float, width: float, height: float, lines: Sequence[str], *, is_strong: bool) -> Html:
    first = y + height / 2 - (len(lines) - 1) * _LINE_HEIGHT / 2 + 5
    texts = [
        element(
            "text", line, x=x + (width / 2 if is_strong else 12), y=first + place * _LINE_HEIGHT, fill=INK,
            text_anchor="middle" if is_strong else "start",
        )
        for place, line in enumerate(lines)
    ]  # fmt: skip
    frame = element(
        "rect", x=x, y=y, width=width, height=height, rx=4, fill=PALE if is_strong else "#ffffff",
        stroke=INK if is_strong else LINE,
    )  # fmt: skip
    return joined([frame, *texts])


def _wrapped(text: str) -> list[str]:
    """Break a text at spaces so that it fits its box."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > _LETTERS:
            lines.append(line)
            line = "  " + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines
