"""What is built for: this system, or Windows by a runner such as Wine; and how its programs are run."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "reading-station"
# What a program of Windows needs of its surroundings; nothing of the developer's own comes along.
_KEPT = ("SYSTEMROOT", "TEMP", "TMP", "LANG", "COMSPEC", "PATHEXT")


@dataclass(frozen=True)
class Target:
    """The system that is built for, and where its parts are."""

    system: str  # windows, linux or macos
    python: Path  # the interpreter that freezes
    runner: tuple[str, ...] = ()  # put before each program; empty: programs of this system
    environment: Mapping[str, str] = field(default_factory=dict)  # what the runner needs

    @property
    def is_foreign(self) -> bool:
        """Whether its programs need a runner here."""
        return bool(self.runner)

    @property
    def dist(self) -> Path:
        """Folder for everything that is made."""
        return ROOT / "dist" / "windows" if self.is_foreign else ROOT / "dist"

    @property
    def work(self) -> Path:
        """Folder for what is only needed while building."""
        return ROOT / "build" / ("windows" if self.is_foreign else NAME)

    @property
    def bundle(self) -> Path:
        """The one-folder bundle."""
        return self.dist / NAME

    @property
    def program(self) -> Path:
        """The program for a console, in the bundle."""
        return self.program_in(self.bundle)

    @property
    def site_packages(self) -> list[str] | None:
        """Where the packages of the freezing interpreter are; None: where this interpreter finds its own."""
        return [str(self.python.parent / "Lib" / "site-packages")] if self.is_foreign else None

    def program_in(self, folder: Path) -> Path:
        """Return the program for a console in a folder it was put into."""
        return folder / (f"{NAME}-cli.exe" if self.system == "windows" else NAME)

    def run(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        timeout_s: float = 600,
        extra: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the target from a folder that is its home, with nothing of the developer's.

        Output goes through pipes and no input is given: without either, Wine refuses to start Python.
        """
        return subprocess.run(
            [*self.runner, *command],
            check=False,
            cwd=folder,
            env=self.environment_in(folder) | dict(extra or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
        )

    def started(self, command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
        """Start a program of the target and leave it running; what it says is dropped."""
        return subprocess.Popen(
            [*self.runner, *command],
            cwd=folder,
            env=self.environment_in(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def environment_in(self, folder: Path) -> dict[str, str]:
        """Return the environment for a program whose home is a folder."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {"PATH": os.defpath, "HOME": str(folder), **self.environment}
        if not self.is_foreign:
            environment |= {"LOCALAPPDATA": str(folder), "USERPROFILE": str(folder)}
        return environment | self.qt_environment()

    def qt_environment(self) -> dict[str, str]:
        """Return what makes Qt draw in memory; Wine hands on such names only with a prefix of its own."""
        return {"WINEQT_QPA_PLATFORM" if self.is_foreign else "QT_QPA_PLATFORM": "offscreen"}

    def path(self, path: Path) -> str:
        r"""Return a path as programs of the target read it; Wine has the root of this machine as ``Z:\``."""
        return "Z:" + str(path).replace("/", "\\") if self.is_foreign else str(path)


def this_system() -> Target:
    """Return this machine's own system as target."""
    systems = {"win32": "windows", "darwin": "macos"}
    return Target(system=systems.get(sys.platform, "linux"), python=Path(sys.executable))


def windows_by_runner(runner: str, python: Path, environment: Mapping[str, str] | None = None) -> Target:
    """Return Windows as target on another system.

    Parameters
    ----------
    runner
        Command that runs a program of Windows, such as ``wine64``.
    python
        ``python.exe`` of a Windows Python with the packages of ``packaging/requirements-*.txt``.
    environment
        What the runner needs.
    """
    return Target(
        system="windows",
        python=python,
        runner=tuple(shlex.split(runner)),
        environment=dict(environment or {}),
    )
