"""The services a server has."""

from __future__ import annotations

from capture_app.acquisition.audio_service import AudioService
from capture_app.acquisition.calibration_service import CalibrationService
from capture_app.acquisition.find_service import FindService
from capture_app.acquisition.outlet_service import OutletService
from capture_app.acquisition.services import Service, ServiceParts
from capture_app.acquisition.signal_service import SignalService


def make_services(parts: ServiceParts) -> tuple[Service, ...]:
    """Return the services, each doing nothing until it is asked to."""
    return (
        FindService(parts),
        SignalService(parts),
        OutletService(parts),
        CalibrationService(parts),
        AudioService(parts),
    )
