"""What can go wrong in the case loop, in words for the reader or the operator."""

from __future__ import annotations

from capture_app.session.port import SessionError


class ReadingError(SessionError):
    """What was asked for is not possible now; the text says why and what to do."""


class HistoryError(SessionError):
    """Rows of an earlier recording do not belong to this study, reader or period."""
