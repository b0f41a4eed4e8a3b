"""Puts a setup program through what a lab does with it: install, refuse, upgrade, break off, uninstall.

Everything goes into a folder with letters that are not ASCII and spaces. What counts are the effects: files
and the registry; under Wine an exit code alone says nothing.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from build_target import ROOT, Target
from version_info import program_version

FOLDER_NAME = "Prüfung 读片 room 2"
RUNNING, NEWER = 3, 4
UNINSTALL_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Reading Station"
ASSOCIATIONS = {
    r"Software\Classes\.gazeh5": "ReadingStation.Recording",
    r"Software\Classes\.gazestudy": "ReadingStation.Study",
}
TRIES, PAUSE_S = 120, 0.5


class InstallerError(Exception):
    """A setup program did not do what it must; the text says what."""


@dataclass(frozen=True)
class Rig:
    """A setup program and where it installs."""

    target: Target
    setup: Path
    home: Path  # of the person: Windows' LOCALAPPDATA is below it, or in the prefix of Wine
    place: Path  # the installed program
    is_quick: bool  # the bundle is a stand-in that cannot run by itself

    def run_setup(self, setup: Path | None = None, *switches: str) -> int:
        """Run a setup program silently; `/D=` has to come last and unquoted."""
        command = [str(setup or self.setup), "/S", *switches, *unquoted(f"/D={self.where()}")]
        return self.target.run(command, self.home).returncode

    def uninstall(self) -> int:
        """Run the uninstaller in place, so that it can be waited for."""
        command = [str(self.place / "uninstall.exe"), "/S", *unquoted(f"_?={self.where()}")]
        return self.target.run(command, self.home).returncode

    def where(self) -> str:
        """Return the folder as the setup program reads it."""
        return self.target.path(self.place)

    def registry(self, key: str, name: str = "") -> str:
        """Return a text of the person's registry, "" where it is missing."""
        code = (
            "import sys, winreg\n"
            "try:\n"
            "    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, sys.argv[1]) as key:\n"
            "        sys.stdout.buffer.write(str(winreg.QueryValueEx(key, sys.argv[2])[0]).encode())\n"
            "except FileNotFoundError:\n"
            "    pass\n"
        )
        return self._python(code, key, name)

    def set_registry(self, key: str, name: str, text: str) -> None:
        """Change a text of the person's registry."""
        code = (
            "import sys, winreg\n"
            "with winreg.OpenKey(winreg.HKEY_CURRENT_USER, sys.argv[1], 0, winreg.KEY_SET_VALUE) as key:\n"
            "    winreg.SetValueEx(key, sys.argv[2], 0, winreg.REG_SZ, sys.argv[3])\n"
        )
        self._python(code, key, name, text)

    def _python(self, code: str, *arguments: str) -> str:
        done = self.target.run([str(self.target.python), "-c", code, *arguments], self.home)
        _must(done.returncode == 0, f"the registry could not be used:\n{done.stdout}{done.stderr}")
        return done.stdout


def unquoted(switch: str) -> list[str]:
    """Return a switch as arguments that stand without quotation marks when they are joined to a line."""
    return switch.split(" ")


def check_installer(
    target: Target, setup: Path, say: Callable[[str], None], *, is_quick: bool = False
) -> None:
    """Put a setup program through its life.

    Parameters
    ----------
    target
        For which system, and how its programs are run.
    setup
        The setup program.
    say
        Is told each thing that held.
    is_quick
        The bundle is a stand-in: the installed program is not tried.

    Raises
    ------
    InstallerError
        If something is not as it must be.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        rig = Rig(target, setup, home, home / FOLDER_NAME / "Reading Station", is_quick)
        check_installation(rig)
        say("installed into a folder with spaces and other letters; registry and endings are right")
        if not is_quick:
            say(try_installed(rig))
        check_running(rig)
        say("refused while the program runs, for setup and for the uninstaller")
        check_newer(rig)
        say("refused over a newer version")
        check_upgrade(rig)
        say("upgraded in place: files that are gone went, a person's file stayed")
        check_uninstall(rig)
        say("uninstalled: recordings, settings and a person's file in the folder are still there")


def check_installation(rig: Rig) -> None:
    """Install, and look at files and registry."""
    code = rig.run_setup()
    _must(code == 0, f"setup ended with {code}")
    compare_trees(rig.target.bundle, rig.place)
    _must((rig.place / "uninstall.exe").is_file(), "there is no uninstaller")
    shown = rig.registry(UNINSTALL_KEY, "DisplayVersion")
    _must(shown == program_version(ROOT), f"the list of programs shows version {shown!r}")
    for key, wanted in ASSOCIATIONS.items():
        found = rig.registry(key)
        _must(found == wanted, f"{key} belongs to {found!r}")
        command = rig.registry(rf"Software\Classes\{wanted}\shell\open\command")
        _must(rig.where() in command and '"%1"' in command, f"a double click would run {command!r}")


def compare_trees(wanted: Path, found: Path) -> None:
    """Compare all files by their bytes; the uninstaller may be there in addition."""
    before = {path.relative_to(wanted).as_posix(): path for path in wanted.rglob("*") if path.is_file()}
    after = {path.relative_to(found).as_posix(): path for path in found.rglob("*") if path.is_file()}
    missing, more = (
        before.keys() - after.keys(),
        after.keys() - before.keys() - {"uninstall.exe", "notes.txt"},
    )
    _must(not missing, f"{len(missing)} files are missing, for instance {sorted(missing)[:3]}")
    _must(not more, f"{len(more)} files are too many, for instance {sorted(more)[:3]}")
    for name, path in before.items():
        _must(path.read_bytes() == after[name].read_bytes(), f"{name} is not what was packed")


def try_installed(rig: Rig) -> str:
    """Run the self-test of the installed program."""
    report = rig.home / "self-test.json"
    program = str(rig.target.program_in(rig.place))
    done = rig.target.run(
        [program, "self-test", "--report", rig.target.path(report)], rig.home, timeout_s=900
    )
    _must(done.returncode == 0, f"the installed self-test failed:\n{done.stdout}{done.stderr}")
    checks = json.loads(report.read_text(encoding="utf-8"))["checks"]
    return f"installed self-test: {len(checks)} checks passed"


def check_running(rig: Rig) -> None:
    """Record; setup and uninstaller have to refuse meanwhile and leave everything as it is."""
    recording = rig.home / "running.gazeh5"
    wanted = ["record", "--tracker", "mock", "--seconds", "600", "--out", rig.target.path(recording)]
    with rig.target.started([str(rig.target.program_in(rig.place)), *wanted], rig.home) as running:
        try:
            _wait_until(lambda: any(rig.home.glob("running.gazeh5*")))
            code = rig.run_setup()
            _must(code == RUNNING, f"setup over a running program ended with {code}, not {RUNNING}")
            code = rig.uninstall()
            _must(code == RUNNING, f"uninstalling a running program ended with {code}, not {RUNNING}")
            compare_trees(rig.target.bundle, rig.place)
        finally:
            running.terminate()
    _wait_until(lambda: rig.run_setup() == 0)
    _must(any(rig.home.glob("running.gazeh5*")), "a recording was removed by setup")


def check_newer(rig: Rig) -> None:
    """Have a newer version in the registry; setup has to refuse."""
    rig.set_registry(UNINSTALL_KEY, "DisplayVersion", "999.0.0")
    code = rig.run_setup()
    _must(code == NEWER, f"setup over a newer version ended with {code}, not {NEWER}")
    compare_trees(rig.target.bundle, rig.place)
    rig.set_registry(UNINSTALL_KEY, "DisplayVersion", "0.0.1")


def check_upgrade(rig: Rig) -> None:
    """Upgrade an old version that has files of its own."""
    (rig.place / "_internal" / "gone-since.dll").write_bytes(b"old")
    (rig.place / "notes.txt").write_text("a person's own", encoding="utf-8")
    code = rig.run_setup()
    _must(code == 0, f"upgrading ended with {code}")
    compare_trees(rig.target.bundle, rig.place)
    _must((rig.place / "notes.txt").is_file(), "a person's file was removed by the upgrade")
    shown = rig.registry(UNINSTALL_KEY, "DisplayVersion")
    _must(shown == program_version(ROOT), f"after the upgrade the list of programs shows {shown!r}")


def check_uninstall(rig: Rig) -> None:
    """Uninstall; what is the person's has to stay."""
    recording = rig.home / "Reading Station" / "recordings" / "case.gazeh5"
    settings = rig.home / "settings.json"
    recording.parent.mkdir(parents=True)
    for path in (recording, settings):
        path.write_text("kept", encoding="utf-8")
    code = rig.uninstall()
    _must(code == 0, f"uninstalling ended with {code}")
    left = sorted(path.name for path in rig.place.rglob("*") if path.is_file())
    # Called in place the uninstaller cannot remove itself.
    _must(set(left) <= {"notes.txt", "uninstall.exe"} and "notes.txt" in left, f"left behind: {left[:5]}")
    _must(recording.is_file() and settings.is_file(), "recordings or settings were removed")
    _must(not rig.registry(UNINSTALL_KEY, "DisplayVersion"), "the list of programs still shows it")
    for key in ASSOCIATIONS:
        _must(not rig.registry(key), f"{key} is still there")


def _wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something holds; a program takes a moment to start and to end."""
    for _ in range(TRIES):
        if is_so():
            return
        time.sleep(PAUSE_S)
    raise InstallerError("The program did not start or end in time.")


def _must(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise InstallerError(f"The setup program is not as it must be: {otherwise}.")
