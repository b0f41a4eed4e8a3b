"""What a bundle is made of: distributions, native libraries, and the licence of each."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from library_licences import licence_of_library

# What makes the bundle and does not go into it.
BUILD_TOOLS = frozenset(
    {
        "altgraph",
        "macholib",
        "packaging",
        "pefile",
        "pyinstaller",
        "pyinstaller-hooks-contrib",
        "pywin32-ctypes",
        "setuptools",
    }
)
# What the metadata do not say in a word, read in the package's own licence file.
KNOWN_LICENCES = {
    "pyside6-essentials": "LGPL-3.0-only",  # offered under LGPL, GPL or a commercial licence; taken as LGPL
    "shiboken6": "LGPL-3.0-only",
    "python-gdcm": "BSD-3-Clause",
}


@dataclass(frozen=True)
class Part:
    """A distribution or library in the bundle."""

    name: str
    version: str
    licence: str


@dataclass(frozen=True)
class Problem:
    """One thing that may not be so."""

    where: str
    what: str


def files_of(bundle: Path) -> dict[str, Path]:
    """Return the files of a bundle by their name in it; links are not followed and not listed."""
    found = sorted(path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(bundle).as_posix(): path for path in found}


def is_native(name: str) -> bool:
    """Tell whether a file is a shared library or an extension module."""
    return re.search(r"\.(so|dll|pyd|dylib)(\.[0-9.]+)?$", name) is not None


def canonical(name: str) -> str:
    """Return a distribution's name in the one way names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(search: list[str] | None = None) -> dict[str, metadata.Distribution]:
    """Return the installed distributions by name; `search` names folders, None is this interpreter's own."""
    found = metadata.distributions() if search is None else metadata.distributions(path=search)
    return {canonical(each.metadata["Name"]): each for each in found}


def required_distributions(requirements: Path, search: list[str] | None = None) -> list[Part]:
    """Return every distribution of the program that a requirement file pins and that is installed."""
    pins = re.findall(
        r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", requirements.read_text(encoding="utf-8"), re.MULTILINE
    )
    installed = distributions(search)
    parts = {}
    for name, _ in pins:
        distribution = installed.get(canonical(name))
        if distribution is None or canonical(name) in BUILD_TOOLS:
            continue  # pinned for another system, or a tool
        parts[name] = Part(name, distribution.version, licence_of(distribution))
    return list(parts.values())


def foreign_modules(requirements: Path, also_wanted: Iterable[str] = ()) -> list[str]:
    """Return the modules of installed distributions that the program does not require.

    Parameters
    ----------
    requirements
        File that pins what the program requires.
    also_wanted
        Further distributions that go into the bundle.
    """
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    wanted = {canonical(name) for name in (*pinned, *also_wanted, "reading-station")} - BUILD_TOOLS
    modules: dict[str, bool] = {}  # whether a distribution that is wanted has it
    for name, distribution in distributions().items():
        for module in modules_of(distribution):
            modules[module] = modules.get(module, False) or name in wanted
    return sorted(module for module, is_wanted in modules.items() if not is_wanted)


def modules_of(distribution: metadata.Distribution) -> set[str]:
    """Return the names under which a distribution can be imported, by its files."""
    found = set()
    for file in distribution.files or ():
        first = file.parts[0]
        if len(file.parts) > 1:
            found.add(first)
        elif re.search(r"\.(py|so|pyd)$", first):
            found.add(first.split(".")[0])
    return {name for name in found if name.isidentifier() and name != "__pycache__"}


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


def owners(search: list[str] | None = None) -> dict[str, set[str]]:
    """Return for each native file name which distributions carry it; "python" carries its own.

    Names are in small letters: on Windows a bundle may write them otherwise than the wheel.
    """
    found: dict[str, set[str]] = {}
    for name, distribution in distributions(search).items():
        for file in distribution.files or ():
            if is_native(file.name):
                found.setdefault(file.name.lower(), set()).add(name)
    for path in python_libraries(search):
        found.setdefault(path.name.lower(), set()).add("python")
    return found


def python_libraries(search: list[str] | None) -> list[Path]:
    """Return the native files of Python itself: this one's, or the one beside a folder of packages."""
    if search is None:
        folders = [sysconfig.get_path("stdlib"), sysconfig.get_config_var("LIBDIR"), sys.base_prefix]
    else:
        folders = [str(Path(folder).parent.parent) for folder in search]
    patterns = ("lib-dynload/*", "libpython*", "DLLs/*", "*.dll")
    return [
        path for folder in folders if folder for pattern in patterns for path in Path(folder).glob(pattern)
    ]


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
        Native file names in small letters and the installed distributions that carry them.

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
        carriers = owned.get(base.lower(), set())
        if carriers and not carriers & allowed:
            who = ", ".join(sorted(carriers))
            problems.append(Problem(name, f"belongs to {who}, which the program does not require"))
        licence = licence_of_library(base)
        if licence or not carriers:
            parts[base] = Part(base, "", licence)
    return list(parts.values()), problems
