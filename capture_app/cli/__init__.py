"""One command, `reading-station`, on the same core as the windows."""

from capture_app.cli.commands import main

__all__ = ["main"]
