"""Makes `.venv` with everything the program needs, from nothing but Python's standard library.

Usage: ``python3 packaging/bootstrap.py run|test|tobii``. Safe to call again and again: what is there is kept,
and a first run that was interrupted is done anew from what was downloaded. Packages come from wherever the
person's own pip is set up to take them, and only with the hashes of the requirement files.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "ready-for"  # fingerprints of what this environment was completed for
UNFINISHED = VENV / "unfinished"  # there while packages are being installed
PLACE = VENV / "made-at"  # an environment that was moved or copied has wrong paths inside
LOCK = ROOT / ".make" / "setup.lock"
PIP_WHEEL = ROOT / "packaging" / "bootstrap" / "pip-26.3-py3-none-any.whl"
PIP_WHEEL_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
OLDEST_PYTHON = (3, 10)
STARTED_S = time.monotonic()

# What Qt, OpenCV and liblsl load from the system: shared library and the Debian package that has it.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libstdc++.so.6": "libstdc++6",
}
DISPLAY_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
FONT_PACKAGE = "fonts-dejavu-core"


class BootstrapError(Exception):
    """Something a person has to do first; the text says what."""


def main(arguments: list[str]) -> int:
    """Prepare for `run` (the program), `test` (and developers' tools) or `tobii` (and Tobii's package)."""
    if len(arguments) != 1 or arguments[0] not in ("run", "test", "tobii"):
        say("usage: bootstrap.py run|test|tobii")
        return 2
    try:
        check_python()
        with one_at_a_time():
            install_libraries(missing_packages())
            made = make_environment(requirement_files(arguments[0]))
    except BootstrapError as err:
        say(str(err))
        return 1
    except KeyboardInterrupt:
        say("interrupted; call make again to finish")
        return 130
    if made:
        say("ready")
    return 0


def say(text: str) -> None:
    """Print a line with the seconds since the start; at once, so that progress shows in logs too."""
    print(f"setup {time.monotonic() - STARTED_S:4.0f} s: {text}", flush=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait while another set-up of this folder is under way; two would take away each other's files."""
    if sys.platform == "win32":  # nobody calls this from make there
        yield
        return
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another set-up of this folder to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield  # the lock goes with the file, also when this process is killed


def check_python() -> None:
    """Refuse a Python that is too old."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        raise BootstrapError(f"Python 3.10 or newer is needed, this is {found}. Try: make PYTHON=python3.11")


def requirement_files(purpose: str) -> list[Path]:
    """Return the requirement files for this Python."""
    version = "py310" if sys.version_info < (3, 11) else "py311"
    suffix = "-dev" if purpose == "test" else ""
    folder = ROOT / "requirements"
    files = [folder / f"{version}{suffix}.txt", folder / "build.txt"]
    return [*files, folder / f"{version}-tobii.txt"] if purpose == "tobii" else files


def missing_packages() -> list[str]:
    """Return the Debian packages whose libraries cannot be loaded here; nothing on other systems."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = dict(LIBRARIES)
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        wanted.update(DISPLAY_LIBRARIES)
    missing = [package for library, package in wanted.items() if not can_load(library)]
    if not any(folder.is_dir() and any(folder.rglob("*.?tf")) for folder in FONT_FOLDERS):
        missing.append(FONT_PACKAGE)
    return missing


def can_load(library: str) -> bool:
    """Tell whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_libraries(packages: list[str]) -> None:
    """Install system packages where that is allowed; otherwise say the exact command."""
    if not packages:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    by_hand = f"sudo apt-get update && sudo {' '.join(command)}"
    if shutil.which("apt-get") is None:
        raise BootstrapError(
            f"These system libraries are missing (named as Debian does): {' '.join(packages)}. "
            "Install them with this system's package manager, then call make again."
        )
    prefix = administrator_prefix()
    if prefix is None:
        raise BootstrapError(
            "These system libraries are missing, and you may not install them. Run this, then make again:\n\n"
            f"    {by_hand}\n"
        )
    say(f"installing system libraries: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "--quiet"], command):
        done = subprocess.run([*prefix, *step], check=False, env=environment, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise BootstrapError(
                f"The system libraries could not be installed. Run this, then make again:\n\n    {by_hand}\n"
            )


def administrator_prefix() -> list[str] | None:
    """Return what to put before a command to run it as administrator, None where that is not allowed."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    prefix = [sudo, "--non-interactive"]
    # Asked about apt-get itself: some machines allow that and nothing else.
    allowed = subprocess.run(
        [*prefix, "--list", "apt-get", "update"], check=False, capture_output=True, stdin=subprocess.DEVNULL
    )
    return prefix if allowed.returncode == 0 else None


def make_environment(requirements: list[Path]) -> bool:
    """Make or complete `.venv`; True when there was something to do."""
    wanted = fingerprint(requirements)
    python = venv_python()
    is_sound = is_usable(python)
    if is_sound and wanted in served():
        return False
    check_wheel()
    if not is_sound:
        say(f"making {VENV.name} with Python {'.'.join(str(part) for part in sys.version_info[:3])}")
        shutil.rmtree(VENV, ignore_errors=True)
        # Called from within the environment that was just removed, only the interpreter below it is left.
        interpreter = getattr(sys, "_base_executable", sys.executable)
        run([interpreter, "-m", "venv", "--without-pip", str(VENV)], "The environment could not be made")
        PLACE.write_text(str(VENV), encoding="utf-8")
    UNFINISHED.touch()
    for file in requirements:
        count = sum("==" in line for line in file.read_text(encoding="utf-8").splitlines())
        say(f"installing up to {count} packages of {file.relative_to(ROOT)} (some are large)")
        pip(python, "--require-hashes", "--only-binary", ":all:", "--requirement", str(file))
    say("installing the program itself")
    pip(python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    # What an environment serves adds up: one for tests serves `make run` too.
    all_served = served() | {wanted, fingerprint(requirement_files("run"))}
    STAMP.write_text("\n".join(sorted(all_served)) + "\n", encoding="utf-8")
    UNFINISHED.unlink()
    return True


def served() -> set[str]:
    """Return the fingerprints of what the environment was completed for."""
    return set(STAMP.read_text(encoding="utf-8").split()) if STAMP.exists() else set()


def fingerprint(requirements: list[Path]) -> str:
    """Return what an environment stands for: interpreter, exact requirements, declaration of the program."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (*requirements, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def check_wheel() -> None:
    """Refuse an installer that is not the one this project ships."""
    found = hashlib.sha256(PIP_WHEEL.read_bytes()).hexdigest() if PIP_WHEEL.exists() else "nothing"
    if found != PIP_WHEEL_SHA256:
        raise BootstrapError(
            f"{PIP_WHEEL.relative_to(ROOT)} is not the file of this project. Fetch the project anew."
        )


def venv_python() -> Path:
    """Return the interpreter of the environment."""
    return VENV / "Scripts" / "python.exe" if sys.platform == "win32" else VENV / "bin" / "python"


def is_usable(python: Path) -> bool:
    """Tell whether the environment is whole, in its place, and of this version of Python.

    A package whose installation was cut off can look installed, so an unfinished environment is not whole.
    """
    if not python.exists() or UNFINISHED.exists():
        return False
    if PLACE.exists() and PLACE.read_text(encoding="utf-8") != str(VENV):
        return False
    found = subprocess.run(
        [str(python), "-c", "import sys; print(sys.version)"], check=False, capture_output=True, text=True
    )
    return found.returncode == 0 and found.stdout.strip() == sys.version.strip()


def pip(python: Path, *arguments: str) -> None:
    """Install with the shipped pip inside the environment."""
    run(
        [
            str(python),
            str(PIP_WHEEL / "pip"),
            "install",
            "--disable-pip-version-check",
            "--no-input",
            *arguments,
        ],
        "Packages could not be installed; pip says why above. Call make again; what was downloaded is kept",
    )


def run(command: list[str], problem: str) -> None:
    """Run a step of the set-up."""
    if subprocess.run(command, check=False, cwd=ROOT, stdin=subprocess.DEVNULL).returncode != 0:
        raise BootstrapError(f"{problem}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
