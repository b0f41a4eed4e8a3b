"""Freezes the program, tries the result and makes what is handed out: ``python packaging/build.py all``.

Steps: freeze, smoke, check, check-pe, installer, check-installer, plain-machine; `all` is every one that
holds for the system. Each works for this system. On Linux, ``--wine`` makes and uses a Windows Python under
Wine and does the same for Windows; ``--runner`` and ``--python`` name another way to run Windows programs
and a Python of one's own there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import make_installer
from build_target import NAME, ROOT, Target, this_system, windows_by_runner
from check_bundle import requirement_file
from check_installer import InstallerError, check_installer
from wine_rig import RigError, make_rig

SMOKE_TIMEOUT_S = 900
FREEZE_TIMEOUT_S = 1800


@dataclass(frozen=True)
class Build:
    """What is built, and how."""

    target: Target
    with_tobii: bool = False
    is_fast: bool = False


def requirements(build: Build) -> None:
    """Install what a freeze needs into the Python that runs this, by its hashes."""
    if build.target.is_foreign:
        print("nothing to do: the rig has them")
        return
    command = [sys.executable, "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "-r"]
    _check_call([*command, str(requirement_file())])


def freeze(build: Build) -> None:
    """Make the one-folder bundle and the papers in it."""
    from bundle_notices import write_notices

    target = build.target
    for folder in (target.work, target.bundle):
        shutil.rmtree(folder, ignore_errors=True)
    command = [str(target.python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    # Relative: the same for this system and for a Windows that has other names for these folders.
    places = ["--distpath", _relative(target.dist), "--workpath", _relative(target.work), "pyinstaller.spec"]
    environment = {**os.environ, **target.environment, **target.qt_environment()}
    environment["PYTHONPATH"] = target.path(ROOT)
    environment["READING_STATION_BUNDLE_TOBII"] = "1" if build.with_tobii else "0"
    done = subprocess.run(
        [*target.runner, *command, *places],
        check=False,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=FREEZE_TIMEOUT_S,
    )
    if done.returncode != 0 or not target.program.is_file():
        raise SystemExit(f"PyInstaller failed ({done.returncode}):\n{done.stdout[-8000:]}")
    lost = [
        line
        for line in done.stdout.splitlines()
        if "Failed to collect submodules" in line and "capture_app" in line
    ]
    if lost:
        raise SystemExit("Modules of the program are missing from the bundle:\n" + "\n".join(lost))
    print(
        f"bundle: {bundle_bytes(target) / 1e6:.0f} MB in {_relative(target.bundle)}; {write_notices(target)}"
    )


def smoke(build: Build) -> None:
    """Run the frozen program from another folder, with nothing of the developer's environment."""
    target = build.target
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        report = folder / "self-test.json"
        print(_run(target, ["--version"], folder).stdout.strip())
        started_s = time.monotonic()
        result = _run(target, ["self-test", "--report", target.path(report)], folder)
        print(result.stdout.strip())
        if result.returncode != 0:
            raise SystemExit(f"The frozen self-test failed ({result.returncode}):\n{result.stderr}")
        checks = json.loads(report.read_text(encoding="utf-8"))["checks"]
        print(f"frozen self-test: {len(checks)} checks passed in {time.monotonic() - started_s:.0f} s")
        for program in windowed_programs(target):
            _open_and_close(target, program, folder)
        if not target.is_foreign:
            print(_host_a_driver(target, folder))


def check(build: Build) -> None:
    """Walk the bundle for parts that may not be in it."""
    command = [sys.executable, str(ROOT / "packaging" / "check_bundle.py"), str(build.target.bundle)]
    if build.target.site_packages:
        command += ["--site-packages", *build.target.site_packages]
    if build.with_tobii:
        command.append("--with-tobii")
    _check_call(command)


def check_pe(build: Build) -> None:
    """Check the programs and libraries of Windows without running them."""
    if build.target.system != "windows":
        print("nothing to do: these are no programs of Windows")
        return
    _check_call([sys.executable, str(ROOT / "packaging" / "check_pe.py"), str(build.target.bundle)])


def installer(build: Build) -> None:
    """Make what is handed out, with checksums."""
    for path in make_installer.make_installer(build.target, is_fast=build.is_fast):
        print(f"{path.stat().st_size / 1e6:.0f} MB: {_relative(path)}")


def check_installation(build: Build) -> None:
    """Put the setup program through install, refusals, upgrade, uninstall; unpack the archive elsewhere."""
    target = build.target
    if target.system == "windows":
        setups = sorted(target.dist.glob(f"{NAME}-*-setup.exe"))
        if not setups:
            raise SystemExit("There is no setup program; run the installer step first.")
        check_installer(target, setups[-1], print)
        return
    archives = sorted(target.dist.glob(f"{NAME}-*.tar.gz"))
    if not archives:
        raise SystemExit("There is no archive; run the installer step first.")
    with tempfile.TemporaryDirectory(prefix="Prüfung room 2 ") as name:
        shutil.unpack_archive(archives[-1], name, filter="tar")
        program = target.program_in(Path(name) / NAME)
        done = target.run([str(program), "self-test"], Path(name), timeout_s=SMOKE_TIMEOUT_S)
        if done.returncode != 0:
            raise SystemExit(f"The unpacked self-test failed:\n{done.stdout}{done.stderr}")
    print("unpacked into a folder with spaces and other letters; its self-test passed")


def plain_machine(build: Build) -> None:
    """Run the demonstration of the bundle on a Debian without Python."""
    from plain_machine import run_on_plain_machine

    if build.target.system != "linux":
        print("nothing to do: this is tried with the bundle for Linux")
        return
    print(run_on_plain_machine(build.target.bundle))


def bundle_bytes(target: Target) -> int:
    """Return the size of the bundle; links count once."""
    files = (path for path in target.bundle.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.lstat().st_size for path in files)


def windowed_programs(target: Target) -> list[Path]:
    """Return the programs that open windows: both where Windows has one for consoles beside it."""
    both = [target.bundle / f"{NAME}.exe", target.program] if target.system == "windows" else [target.program]
    return [path for path in both if path.is_file()]


def _open_and_close(target: Target, program: Path, folder: Path) -> None:
    """Open the windows twice and close them; the second time everything is warm."""
    for _ in range(2):
        started_s = time.monotonic()
        done = target.run([str(program), "capture", "--quit-after", "0"], folder, timeout_s=SMOKE_TIMEOUT_S)
        took_s = time.monotonic() - started_s
        if done.returncode != 0:
            raise SystemExit(
                f"The windows of {program.name} did not open and close ({done.returncode}):\n{done.stderr}"
            )
    print(f"{program.name}: windows opened and closed, warm in {took_s:.1f} s")


def _host_a_driver(target: Target, folder: Path) -> str:
    """Record a tracker that the frozen program hosts in the Python that runs this; return how it went."""
    interpreter = f"interpreter={sys.executable}"
    recording = folder / "hosted.gazeh5"
    options = ["--tracker", "mock", "--option", interpreter, "--seconds", "1", "--out", str(recording)]
    result = _run(target, ["record", *options], folder)
    if result.returncode != 0:
        raise SystemExit(
            f"The frozen program could not host a driver ({result.returncode}):\n{result.stderr}"
        )
    checked = _run(target, ["validate", str(recording)], folder)
    if checked.returncode != 0:
        raise SystemExit(f"The recording of a hosted driver is not valid:\n{checked.stdout}{checked.stderr}")
    return "frozen program hosted a driver in another interpreter; its recording is valid"


def _run(target: Target, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return target.run([str(target.program), *arguments], folder, timeout_s=SMOKE_TIMEOUT_S)


def _check_call(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(1)


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


STEPS: dict[str, Callable[[Build], None]] = {
    "requirements": requirements,
    "freeze": freeze,
    "smoke": smoke,
    "check": check,
    "check-pe": check_pe,
    "installer": installer,
    "check-installer": check_installation,
    "plain-machine": plain_machine,
}
# They change this Python, or need root and a mirror of Debian.
NOT_IN_ALL = ("requirements", "plain-machine")


def main(arguments: list[str]) -> int:
    """Run the named steps."""
    parser = argparse.ArgumentParser(prog="build.py", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "steps", nargs="+", choices=[*STEPS, "all"], metavar="STEP", help=", ".join([*STEPS, "all"])
    )
    parser.add_argument(
        "--wine", action="store_true", help="build for Windows, in a rig made under build/wine"
    )
    parser.add_argument("--runner", help="command that runs Windows programs, for --python")
    parser.add_argument("--python", type=Path, help="python.exe to freeze with, for --runner")
    parser.add_argument(
        "--with-tobii", action="store_true", help="put Tobii's package in; its terms are the owner's"
    )
    parser.add_argument("--fast", action="store_true", help="pack the setup program less tightly")
    given = parser.parse_args(arguments)
    if bool(given.runner) != bool(given.python):
        parser.error("--runner and --python go together")
    try:
        build = Build(target_of(given), with_tobii=given.with_tobii, is_fast=given.fast)
        names = [name for name in STEPS if name not in NOT_IN_ALL] if "all" in given.steps else given.steps
        for name in names:
            print(f"== {name}", flush=True)
            STEPS[name](build)
    except (RigError, InstallerError) as err:
        print(err)
        return 1
    return 0


def target_of(given: argparse.Namespace) -> Target:
    """Return what is built for, from the command line."""
    if given.wine:
        return make_rig()
    if given.runner:
        return windows_by_runner(given.runner, given.python.absolute(), dict(os.environ))
    return this_system()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
