"""Puts the papers into a bundle that have to travel along: licences, parts, how to replace libraries."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

from build_target import ROOT, Target
from bundle_parts import (
    Part,
    canonical,
    distributions,
    files_of,
    owners,
    required_distributions,
    walk_libraries,
)
from check_bundle import requirement_file
from sbom import sbom
from version_info import program_version

TEXTS = ROOT / "packaging" / "licences"
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
# Distributions whose wheels carry no text of their licence: the text, and whose it is.
WITHOUT_TEXT = {
    "pylsl": (
        "MIT",
        "Copyright (c) 2012-2018 Christian A. Kothe (pylsl); Copyright (C) 2012 Christian A. Kothe (liblsl)",
    ),
    "pyserial": ("BSD-3-Clause", "Copyright (c) 2001-2020 Chris Liechti"),
    "pyjpegls": ("MIT", "Copyright (c) Pierre V. Villeneuve and the pydicom contributors"),
    "pyside6-essentials": ("LGPL-3.0", "Copyright (C) The Qt Company Ltd. and other contributors"),
    "shiboken6": ("LGPL-3.0", "Copyright (C) The Qt Company Ltd. and other contributors"),
}
# Libraries inside wheels whose texts the wheels leave out.
INSIDE_WHEELS = {
    "charls": ("BSD-3-Clause", "Copyright (c) 2007, Jan de Vaan \\ Victor Derks (CharLS, inside pyjpegls)"),
    "portaudio": (
        "MIT",
        "Copyright (c) 1999-2011 Ross Bencina and Phil Burk (PortAudio, inside sounddevice)",
    ),
}


def write_notices(target: Target) -> str:
    """Write the folder ``licences`` of a bundle; return what was done in a few words.

    Raises
    ------
    SystemExit
        If a part of the bundle has no licence text that could be found.
    """
    folder = target.bundle / "licences"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "texts").mkdir(parents=True)
    parts = required_distributions(requirement_file(), target.site_packages)
    names = [*(part.name for part in parts), "tittapy", "tobii-research"]  # refused elsewhere where unwanted
    libraries, _ = walk_libraries(files_of(target.bundle), names, owners(target.site_packages))
    python = Part("Python", python_version(target), "PSF-2.0")
    copy_texts(folder / "texts", parts, target)
    if target.system == "linux":
        copy_system_texts(folder / "texts" / "system", target.bundle, libraries)
    shutil.copy(TEXTS / "REPLACING-LIBRARIES.txt", folder)
    lines = [f"{part.name} {part.version}: {part.licence}" for part in (python, *parts)]
    lines += ["", "Shared libraries:", *(f"{part.name}: {part.licence or 'not known'}" for part in libraries)]
    lines += [
        "",
        "The program that starts all this is PyInstaller's: GPL with an exception for what it starts.",
    ]
    (folder / "LICENCES.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    document = sbom(program_version(ROOT), target.system, python, parts, libraries, target.bundle)
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (folder / "sbom.cdx.json").write_text(text + "\n", encoding="utf-8")
    return f"licences of {len(parts)} distributions and {len(libraries)} libraries"


def python_version(target: Target) -> str:
    """Return the version of the Python that freezes."""
    code = "import platform; print(platform.python_version())"
    done = target.run([str(target.python), "-c", code], ROOT, timeout_s=120)
    found = re.search(r"\d+\.\d+\.\d+", done.stdout)
    if found is None:
        raise SystemExit(f"The Python that freezes does not run:\n{done.stdout}{done.stderr}")
    return found.group(0)


def copy_texts(folder: Path, parts: list[Part], target: Target) -> None:
    """Copy the licence texts of the distributions and of Python, and write those that wheels leave out."""
    installed = distributions(target.site_packages)
    for part in parts:
        copied = copy_texts_of(folder / part.name, installed[canonical(part.name)])
        known = WITHOUT_TEXT.get(canonical(part.name))
        if known is not None:
            write_text(folder / part.name / "LICENSE.txt", *known)
        elif not copied:
            raise SystemExit(
                f"{part.name} {part.version} carries no text of its licence. Add it to WITHOUT_TEXT."
            )
    for name, known in INSIDE_WHEELS.items():
        write_text(folder / name / "LICENSE.txt", *known)
    for name in ("LGPL-2.1", "LGPL-3.0", "GPL-3.0"):  # the last is a part of the one before
        shutil.copy(TEXTS / f"{name}.txt", folder)
    (folder / "python").mkdir()
    shutil.copy(python_licence(target), folder / "python" / "LICENSE.txt")


def copy_texts_of(folder: Path, distribution: metadata.Distribution) -> int:
    """Copy the licence texts of one distribution; return how many there are."""
    copied = 0
    for file in distribution.files or ():
        inside = ".dist-info" in file.parts[0] and LICENCE_FILE.search("/".join(file.parts[1:]))
        if (inside or file.name in ("COPYING", "LICENSE-3RD-PARTY.txt")) and Path(file.locate()).is_file():
            folder.mkdir(exist_ok=True)
            shutil.copy(Path(file.locate()), folder / f"{copied:02d}-{file.name}.txt")
            copied += 1
    return copied


def python_licence(target: Target) -> Path:
    """Return the licence text of Python, of which this interpreter has the same."""
    import sysconfig

    here = [
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sysconfig.get_config_var("prefix")) / "LICENSE.txt",
    ]
    debian = sorted(Path("/usr/share/doc").glob("*python3.*/copyright"))
    found = [path for path in (target.python.parent / "LICENSE.txt", *here, *debian) if path.is_file()]
    if not found:
        raise SystemExit("The licence text of Python was not found beside the Python that freezes.")
    return found[0]


def copy_system_texts(folder: Path, bundle: Path, libraries: list[Part]) -> None:
    """Copy what Debian says of the licences of the libraries that came from this machine."""
    if shutil.which("dpkg-query") is None:
        return
    folder.mkdir()
    names = {part.name for part in libraries}
    top = [path.name for path in (bundle / "_internal").glob("*.so*") if path.name in names]
    for name in sorted(top):
        package = debian_package(name)
        text = Path("/usr/share/doc") / package / "copyright"
        if package and text.is_file():
            shutil.copy(text, folder / f"{package}.txt")


def debian_package(library: str) -> str:
    """Return the Debian package of a library on this machine, "" where none has it."""
    done = subprocess.run(
        [str(shutil.which("dpkg-query")), "--search", f"*/{library}"],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.split(":", 1)[0].split(",")[0] if done.returncode == 0 else ""


def write_text(path: Path, licence: str, owner: str) -> None:
    """Write a licence text with whose it is."""
    path.parent.mkdir(exist_ok=True)
    text = (TEXTS / f"{licence}.txt").read_text(encoding="utf-8")
    path.write_text(f"{owner}\n\n{text}", encoding="utf-8")
