"""Our own LSL streams as the settings want them."""

from __future__ import annotations

from capture_app.acquisition import messages as m
from capture_app.session.link import Link
from capture_app.session.settings import Settings


class StreamLines:
    """Tells the acquisition process which LSL streams to offer; nothing is said while they stay off."""

    def __init__(self) -> None:
        self._told: m.OfferStreams | None = None

    def configure(self, link: Link, settings: Settings) -> None:
        """Take settings; streams that stay as they are go on."""
        outlet = settings.outlet
        wanted = m.OfferStreams(
            is_on=outlet.is_on,
            name=outlet.name,
            is_network_allowed=outlet.is_network_allowed,
            session_id=outlet.session_id,
            are_triggers_sent=settings.signals.is_marker_sent_to_lsl,
        )
        was_on = self._told is not None and self._told.is_on
        if wanted != self._told and (wanted.is_on or was_on):
            self._told = wanted
            link.send(wanted)
