"""The contact sheet of a session being made, a case at a time. GUI thread."""

from __future__ import annotations

from pathlib import Path

from capture_app.gui.film.sheet_painting import SheetPainter, sheet_options
from capture_app.session.film import CaseFrames, TimeLeft, caption_of, sheet_layout, write_whole
from capture_app.session.replay import ReplayCase, ReplayOptions, last_shown_ns


class SheetRun:
    """Makes one sheet. `step` until `is_done`.

    Parameters
    ----------
    frames
        Of the recording.
    cases
        In the order of the sheet.
    options
        As they are chosen for a window or film; the sheet takes of them what it can show.
    path
        Its place, in a folder that exists.

    Raises
    ------
    FilmError
        If there is no case, or too many.
    """

    def __init__(
        self, frames: CaseFrames, cases: tuple[ReplayCase, ...], options: ReplayOptions, path: Path
    ) -> None:
        self._frames, self._cases = frames, cases
        self._options = sheet_options(options)
        self.path = path
        self.note = ""
        self.done, self.count, self.is_done = 0, len(cases), False
        self._left = TimeLeft(self.count)
        reader = frames.source.metadata.participant.pseudonym
        counted = "1 case" if self.count == 1 else f"{self.count} cases"
        self._painter = SheetPainter(sheet_layout(self.count), self._options, f"Reader {reader} · {counted}")

    def step(self) -> None:
        """Paint the next case; after the last the sheet is in its place.

        Raises
        ------
        FilmError
            If it cannot be made or written.
        """
        if self.is_done:
            return
        case = self._cases[self.done]
        frame = self._frames.frame(last_shown_ns(self._frames.source.tables, case), self._options)
        self._painter.paint_cell(self.done, frame, caption_of(self._frames.source, case))
        self.done += 1
        if self.done == self.count:
            write_whole(self.path, self._painter.png())
            self.is_done = True

    def left_s(self) -> float:
        """Return how long the rest will take, s; NaN before anything is known."""
        return self._left.left_s(self.done)

    def close(self) -> None:
        """Nothing is written before the end, so that nothing is left."""
