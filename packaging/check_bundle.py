"""Walks a frozen bundle and refuses what may not be in it: ``python packaging/check_bundle.py FOLDER``.

Refused are GPL parts (Qt's virtual keyboard, GNU readline, the libjpeg plugin of pylibjpeg, x264 and x265),
Qt modules nothing uses, native libraries of unknown origin or licence, missing licence texts, and a bundle
above its size.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from bundle_parts import (
    Part,
    Problem,
    files_of,
    is_native,
    owners,
    required_distributions,
    walk_libraries,
)

ROOT = Path(__file__).resolve().parent.parent
WINDOWS_BUDGET_BYTES = 300_000_000
SIZE_BUDGET_BYTES = WINDOWS_BUDGET_BYTES if sys.platform == "win32" else 460_000_000
NOTICES = ("licences/LICENCES.txt", "licences/sbom.cdx.json", "licences/REPLACING-LIBRARIES.txt")
TOBII = r"libtobii|TittaPy|tobii_research([^/]*\.(so|pyd|dll|dylib)|-.*dist-info|/)"
REFUSED_NAMES = {
    r"virtualkeyboard": "Qt's virtual keyboard is GPL",
    r"libreadline|(^|/)readline\.": "GNU readline is GPL",
    r"pylibjpeg_libjpeg|(^|/)_libjpeg\.": "the libjpeg plugin of pylibjpeg is GPL",
    r"libx26[45]": "x264 and x265 are GPL",
    r"portaudio.*asio": "an ASIO build of PortAudio is not free to pass on",
    TOBII: "Tobii's SDK and what contains it may not be passed on",
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
    r"pocketsphinx/model/en-us/en-us/mdef$": "the model of speech",
    r"_soundfile_data/libsndfile": "the library that reads FLAC",
    r"speech/data/pronunciations\.txt$": "the words of dictation",
    r"presets/reflacx\.gazestudy$": "the presets of studies",
    r"plugins/platforms/(lib)?q(offscreen|windows)": "a Qt platform",
    r"(^|/)hosted/drivers/host/start\.py$": "the source for an interpreter that hosts a driver",
}
CLEAR_LICENCE = re.compile(
    r"MIT|BSD|Apache|LGPL|Lesser|PSF|Python Software|ISC|zlib|HPND|MPL|FTL|AFL|libpng|bzip2"
    r"|public domain|permissive|WITH GCC-exception|Redistributable",
    re.IGNORECASE,
)
GPL_LICENCE = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public", re.IGNORECASE)


def problems_of_files(
    files: Mapping[str, Path], *, budget_bytes: int | None = None, with_tobii: bool = False
) -> list[Problem]:
    """Return what is wrong with the files themselves: refused, missing, too many bytes.

    Parameters
    ----------
    files
        Files of the bundle by their name in it.
    budget_bytes
        How large they may be together; None: what holds for this system.
    with_tobii
        Whether Tobii's package may be among them.
    """
    problems: list[Problem] = []
    refused = {
        pattern: why for pattern, why in REFUSED_NAMES.items() if not (with_tobii and pattern == TOBII)
    }
    for pattern, reason in refused.items():
        problems += [Problem(name, reason) for name in files if re.search(pattern, name, re.IGNORECASE)]
    for name in filter(is_native, files):
        content = files[name].read_bytes()
        problems += [Problem(name, reason) for mark, reason in REFUSED_CONTENT.items() if mark in content]
    for pattern, part in REQUIRED.items():
        if not any(re.search(pattern, name, re.IGNORECASE) for name in files):
            problems.append(Problem(part, "is missing from the bundle"))
    size = sum(path.stat().st_size for path in files.values())
    allowed = SIZE_BUDGET_BYTES if budget_bytes is None else budget_bytes
    if size > allowed:
        problems.append(
            Problem("the bundle", f"has {size / 1e6:.0f} MB; the budget is {allowed / 1e6:.0f} MB")
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


def problems_of_notices(bundle: Path) -> list[Problem]:
    """Return which of the papers that have to travel along are missing."""
    return [Problem(name, "is missing; freeze again") for name in NOTICES if not (bundle / name).is_file()]


def main(arguments: list[str]) -> int:
    """Check a bundle."""
    parser = argparse.ArgumentParser(
        prog="check_bundle.py", description="Refuses what may not be in a bundle."
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--site-packages", help="of the Python that froze it, where that is not this one")
    parser.add_argument(
        "--with-tobii", action="store_true", help="the owner decided that Tobii's package is in it"
    )
    given = parser.parse_args(arguments)
    bundle: Path = given.bundle
    files = files_of(bundle)
    if not files:
        print(f"refused: there is no bundle in {bundle}; run the freeze step first")
        return 1
    search = [given.site_packages] if given.site_packages else None
    required = required_distributions(requirement_file(), search)
    names = [part.name for part in required] + (["tobii-research", "tittapy"] if given.with_tobii else [])
    libraries, problems = walk_libraries(files, names, owners(search))
    budget = SIZE_BUDGET_BYTES if search is None else WINDOWS_BUDGET_BYTES
    problems += problems_of_files(files, budget_bytes=budget, with_tobii=given.with_tobii)
    problems += problems_of_parts([*required, *libraries]) + problems_of_notices(bundle)
    for problem in problems:
        print(f"refused: {problem.where}: {problem.what}")
    if problems:
        return 1
    size = sum(path.stat().st_size for path in files.values())
    print(
        f"bundle checked: {size / 1e6:.0f} MB; {len(required)} distributions and {len(libraries)} "
        "libraries have clear licences, nothing is refused"
    )
    return 0


def requirement_file() -> Path:
    """Return the file that pins what is frozen, for this version of Python."""
    version = "py310" if sys.version_info < (3, 11) else "py311"
    return ROOT / "packaging" / f"requirements-{version}.txt"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
