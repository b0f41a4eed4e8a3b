"""The gaze of the live analysis that is new since it was asked for last."""

from __future__ import annotations

from capture_app.session.live import LiveAnalysis
from gaze_core.rows import GAZE, Rows


class NewGaze:
    """Follows one live analysis from the moment it is made; rows that were pushed before are left out."""

    def __init__(self, live: LiveAnalysis) -> None:
        self._live = live
        self._next_row = live.first_recent_row + len(live.recent_gaze)

    def is_of(self, live: LiveAnalysis) -> bool:
        """Whether this is the analysis that is followed; another tracker or geometry has another."""
        return live is self._live

    def take(self) -> Rows:
        """Return the GAZE rows since the last call, in order of arrival."""
        live = self._live
        rows = live.recent_gaze[max(self._next_row - live.first_recent_row, 0) :]
        self._next_row = live.first_recent_row + len(live.recent_gaze)
        return rows if len(rows) else GAZE.empty(0)
