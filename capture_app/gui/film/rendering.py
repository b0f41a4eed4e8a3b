"""Everything that is wanted of one recording, made in turn without a window. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication

from capture_app.gui.app import build_application
from capture_app.gui.film.painting import ReplayPainter
from capture_app.gui.film.sheet_run import SheetRun
from capture_app.session.film import (
    CaseFrames,
    FilmError,
    FilmForm,
    FilmRun,
    FilmStretch,
    PictureSize,
    case_stem,
    check_length,
    free_stem,
    open_film,
    sheet_stem,
    stamp_of,
    terms_of,
    write_whole,
)
from capture_app.session.replay import ReplayCase, ReplayOptions, ReplaySource, last_shown_ns

Shown = Callable[[int, int], None]
"""Told how far a recording is: done, and of how many."""

_ENDINGS: Final = {"film": ".mp4", "picture": ".png", "svg": ".svg", "contact-sheet": ".png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOrder:
    """What is wanted of each recording."""

    folder: Path  # it exists
    what: str  # film, picture, svg or contact-sheet
    cases: tuple[str, ...] = ()  # names of cases; empty: all
    size: PictureSize
    form: FilmForm
    at_s: float | None = None  # of a picture, since the case began; None: the last of its images
    options: ReplayOptions
    has_stamp: bool = True
    images: Path | None = None  # folder to look for images in first
    study_path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of one recording."""

    written: tuple[Path, ...]
    notes: tuple[str, ...]  # sentences


def render_recording(path: Path, order: RenderOrder, taken: set[str], shown: Shown) -> Made:
    """Make what is wanted of a recording.

    Parameters
    ----------
    path
        The recording.
    order
        What is wanted.
    taken
        Names that other recordings of the same order have; grows.
    shown
        Told how far it is.

    Raises
    ------
    ReplayError
        If the recording cannot be looked at.
    FilmError
        If it holds none of the cases, or something of it cannot be made.
    FilmWriteError
        If there is no writing.
    """
    if QApplication.instance() is None:
        build_application()
    source = ReplaySource.open(path)
    try:
        if order.images is not None:
            source.images.add_folder(order.images)
        terms = terms_of(source, order.study_path)
        cases = chosen_cases(source, order.cases)
        with CaseFrames(source, terms) as frames:
            frames.prepare(order.options)
            notes = [terms.sentence] if terms.sentence else []
            if order.what == "contact-sheet":
                written = [_save_sheet(frames, cases, order, taken, shown)]
            elif order.what == "film":
                written = _save_films(frames, cases, order, taken, shown, notes)
            else:
                written = _save_pictures(frames, cases, order, taken, shown)
    finally:
        source.close()
    return Made(written=tuple(written), notes=tuple(dict.fromkeys(notes)))


def chosen_cases(source: ReplaySource, names: tuple[str, ...]) -> tuple[ReplayCase, ...]:
    """Return the cases of these names, in the order they were read; all without names.

    Raises
    ------
    FilmError
        If there is none.
    """
    cases = source.tables.cases
    chosen = tuple(case for case in cases if not names or case.case_id in names)
    if chosen:
        return chosen
    if not cases:
        raise FilmError("It holds no case, so that there is nothing to make.")
    known = ", ".join(dict.fromkeys(case.case_id for case in cases))[:200]
    raise FilmError(f"It holds no case of the name {', '.join(names)}. Its cases are: {known}.")


def _save_sheet(
    frames: CaseFrames, cases: tuple[ReplayCase, ...], order: RenderOrder, taken: set[str], shown: Shown
) -> Path:
    """Write the contact sheet of a recording; return where it is."""
    metadata = frames.source.metadata
    stem = free_stem(sheet_stem(metadata.participant.pseudonym, metadata.session.session_id), taken)
    path = order.folder / (stem + _ENDINGS["contact-sheet"])
    run = SheetRun(frames, cases, order.options, path)
    while not run.is_done:
        run.step()
        shown(run.done, run.count)
    return path


def _save_pictures(
    frames: CaseFrames, cases: tuple[ReplayCase, ...], order: RenderOrder, taken: set[str], shown: Shown
) -> list[Path]:
    source = frames.source
    painter = ReplayPainter(order.size, order.options)
    written = []
    for number, case in enumerate(cases):
        shown(number, len(cases))
        at_ns = last_shown_ns(source.tables, case)
        if order.at_s is not None:
            at_ns = min(case.first_ns + round(order.at_s * 1e9), case.end_ns)
        frame = frames.frame(at_ns, order.options)
        stamp = stamp_of(source, case, at_ns) if order.has_stamp else ""
        path = _place(source, case, order, taken)
        if order.what == "svg":
            write_whole(path, painter.svg(frame, stamp, stamp_of(source, case, at_ns)))
        else:
            write_whole(path, painter.png(frame, stamp))
        written.append(path)
    shown(len(cases), len(cases))
    return written


def _save_films(
    frames: CaseFrames,
    cases: tuple[ReplayCase, ...],
    order: RenderOrder,
    taken: set[str],
    shown: Shown,
    notes: list[str],
) -> list[Path]:
    source = frames.source
    painter = ReplayPainter(order.size, order.options)
    stretches = [FilmStretch(case=case, rate_hz=order.form.rate_hz) for case in cases]
    for stretch in stretches:
        check_length(stretch)
    count, done, written = sum(each.picture_count for each in stretches), 0, []
    if order.form.ffmpeg is None and source.sound.stretches:
        notes.append("The films are silent: the dictation needs an ffmpeg, named with --ffmpeg.")
    for stretch in stretches:
        case = stretch.case
        sink = open_film(source, case, _place(source, case, order, taken), order.form)
        stamp = partial(stamp_of, source, case) if order.has_stamp else _no_stamp
        run = FilmRun(frames, order.options, stretch, painter, sink, stamp=stamp)
        try:
            while not run.is_done:
                run.step()
                shown(done + run.done, count)
        finally:
            run.close()
        done += stretch.picture_count
        written.append(sink.path)
        if sink.note:
            notes.append(sink.note)
    return written


def _no_stamp(_t_ns: int) -> str:
    return ""


def _place(source: ReplaySource, case: ReplayCase, order: RenderOrder, taken: set[str]) -> Path:
    stem = case_stem(source.metadata.participant.pseudonym, source.tables.cases, case)
    return order.folder / (free_stem(stem, taken) + _ENDINGS[order.what])
