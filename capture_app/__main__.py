"""Runs `reading-station` as ``python -m capture_app``."""

from capture_app.cli import main

if __name__ == "__main__":
    main()
