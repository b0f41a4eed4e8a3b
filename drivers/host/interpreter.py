"""Another Python: where our source is for it, how it is started, and what is said when it does not serve."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from drivers.contract import DriverOptionError

BUNDLED_SOURCE: Final = "hosted"
"""Folder of a frozen program with the source that another interpreter needs; written by its spec."""

_CREATE_NO_WINDOW: Final = 0x08000000


def source_folder() -> Path:
    """Return the folder that holds the packages ``drivers`` and ``gaze_core`` as files of source."""
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / BUNDLED_SOURCE
    return Path(__file__).resolve().parent.parent.parent


def child_environment() -> dict[str, str]:
    """Return the environment for another interpreter: nothing in it that was meant for this one."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    if hasattr(sys, "_MEIPASS") and sys.platform != "win32":
        # A frozen program lets the loader look among its own libraries first.
        original = environment.pop("LD_LIBRARY_PATH_ORIG", "")
        environment.pop("LD_LIBRARY_PATH", None)
        if original:
            environment["LD_LIBRARY_PATH"] = original
    return environment


def start_interpreter(interpreter: str) -> subprocess.Popen[bytes]:
    """Start `drivers.host.start` in another Python, with pipes to all that it reads and writes.

    Raises
    ------
    DriverOptionError
        If there is no such program, or the system cannot run it.
    """
    folder = source_folder()
    script = folder / "drivers" / "host" / "start.py"
    path = Path(interpreter).expanduser()
    if not path.is_absolute():
        raise DriverOptionError(
            f"The interpreter {interpreter!r} is not a full path; name the program python itself, for "
            f"instance {_example()}."
        )
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise DriverOptionError(
            f"The interpreter {path} {what}; name the program python itself, for instance "
            f"{_example()}, or leave the option interpreter out."
        )
    try:
        return subprocess.Popen(  # noqa: S603  # a list of arguments, no shell; the person chose the program
            [str(path), str(script), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=child_environment(),
            # A group of its own: Ctrl-C is for the program, and all that a wrapper started ends together.
            start_new_session=sys.platform != "win32",
            creationflags=_CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )
    except OSError as err:
        raise DriverOptionError(
            f"The interpreter {path} cannot be run ({err.strerror or err}); check that it is a Python made "
            "for this computer and that you may run it."
        ) from err


def not_a_python(interpreter: str, said: str) -> str:
    """Return the sentence for a program that did not answer as a Python would; `said` may be empty."""
    words = f" It said: {said}" if said else ""
    return (
        f"The program {interpreter} did not start as a Python that can run a driver; check that the option "
        f"interpreter names a Python of version 3.10 or newer.{words}"
    )


def _example() -> str:
    if sys.platform == "win32":
        return r"C:\Python310\python.exe"
    return "/opt/python310/bin/python"
