"""The entry of the frozen program."""

import multiprocessing
import sys

if __name__ == "__main__":
    # First of all: in a frozen program the acquisition process starts through this very file.
    multiprocessing.freeze_support()
    from capture_app.cli.frozen import prepare_frozen

    prepare_frozen()
    from capture_app.cli import main

    sys.exit(main())
