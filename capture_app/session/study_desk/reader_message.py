"""What the operator says to the reader: shown where nothing is measured, and taken back once it was read."""

from __future__ import annotations

from typing import Final

from capture_app.session.reading import ReadingView
from capture_app.session.study.task_keys import ImageScreen
from capture_app.session.study_desk.reader_screens import has_image

READ_AFTER_NS: Final = 5_000_000_000
"""A message that stood so long where the reader could see it goes away with the next image."""


class ReaderMessage:
    """One message at a time; `text` is "" where there is none. One thread."""

    def __init__(self) -> None:
        self.text = ""
        self._seen_ns = 0
        self._before_ns: int | None = None  # it was visible then

    def tell(self, text: str) -> None:
        """Show a message in place of the one before; "" takes it back."""
        self.text = text
        self._seen_ns, self._before_ns = 0, None

    def follow(self, view: ReadingView, now_ns: int, *, is_held: bool) -> bool:
        """Take what the reader sees now; True where that took the message back.

        Parameters
        ----------
        view
            What the loop wants to be shown.
        now_ns
            Host clock.
        is_held
            Targets have the reader's screen.
        """
        if not self.text:
            return False
        is_visible = not is_held and not has_image(view.screen)
        if self._before_ns is not None:
            self._seen_ns += now_ns - self._before_ns
        self._before_ns = now_ns if is_visible else None
        is_reading = not is_held and view.is_presented and isinstance(view.screen, ImageScreen)
        if not is_reading or self._seen_ns < READ_AFTER_NS:
            return False
        self.tell("")
        return True
