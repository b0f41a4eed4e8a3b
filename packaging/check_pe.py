"""Checks the programs and libraries of a Windows bundle without Windows: ``python packaging/check_pe.py
FOLDER``.

Each is for x64, everything it loads is in the bundle or part of Windows, nothing comes from Wine, and the
programs show the version of the source, an icon and a manifest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pefile
from version_info import program_version

ROOT = Path(__file__).resolve().parent.parent
X64 = 0x8664
ICON_GROUP, MANIFEST = 14, 24  # kinds of resources
# What Windows 10 from 1903 on brings; a name that is missing here makes the check fail, not the program.
_NAMES = """
    advapi32 authz avicap32 avifil32 avrt bcrypt bcryptprimitives cfgmgr32 comctl32 comdlg32 crypt32
    d2d1 d3d11 d3d12 d3d9 dbghelp dnsapi dsound dwmapi dwrite dxgi dxva2 evr gdi32 hid icu icuin
    icuuc imm32 iphlpapi kernel32 ksuser mf mfcore mfplat mfreadwrite mpr mscms msvcrt msvfw32
    mswsock ncrypt netapi32 ntdll ole32 oleacc oleaut32 powrprof propsys psapi rpcrt4 secur32
    setupapi shcore shell32 shlwapi uiautomationcore urlmon user32 userenv uxtheme version
    windowscodecs winhttp wininet winmm winspool.drv ws2_32 wsock32 wtsapi32
"""
OF_WINDOWS = frozenset(_NAMES.split())
PROGRAMS = {"reading-station.exe": 2, "reading-station-cli.exe": 3}  # subsystem: windows, console


def native_files(bundle: Path) -> list[Path]:
    """Return the programs and libraries of a bundle."""
    return sorted(path for path in bundle.rglob("*") if path.suffix.lower() in (".exe", ".dll", ".pyd"))


def problems_of(bundle: Path, version: str) -> list[str]:
    """Return what is wrong, a sentence each."""
    files = native_files(bundle)
    if not files:
        return [f"There is no Windows program in {bundle}. Freeze first."]
    present = {path.name.lower() for path in files}
    problems = [problem for path in files for problem in problems_of_file(path, present)]
    for name, subsystem in PROGRAMS.items():
        path = bundle / name
        problems += (
            problems_of_program(path, subsystem, version) if path.is_file() else [f"{name} is missing."]
        )
    return problems


def problems_of_file(path: Path, present: Iterable[str]) -> list[str]:
    """Return what is wrong with one program or library, given the names that are in the bundle."""
    try:
        image = pefile.PE(str(path), fast_load=True)
    except pefile.PEFormatError as err:
        return [f"{path.name} is no program or library of Windows ({err})."]
    problems = []
    if image.FILE_HEADER.Machine != X64:
        problems.append(f"{path.name} is not for x64.")
    if b"Wine builtin DLL" in path.read_bytes()[:0x100]:
        problems.append(f"{path.name} is a library of Wine.")
    image.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_IMPORT"]])
    for entry in getattr(image, "DIRECTORY_ENTRY_IMPORT", ()):
        name = entry.dll.decode("ascii").lower()
        if name not in present and not is_of_windows(name):
            problems.append(f"{path.name} needs {name}, which is neither in the bundle nor part of Windows.")
    return problems


def is_of_windows(library: str) -> bool:
    """Tell whether Windows brings a library, by its name in small letters."""
    return library.removesuffix(".dll") in OF_WINDOWS or library.startswith(("api-ms-win-", "ext-ms-"))


def problems_of_program(path: Path, subsystem: int, version: str) -> list[str]:
    """Return what is wrong with what Windows shows of a program and how it starts it."""
    image = pefile.PE(str(path), fast_load=True)
    image.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_RESOURCE"]])
    problems = []
    if image.OPTIONAL_HEADER.Subsystem != subsystem:
        problems.append(f"{path.name} has subsystem {image.OPTIONAL_HEADER.Subsystem}, not {subsystem}.")
    resources = getattr(image, "DIRECTORY_ENTRY_RESOURCE", None)
    kinds = {entry.id for entry in resources.entries} if resources else set()
    if ICON_GROUP not in kinds:
        problems.append(f"{path.name} has no icon.")
    if MANIFEST not in kinds:
        problems.append(f"{path.name} has no manifest.")
    shown = shown_version(image)
    if shown != version:
        problems.append(f"{path.name} shows version {shown or 'none'}, the source has {version}.")
    return problems


def shown_version(image: pefile.PE) -> str:
    """Return the product version in the resources of a program, "" where there is none."""
    for info in getattr(image, "FileInfo", ()):
        for part in info:
            for table in getattr(part, "StringTable", ()):
                value = table.entries.get(b"ProductVersion")
                if value is not None:
                    return str(value.decode("utf-8"))
    return ""


def main(arguments: list[str]) -> int:
    """Check a bundle and print what is wrong."""
    if len(arguments) != 1:
        print("usage: check_pe.py FOLDER")
        return 2
    bundle = Path(arguments[0])
    problems = problems_of(bundle, program_version(ROOT))
    for problem in problems:
        print(f"refused: {problem}")
    if not problems:
        print(f"{len(native_files(bundle))} programs and libraries of Windows checked")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
