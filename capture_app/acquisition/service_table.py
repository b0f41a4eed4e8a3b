"""The services a server has."""

from __future__ import annotations

from capture_app.acquisition.services import Service, ServiceParts


def make_services(parts: ServiceParts) -> tuple[Service, ...]:  # noqa: ARG001  # the first one needs it
    """Return the services, each doing nothing until it is asked to."""
    return ()
