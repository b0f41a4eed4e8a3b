"""What goes wrong in measuring."""

from __future__ import annotations

from capture_app.session.port import SessionError


class MeasureError(SessionError):
    """Something cannot be measured; the text says why and what to do."""
