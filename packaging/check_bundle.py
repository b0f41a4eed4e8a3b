"""Walks a frozen bundle and refuses what may not be in it: ``python packaging/check_bundle.py FOLDER``.

Refused are GPL parts (Qt's virtual keyboard, GNU readline, the libjpeg plugin of pylibjpeg, x264 and x265),
Qt modules nothing uses, and a bundle above its size. A list of the bundled distributions with version and
licence is written beside the program; one without a clear licence fails the check.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

SIZE_BUDGET_BYTES = 460_000_000 if sys.platform.startswith("linux") else 300_000_000
REFUSED_NAMES = {
    r"virtualkeyboard": "Qt's virtual keyboard is GPL",
    r"libreadline|(^|/)readline\.": "GNU readline is GPL",
    r"pylibjpeg_libjpeg|(^|/)_libjpeg\.": "the libjpeg plugin of pylibjpeg is GPL",
    r"x26[45]": "x264 and x265 are GPL",
    r"portaudio.*asio": "an ASIO build of PortAudio is not free to pass on",
    r"Qt6?(Quick|Qml|WebEngine|Pdf)": "nothing here uses this part of Qt",
}
REFUSED_CONTENT = {
    b"x264 - core": "x264 is GPL",
    b"x265 [info]": "x265 is GPL",
    b"--enable-gpl": "this ffmpeg was built with GPL parts",
}
REQUIRED = (r"liblsl|lsl\.dll", r"libpyside6|pyside6\.abi3", r"_gdcm|gdcm")
CLEAR_LICENCE = re.compile(r"MIT|BSD|Apache|LGPL|Lesser|PSF|Python Software|ISC|zlib|Zlib|HPND|MPL", re.IGNORECASE)
GPL_LICENCE = re.compile(r"(?<![L])GPL|(?<!Lesser )General Public", re.IGNORECASE)
# What the metadata do not say, read in the package's own licence file.
KNOWN_LICENCES: dict[str, str] = {
    "PySide6_Essentials": "LGPL-3.0-only",
    "PySide6-Essentials": "LGPL-3.0-only",
    "shiboken6": "LGPL-3.0-only",
    "python-gdcm": "BSD-3-Clause",
}


@dataclass(frozen=True)
class Problem:
    """One thing that may not be so."""

    where: str
    what: str


def problems_of(bundle: Path) -> list[Problem]:
    """Return what is wrong with a bundle; empty when all is well."""
    files = [path for path in sorted(bundle.rglob("*")) if path.is_file() and not path.is_symlink()]
    if not files:
        return [Problem(str(bundle), "there is no bundle here; run the freeze step first")]
    problems: list[Problem] = []
    names = [path.relative_to(bundle).as_posix() for path in files]
    for pattern, reason in REFUSED_NAMES.items():
        problems += [Problem(name, reason) for name in names if re.search(pattern, name, re.IGNORECASE)]
    for path, name in zip(files, names):
        if re.search(r"\.(so|dll|pyd|dylib)(\.|$)", name):
            content = path.read_bytes()
            problems += [Problem(name, reason) for mark, reason in REFUSED_CONTENT.items() if mark in content]
    for pattern in REQUIRED:
        if not any(re.search(pattern, name, re.IGNORECASE) for name in names):
            problems.append(Problem(pattern, "is missing from the bundle"))
    size = sum(path.stat().st_size for path in files)
    if size > SIZE_BUDGET_BYTES:
        problems.append(Problem(str(bundle), f"{size / 1e6:.0f} MB is above {SIZE_BUDGET_BYTES / 1e6:.0f} MB"))
    return problems


def bundled_distributions(requirements: Path) -> list[tuple[str, str, str]]:
    """Return name, version and licence of every distribution that the requirement file pins and that is installed."""
    pins = re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    found = []
    for name, _ in pins:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # pinned for another system
        found.append((name, distribution.version, licence_of(distribution)))
    return found


def licence_of(distribution: metadata.Distribution) -> str:
    """Return the licence a distribution declares, "" where it declares none."""
    facts = distribution.metadata
    name = facts["Name"]
    if name in KNOWN_LICENCES:
        return KNOWN_LICENCES[name]
    classifiers = [line.rsplit("::", 1)[-1].strip() for line in facts.get_all("Classifier", []) if line.startswith("License")]
    declared = facts.get("License-Expression") or "; ".join(classifiers) or (facts.get("License") or "").split("\n")[0]
    return declared.strip()


def main(arguments: list[str]) -> int:
    """Check a bundle and write its licence list."""
    if len(arguments) != 1:
        print("usage: check_bundle.py FOLDER")
        return 2
    bundle = Path(arguments[0])
    root = Path(__file__).resolve().parent.parent
    version = "py310" if sys.version_info < (3, 11) else "py311"
    problems = problems_of(bundle)
    distributions = bundled_distributions(root / "requirements" / f"{version}.txt")
    for name, number, licence in distributions:
        is_gpl = GPL_LICENCE.search(licence) and not re.search(r"LGPL|Lesser", licence, re.IGNORECASE)
        if is_gpl or not CLEAR_LICENCE.search(licence):
            problems.append(Problem(f"{name} {number}", f"licence {licence or 'not declared'!r} is not clearly free to pass on"))
    for problem in problems:
        print(f"refused: {problem.where}: {problem.what}")
    if not problems:
        lines = [f"{name} {number}: {licence}" for name, number, licence in distributions]
        (bundle / "LICENCES.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"bundle checked: {len(distributions)} distributions, nothing refused")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
