"""Runs a Linux bundle where there is no Python: in a small Debian made by debootstrap.

Needs root and a mirror of Debian. Only the libraries that docs/install.md names are installed there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SYSTEM_PACKAGES = ("libegl1", "libgl1", "libglib2.0-0", "libfontconfig1", "libdbus-1-3", "fonts-dejavu-core")
RELEASE = "bookworm"
MIRROR = "READING_STATION_DEBIAN_MIRROR"  # another one than debootstrap's own


def missing_reason() -> str:
    """Return why it cannot be done here, "" where it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can make a machine within the machine"
    if shutil.which("debootstrap") is None:
        return "debootstrap is not installed (Debian: apt-get install debootstrap)"
    return ""


def run_on_plain_machine(bundle: Path) -> str:
    """Run the self-test and the demonstration of a bundle there; return how it went.

    Raises
    ------
    SystemExit
        If the machine cannot be made, or the program fails on it.
    """
    reason = missing_reason()
    if reason:
        raise SystemExit(f"Not possible here: {reason}.")
    with tempfile.TemporaryDirectory(prefix="plain-machine-") as name:
        root = Path(name) / "debian"
        make_machine(root)
        if any((root / folder / "python3").exists() for folder in ("usr/bin", "bin", "usr/local/bin")):
            raise SystemExit("The plain machine has a Python; the trial would show nothing.")
        shutil.copytree(bundle, root / "opt" / "reading-station", symlinks=True)
        try:
            for kind, place in (("proc", "proc"), ("tmpfs", "dev/shm"), ("devpts", "dev/pts")):
                (root / place).mkdir(exist_ok=True)
                run(["mount", "-t", kind, kind, str(root / place)])
            program = "/opt/reading-station/reading-station"
            inside(root, [program, "self-test"])
            said = inside(root, [program, "demo", "--seconds", "2", "--out", "/srv/demo-output"])
        finally:
            for place in ("proc", "dev/shm", "dev/pts"):
                subprocess.run(["/usr/bin/umount", str(root / place)], check=False, capture_output=True)
        made = sorted(path.name for path in (root / "srv" / "demo-output").rglob("*") if path.is_file())
        if not any(path.endswith(".gazeh5") for path in made):
            raise SystemExit(f"The demonstration made no recording:\n{said}")
    return f"self-test and demonstration ran on a Debian without Python and made {len(made)} files"


def make_machine(root: Path) -> None:
    """Make a small Debian in a folder, with the system's libraries that windows need."""
    source = [os.environ[MIRROR]] if os.environ.get(MIRROR) else []
    packages = ",".join(SYSTEM_PACKAGES)
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", RELEASE, str(root), *source]
    run(command)


def inside(root: Path, command: list[str]) -> str:
    """Run a program in the small Debian, with nothing of this machine's environment."""
    settings = ["PATH=/usr/bin:/bin", "HOME=/srv", "LANG=C.UTF-8", "QT_QPA_PLATFORM=offscreen"]
    return run(["chroot", str(root), "/usr/bin/env", "-i", *settings, *command])


def run(command: list[str]) -> str:
    """Run a tool; return what it printed."""
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:4])} ... failed ({done.returncode}):\n{done.stdout[-4000:]}")
    return done.stdout
