"""Walks a frozen bundle and refuses what may not be in it: ``python packaging/check_bundle.py FOLDER``.

Refused are GPL parts (Qt's virtual keyboard, GNU readline, the libjpeg plugin of pylibjpeg, x264 and x265),
Qt modules nothing uses, native libraries of unknown origin or licence, and a bundle above its size. What
passes gets a list of all distributions and libraries with their licences, written beside the program.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from library_licences import licence_of_library

ROOT = Path(__file__).resolve().parent.parent
SIZE_BUDGET_BYTES = 460_000_000 if sys.platform.startswith("linux") else 300_000_000
REFUSED_NAMES = {
    r"virtualkeyboard": "Qt's virtual keyboard is GPL",
    r"libreadline|(^|/)readline\.": "GNU readline is GPL",
    r"pylibjpeg_libjpeg|(^|/)_libjpeg\.": "the libjpeg plugin of pylibjpeg is GPL",
    r"libx26[45]": "x264 and x265 are GPL",
    r"portaudio.*asio": "an ASIO build of PortAudio is not free to pass on",
    r"libtobii|TittaPy|tobii_research([^/]*\.(so|pyd|dll|dylib)|-.*dist-info|/)": (
        "Tobii's SDK and what contains it may not be passed on"
    ),
    r"Qt6?(Quick|Qml|WebEngine|Pdf)": "nothing here uses this part of Qt",
}
# What the encoders write into their own libraries. FFmpeg's LGPL decoder knows the words "x264 - core" as
# well: it looks for them in streams, so they are no sign.
REFUSED_CONTENT = {
    b"H.264/MPEG-4 AVC codec - Copy": "x264 is GPL",
    b"H.265/HEVC codec - Copy": "x265 is GPL",
    b"--enable-gpl": "this ffmpeg was built with GPL parts",
    b"--enable-nonfree": "this ffmpeg was built with parts that may not be passed on",
    b"license: GPL version": "this ffmpeg was built with GPL parts",
}
REQUIRED = {
    r"(^|/)(liblsl\.so|lsl\.dll|liblsl\.dylib)": "the Lab Streaming Layer library",
    r"(^|/)(libpyside6|pyside6)\.abi3": "Qt's Python binding",
    r"(^|/)_gdcm": "the GDCM image decoder",
    r"(^|/)_openjpeg\.": "the JPEG 2000 decoder",
    r"(^|/)_CharLS\.": "the JPEG-LS decoder",
    r"plugins/platforms/(lib)?q(offscreen|windows)": "a Qt platform",
    r"(^|/)hosted/drivers/host/start\.py$": "the source for an interpreter that hosts a driver",
}
CLEAR_LICENCE = re.compile(
    r"MIT|BSD|Apache|LGPL|Lesser|PSF|Python Software|ISC|zlib|HPND|MPL|FTL|AFL|libpng|bzip2"
    r"|public domain|permissive|WITH GCC-exception",
    re.IGNORECASE,
)
GPL_LICENCE = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public", re.IGNORECASE)
# What the metadata do not say in a word, read in the package's own licence file.
KNOWN_LICENCES = {
    "pyside6-essentials": "LGPL-3.0-only",  # offered under LGPL, GPL or a commercial licence; taken as LGPL
    "shiboken6": "LGPL-3.0-only",
    "python-gdcm": "BSD-3-Clause",
}


@dataclass(frozen=True)
class Problem:
    """One thing that may not be so."""

    where: str
    what: str


@dataclass(frozen=True)
class Part:
    """A distribution or library in the bundle."""

    name: str
    version: str
    licence: str


def files_of(bundle: Path) -> dict[str, Path]:
    """Return the files of a bundle by their name in it; links are not followed and not listed."""
    found = sorted(path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(bundle).as_posix(): path for path in found}


def is_native(name: str) -> bool:
    """Tell whether a file is a shared library or an extension module."""
    return re.search(r"\.(so|dll|pyd|dylib)(\.[0-9.]+)?$", name) is not None


def problems_of_files(files: Mapping[str, Path]) -> list[Problem]:
    """Return what is wrong with the files themselves: refused, missing, too many bytes."""
    problems: list[Problem] = []
    for pattern, reason in REFUSED_NAMES.items():
        problems += [Problem(name, reason) for name in files if re.search(pattern, name, re.IGNORECASE)]
    for name in filter(is_native, files):
        content = files[name].read_bytes()
        problems += [Problem(name, reason) for mark, reason in REFUSED_CONTENT.items() if mark in content]
    for pattern, part in REQUIRED.items():
        if not any(re.search(pattern, name, re.IGNORECASE) for name in files):
            problems.append(Problem(part, "is missing from the bundle"))
    size = sum(path.stat().st_size for path in files.values())
    if size > SIZE_BUDGET_BYTES:
        problems.append(
            Problem("the bundle", f"has {size / 1e6:.0f} MB; the budget is {SIZE_BUDGET_BYTES / 1e6:.0f} MB")
        )
    return problems


def problems_of_parts(parts: Iterable[Part]) -> list[Problem]:
    """Return the parts whose licence is missing, unclear or GPL."""
    problems = []
    for part in parts:
        is_gpl = GPL_LICENCE.search(part.licence) and "WITH GCC-exception" not in part.licence
        if is_gpl or not CLEAR_LICENCE.search(part.licence):
            licence = part.licence or "not known"
            problems.append(Problem(part.name, f"has no licence that is clearly free to pass on ({licence})"))
    return problems


def required_distributions(requirements: Path) -> list[Part]:
    """Return every distribution that a requirement file pins and that is installed here."""
    pins = re.findall(
        r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", requirements.read_text(encoding="utf-8"), re.MULTILINE
    )
    parts = {}
    for name, _ in pins:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # pinned for another system
        parts[name] = Part(name, distribution.version, licence_of(distribution))
    return list(parts.values())


def licence_of(distribution: metadata.Distribution) -> str:
    """Return the licence a distribution declares, "" where it declares none."""
    facts = distribution.metadata
    known = KNOWN_LICENCES.get(canonical(facts["Name"]))
    if known is not None:
        return known
    classifiers = facts.get_all("Classifier") or []
    licences = [line.rsplit("::", 1)[-1].strip() for line in classifiers if line.startswith("License ::")]
    expression = (facts.get_all("License-Expression") or [""])[0]
    return (expression or "; ".join(licences) or (facts.get_all("License") or [""])[0].split("\n")[0]).strip()


def canonical(name: str) -> str:
    """Return a distribution's name in the one way names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def owners() -> dict[str, set[str]]:
    """Return for each native file name which installed distributions carry it; "python" carries its own."""
    found: dict[str, set[str]] = {}
    for distribution in metadata.distributions():
        for file in distribution.files or ():
            if is_native(file.name):
                found.setdefault(file.name, set()).add(canonical(distribution.metadata["Name"]))
    for folder in (sysconfig.get_path("stdlib"), sysconfig.get_config_var("LIBDIR"), sys.base_prefix):
        for pattern in ("lib-dynload/*", "libpython*", "DLLs/*", "python*.dll", "vcruntime*.dll"):
            for path in Path(folder or ".").glob(pattern):
                found.setdefault(path.name, set()).add("python")
    return found


def walk_libraries(
    names: Iterable[str], required: Iterable[str], owned: Mapping[str, set[str]]
) -> tuple[list[Part], list[Problem]]:
    """Find out what every native file belongs to.

    Parameters
    ----------
    names
        Files of the bundle.
    required
        Distributions the program requires.
    owned
        Native file names and the installed distributions that carry them.

    Returns
    -------
    tuple
        Libraries that need a licence of their own, and files of distributions that have no business here.
    """
    allowed = {canonical(name) for name in required} | {"python"}
    parts: dict[str, Part] = {}
    problems = []
    for name in filter(is_native, names):
        base = name.rsplit("/", 1)[-1]
        carriers = owned.get(base, set())
        if carriers and not carriers & allowed:
            who = ", ".join(sorted(carriers))
            problems.append(Problem(name, f"belongs to {who}, which the program does not require"))
        licence = licence_of_library(base)
        if licence or not carriers:
            parts[base] = Part(base, "", licence)
    return list(parts.values()), problems


def main(arguments: list[str]) -> int:
    """Check a bundle and write its licence list."""
    if len(arguments) != 1:
        print("usage: check_bundle.py FOLDER")
        return 2
    bundle = Path(arguments[0])
    files = files_of(bundle)
    if not files:
        print(f"refused: there is no bundle in {bundle}; run the freeze step first")
        return 1
    version = "py310" if sys.version_info < (3, 11) else "py311"
    distributions = required_distributions(ROOT / "requirements" / f"{version}.txt")
    libraries, problems = walk_libraries(files, [part.name for part in distributions], owners())
    problems += problems_of_files(files) + problems_of_parts([*distributions, *libraries])
    for problem in problems:
        print(f"refused: {problem.where}: {problem.what}")
    if problems:
        return 1
    python = Part("Python", ".".join(str(part) for part in sys.version_info[:3]), "PSF-2.0")
    lines = [f"{part.name} {part.version}: {part.licence}" for part in (python, *distributions)]
    lines += ["", "Shared libraries:", *(f"{part.name}: {part.licence}" for part in libraries)]
    (bundle / "LICENCES.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in files.values())
    print(
        f"bundle checked: {size / 1e6:.0f} MB; {len(distributions)} distributions and {len(libraries)} "
        "libraries have clear licences, nothing is refused"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
