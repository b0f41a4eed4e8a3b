"""Interpreters to host drivers in: this one, this one with a tracker of a lab installed, and impostors."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.contract import Batch, Driver, NoticeKind
from drivers.host.hosted_driver import HostedDriver

PACKAGE = Path(__file__).parent / "lab_tracker"
OTHER_PYTHON = "READING_STATION_OTHER_PYTHON"


@pytest.fixture
def make_interpreter(tmp_path: Path) -> Callable[[str], str]:
    """Writes a program of the shell and returns its path."""
    if sys.platform == "win32":
        pytest.skip("made-up interpreters are programs of the shell")

    def make(commands: str) -> str:
        path = tmp_path / f"python-{len(list(tmp_path.iterdir()))}"
        path.write_text(f"#!/bin/sh\n{commands}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture
def lab_interpreter(make_interpreter, tmp_path: Path) -> str:
    """This Python with the package of a lab's own tracker, announced as third parties announce theirs."""
    packages = tmp_path / "packages"
    shutil.copytree(PACKAGE, packages, ignore=shutil.ignore_patterns("__pycache__"))
    facts = packages / "lab_tracker-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-tracker\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[reading_station.drivers]\nlab = lab_tracker:SPEC\n")
    python = shlex.quote(sys.executable)
    return make_interpreter(f'PYTHONPATH={shlex.quote(str(packages))} exec {python} "$@"')


@pytest.fixture
def lab(lab_interpreter: str, setup) -> Iterator[Callable[..., HostedDriver]]:
    """Makes hosted trackers of the lab and closes them."""
    made: list[HostedDriver] = []

    def make(*, pauses_s: tuple[float, ...] = (0.0,), **options: str) -> HostedDriver:
        made.append(HostedDriver("lab", lab_interpreter, options, setup, pauses_s=pauses_s))
        return made[-1]

    yield make
    for driver in made:
        driver.close()


@pytest.fixture(scope="session")
def other_python() -> str:
    """A Python of another version that has numpy."""
    for candidate in (os.environ.get(OTHER_PYTHON, ""), *_pythons_on_the_path()):
        if candidate and _has_numpy(candidate):
            return candidate
    pytest.skip(f"no other Python with numpy is on the path, and {OTHER_PYTHON} names none")


def _pythons_on_the_path() -> list[str]:
    here = f"python3.{sys.version_info.minor}"
    names = [name for name in ("python3.10", "python3.12", "python3.13") if name != here]
    return [path for path in map(shutil.which, names) if path is not None]


def _has_numpy(python: str) -> bool:
    command = [python, "-c", "import numpy, sys; sys.exit(sys.version_info < (3, 10))"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


class Reading:
    """Reads a driver until what is waited for has come."""

    most_reads = 1000
    timeout_s = 0.1

    def until(self, driver: Driver, is_enough: Callable[[Batch], bool]) -> list[Batch]:
        """Return the batches up to the one that is waited for."""
        batches: list[Batch] = []
        for _ in range(self.most_reads):
            batches.append(driver.read(self.timeout_s))
            if is_enough(batches[-1]):
                return batches
        pytest.fail(f"what was waited for did not come in {self.most_reads} reads")

    def until_rows(self, driver: Driver) -> list[Batch]:
        """Return the batches up to the first with samples."""
        return self.until(driver, lambda batch: len(batch.gaze) > 0)

    def until_told(self, driver: Driver, kind: NoticeKind) -> list[Batch]:
        """Return the batches up to the first with a notice of a kind."""
        return self.until(driver, lambda batch: any(notice.kind is kind for notice in batch.notices))

    def until_it_returns(self, driver: Driver) -> list[Batch]:
        """Return the batches from a loss to the first samples after it."""
        self.until_told(driver, NoticeKind.CONNECTION_LOST)
        return self.until_rows(driver)

    @staticmethod
    def told(batches: list[Batch]) -> list[NoticeKind]:
        """Return the kinds of all notices."""
        return [notice.kind for batch in batches for notice in batch.notices]

    @staticmethod
    def joined(batches: list[Batch], name: str = "gaze") -> np.ndarray:
        """Return the rows of a kind in one array."""
        return np.concatenate([getattr(batch, name) for batch in batches])


@pytest.fixture
def reading() -> Reading:
    return Reading()
