"""What the frozen program arranges before anything else is imported, and what only the program without a
console needs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

ADDONS: Final = "addons"
"""Folder among the person's own files; packages unpacked there are found, such as a tracker's."""


def prepare_frozen() -> None:
    """Name the bundled model of speech, and let packages from the folder of add-ons be found.

    Nothing happens where the program runs from its source. The folder of add-ons comes last: what is bundled
    cannot be replaced by it.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is None:
        return
    os.environ["POCKETSPHINX_PATH"] = str(Path(bundle) / "pocketsphinx" / "model")
    folder = addon_folder()
    if folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))


def addon_folder() -> Path:
    """Return where a lab unpacks packages that are not bundled; the installer never touches it."""
    import platformdirs

    from capture_app.session.settings import APPLICATION_NAME

    return Path(platformdirs.user_data_dir(APPLICATION_NAME, appauthor=False)) / ADDONS


def has_terminal() -> bool:
    """Return whether what is printed can be read; a Windows program without a console prints nowhere."""
    return sys.stderr is not None


def tell_person(text: str) -> None:
    """Say why a command ended: on the terminal, or in a box where a Windows program has none."""
    import click

    if sys.platform == "win32" and not has_terminal():
        import ctypes

        error_icon = 0x10
        ctypes.windll.user32.MessageBoxW(None, text, "Reading Station", error_icon)
        return
    click.echo(f"reading-station: {text}", err=True)
