"""Makes what is handed out of a bundle: setup program and zip for Windows, an archive for other systems."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import signing
from build_target import NAME, ROOT, Target
from version_info import four_numbers, program_version

INSTALLER_BUDGET_BYTES = 100_000_000
NSIS_PLACES = (r"C:\Program Files (x86)\NSIS\makensis.exe", r"C:\Program Files\NSIS\makensis.exe")
MACHINES = {"windows": "x64", "linux": "x86_64", "macos": "universal"}


def make_installer(target: Target, *, is_fast: bool = False) -> list[Path]:
    """Make the files for handing out and ``SHA256SUMS`` beside them; return them.

    Parameters
    ----------
    target
        Whose bundle.
    is_fast
        Pack less tightly, for trying the installer out; its size is not held against the budget then.

    Raises
    ------
    SystemExit
        If there is no bundle, the compiler of installers is missing or refuses, or the installer is too
        large.
    """
    if not target.program.is_file():
        raise SystemExit(f"There is no bundle in {target.bundle}; run the freeze step first.")
    version = program_version(ROOT)
    stem = target.dist / f"{NAME}-{version}-{target.system}-{MACHINES[target.system]}"
    if target.system == "windows":
        if signing.is_wanted():
            for program in (target.bundle / f"{NAME}.exe", target.program):
                signing.sign(program)
        setup = compile_setup(target.bundle, Path(f"{stem}-setup.exe"), version, is_fast=is_fast)
        made = [setup, zip_bundle(target.bundle, Path(f"{stem}.zip"))]
        if not is_fast and setup.stat().st_size > INSTALLER_BUDGET_BYTES:
            raise SystemExit(
                f"The setup program has {setup.stat().st_size / 1e6:.0f} MB; the budget is "
                f"{INSTALLER_BUDGET_BYTES / 1e6:.0f} MB."
            )
    else:
        made = [tar_bundle(target.bundle, Path(f"{stem}.tar.gz"))]
    write_checksums(target.dist, made)
    return made


def compile_setup(bundle: Path, setup: Path, version: str, *, is_fast: bool) -> Path:
    """Compile the setup program of a bundle."""
    compiler = shutil.which("makensis") or next(filter(os.path.isfile, NSIS_PLACES), None)
    if compiler is None:
        raise SystemExit(
            "makensis is not installed (Debian: apt-get install nsis; Windows: NSIS 3.08 or newer)."
        )
    defines = {
        "SRC": str(bundle),
        "OUT": str(setup),
        "VERSION": version,
        "VERSION4": ".".join(str(number) for number in four_numbers(version)),
        "LICENCE": str(ROOT / "LICENSE"),
        "ICON": str(ROOT / "packaging" / "icon" / "reading-station.ico"),
    }
    if is_fast:
        defines["FAST"] = "1"
    if sys.platform != "win32":
        defines["X64"] = "1"  # where no 32-bit programs can be run
    if signing.is_wanted():
        defines["SIGN"] = f'"{sys.executable}" "{ROOT / "packaging" / "signing.py"}"'
    command = [compiler, "-V2", "-WX", *(f"-D{name}={text}" for name, text in defines.items())]
    done = subprocess.run([*command, str(ROOT / "packaging" / "installer.nsi")], check=False)
    if done.returncode != 0:
        raise SystemExit(f"makensis failed ({done.returncode}).")
    if signing.is_wanted():
        signing.sign(setup)
    return setup


def zip_bundle(bundle: Path, archive: Path) -> Path:
    """Pack a bundle as a zip, for machines on which nothing may be installed."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for path in sorted(bundle.rglob("*")):
            if path.is_file():
                file.write(path, f"Reading Station/{path.relative_to(bundle).as_posix()}")
    return archive


def tar_bundle(bundle: Path, archive: Path) -> Path:
    """Pack a bundle with its links and rights."""
    with tarfile.open(archive, "w:gz", compresslevel=6) as file:
        file.add(bundle, arcname=NAME, filter=_nobody)
    return archive


def write_checksums(folder: Path, files: list[Path]) -> Path:
    """Write ``SHA256SUMS``, as `sha256sum --check` reads it."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(lines), encoding="ascii")
    return sums


def _nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
