"""Freezes the program and tries the result: ``python packaging/build.py freeze smoke check``.

Each step works on Windows and on Linux; `all` is every step in order.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "dist" / "reading-station"
IS_WINDOWS = sys.platform == "win32"
PROGRAM = BUNDLE / ("reading-station-cli.exe" if IS_WINDOWS else "reading-station")
SMOKE_TIMEOUT_S = 300


def freeze() -> None:
    """Make the one-folder bundle in dist/."""
    for folder in ("build/reading-station", "dist/reading-station"):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "pyinstaller.spec"]
    subprocess.run(command, check=True, cwd=ROOT)
    print(f"bundle: {bundle_bytes() / 1e6:.0f} MB in {BUNDLE.relative_to(ROOT)}")


def smoke() -> None:
    """Run the frozen program from another folder, with nothing of the developer's environment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = folder / "self-test.json"
        print(_run(["--version"], folder).stdout.strip())
        started_s = time.monotonic()
        result = _run(["self-test", "--report", str(report)], folder)
        print(result.stdout.strip())
        if result.returncode != 0:
            raise SystemExit(f"The frozen self-test failed ({result.returncode}):\n{result.stderr}")
        checks = json.loads(report.read_text(encoding="utf-8"))["checks"]
        print(f"frozen self-test: {len(checks)} checks passed in {time.monotonic() - started_s:.0f} s")
        windows = _run(["capture", "--quit-after", "1"], folder)
        if windows.returncode != 0:
            raise SystemExit(
                f"The frozen windows did not open and close ({windows.returncode}):\n{windows.stderr}"
            )
        print("frozen windows opened and closed")
        print(_host_a_driver(folder))


def check() -> None:
    """Walk the bundle for parts that may not be in it."""
    subprocess.run([sys.executable, str(ROOT / "packaging" / "check_bundle.py"), str(BUNDLE)], check=True)


def bundle_bytes() -> int:
    """Return the size of the bundle; links count once."""
    return sum(path.lstat().st_size for path in BUNDLE.rglob("*") if path.is_file() and not path.is_symlink())


def _host_a_driver(folder: Path) -> str:
    """Record a tracker that the frozen program hosts in the Python that runs this; return how it went."""
    interpreter = f"interpreter={sys.executable}"
    recording = folder / "hosted.gazeh5"
    options = ["--tracker", "mock", "--option", interpreter, "--seconds", "1", "--out", str(recording)]
    result = _run(["record", *options], folder)
    if result.returncode != 0:
        raise SystemExit(
            f"The frozen program could not host a driver ({result.returncode}):\n{result.stderr}"
        )
    checked = _run(["validate", str(recording)], folder)
    if checked.returncode != 0:
        raise SystemExit(f"The recording of a hosted driver is not valid:\n{checked.stdout}{checked.stderr}")
    return "frozen program hosted a driver in another interpreter; its recording is valid"


def _run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    kept = ("SYSTEMROOT", "TEMP", "TMP", "LANG")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {
        "PATH": os.defpath,
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(folder),
        "LOCALAPPDATA": str(folder),
        "USERPROFILE": str(folder),
    }
    return subprocess.run(
        [str(PROGRAM), *arguments],
        check=False,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SMOKE_TIMEOUT_S,
    )


STEPS = {"freeze": freeze, "smoke": smoke, "check": check}


def main(names: list[str]) -> int:
    """Run the named steps."""
    unknown = [name for name in names if name not in (*STEPS, "all")]
    if not names or unknown:
        print(f"usage: build.py {'|'.join((*STEPS, 'all'))} ...")
        return 2
    for name in STEPS if "all" in names else names:
        print(f"== {name}", flush=True)
        STEPS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
