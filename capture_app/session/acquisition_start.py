"""How a session gets its acquisition process."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from capture_app.acquisition.client import AcquisitionClient, AcquisitionError
from capture_app.session.link import Acquisition
from capture_app.session.port import SessionError
from capture_app.session.settings import APPLICATION_NAME


def start_acquisition() -> Acquisition:
    """Start the acquisition process and wait until it is ready.

    Raises
    ------
    SessionError
        If it does not start.
    """
    client = AcquisitionClient(
        log_directory=Path(platformdirs.user_log_dir(APPLICATION_NAME, appauthor=False))
    )
    try:
        client.start()
    except AcquisitionError as err:
        raise SessionError(
            f"{err} Restart the program; if that does not help, restart the computer."
        ) from err
    return client
