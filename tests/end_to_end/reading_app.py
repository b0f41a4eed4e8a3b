"""An app that reads a folder with the simulated tracker until it is killed; started by the tests as a script.

Arguments: folder of images, path of the recording. Prints "reading" once an image is shown while recording.
"""

from __future__ import annotations

import sys
from pathlib import Path

from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import HeadlessRun
from capture_app.session.settings import Settings
from capture_app.session.states import LiveState


def main() -> None:
    session = CaptureSession(start_acquisition, settings=Settings())
    session.show_folder(Path(sys.argv[1]))
    session.connect_tracker("mock", {"rate_hz": "600"})
    is_told = False

    def tell(elapsed_s: float, state: LiveState) -> None:
        nonlocal is_told
        if state.reader.panes and session.trials.trial >= 0 and elapsed_s > 0.3 and not is_told:
            is_told = True
            sys.stdout.write("reading\n")
            sys.stdout.flush()

    HeadlessRun(session, progress=tell).record(Path(sys.argv[2]), "R07", 60.0)


if __name__ == "__main__":
    main()
