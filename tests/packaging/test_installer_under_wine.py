"""The setup program, really run: with a small stand-in for the program, under Wine."""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

FOLDER = Path(__file__).resolve().parents[2] / "packaging"
BIG_BYTES = 40_000_000


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ModuleType]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        names = ("wine_rig", "build_target", "make_installer", "check_installer", "signing")
        yield {name: importlib.import_module(name) for name in names}


@pytest.fixture(scope="module")
def target(modules: dict[str, ModuleType]) -> Any:
    reason = modules["wine_rig"].missing_reason()
    if reason:
        pytest.skip(reason)
    return modules["wine_rig"].make_rig()


class StandIn:
    """A small bundle and the setup program made of it."""

    def __init__(self, folder: Path, modules: dict[str, ModuleType], target: Any) -> None:
        self.folder = folder
        self._modules = modules
        self.bundle = folder / "bundle"
        (self.bundle / "_internal").mkdir(parents=True)
        (self.bundle / "licences").mkdir()
        (self.bundle / "_internal" / "part.dll").write_bytes(b"part")
        (self.bundle / "licences" / "LICENCES.txt").write_text("text", encoding="utf-8")
        compiler = modules["wine_rig"].COMPILER
        source = Path(__file__).with_name("stand_in.c")
        program = self.bundle / "reading-station.exe"
        subprocess.run([compiler, "-municode", "-Os", "-s", source, "-o", program], check=True)
        shutil.copy(program, self.bundle / "reading-station-cli.exe")
        self.setup = self.compiled("9.9.9")

    def compiled(self, name: str, bundle: Path | None = None) -> Path:
        setup = self.folder / f"reading-station-{name}-setup.exe"
        version = self._modules["check_installer"].program_version(self._modules["build_target"].ROOT)
        made = self._modules["make_installer"].compile_setup(
            bundle or self.bundle, setup, version, is_fast=True
        )
        return Path(made)

    def rig(self, target: Any, home: Path) -> Any:
        place = home / self._modules["check_installer"].FOLDER_NAME / "Reading Station"
        return self._modules["check_installer"].Rig(
            _with_bundle(target, self.bundle), self.setup, home, place, True
        )


def _with_bundle(target: Any, bundle: Path) -> Any:
    """Return the target with another bundle: what is compared with what was installed."""
    kind = type("SmallTarget", (type(target),), {"bundle": property(lambda _self: bundle)})
    return kind(target.system, target.python, target.runner, target.environment)


@pytest.fixture(scope="module")
def stand_in(
    tmp_path_factory: pytest.TempPathFactory, modules: dict[str, ModuleType], target: Any
) -> StandIn:
    return StandIn(tmp_path_factory.mktemp("stand-in"), modules, target)


def test_the_whole_life_of_an_installation(
    stand_in: StandIn, modules: dict[str, ModuleType], target: Any
) -> None:
    said: list[str] = []
    small = _with_bundle(target, stand_in.bundle)
    modules["check_installer"].check_installer(small, stand_in.setup, said.append, is_quick=True)
    assert len(said) == 5


def test_a_disk_without_room_is_refused_before_anything_is_changed(
    stand_in: StandIn, target: Any, tmp_path: Path
) -> None:
    disk = tmp_path / "small disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", disk], check=False)
    if mounted.returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        rig = stand_in.rig(target, disk)
        code = rig.run_setup()
        assert code == 5
        assert not rig.place.exists()
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_upgrade_that_breaks_off_leaves_the_version_before(
    stand_in: StandIn, modules: dict[str, ModuleType], target: Any, tmp_path: Path
) -> None:
    rig = stand_in.rig(target, tmp_path)
    assert rig.run_setup() == 0
    larger = tmp_path / "larger"
    shutil.copytree(stand_in.bundle, larger)
    (larger / "_internal" / "big.dll").write_bytes(os.urandom(1000) * (BIG_BYTES // 1000))
    setup = stand_in.compiled("9.9.10", larger)
    code = _run_with_small_files(rig, setup)
    assert code not in (0, 3, 4, 5, 6)
    modules["check_installer"].compare_trees(stand_in.bundle, rig.place)
    assert not list(rig.place.glob("*.before"))
    assert rig.uninstall() == 0


def test_a_first_installation_that_breaks_off_leaves_nothing(
    stand_in: StandIn, target: Any, tmp_path: Path
) -> None:
    larger = tmp_path / "larger"
    shutil.copytree(stand_in.bundle, larger)
    (larger / "_internal" / "big.dll").write_bytes(os.urandom(1000) * (BIG_BYTES // 1000))
    setup = stand_in.compiled("9.9.11", larger)
    rig = stand_in.rig(target, tmp_path)
    assert _run_with_small_files(rig, setup) not in (0, 3, 4, 5, 6)
    assert not rig.place.exists()


def test_a_signed_setup_program_is_verified_and_a_changed_one_is_not(
    stand_in: StandIn, modules: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = modules["signing"]
    if shutil.which("osslsigncode") is None:
        pytest.skip("osslsigncode is not installed")
    certificate, public, password = signing.throw_away_certificate(tmp_path)
    monkeypatch.setenv(signing.CERTIFICATE, str(certificate))
    monkeypatch.setenv(signing.PASSWORD, password)
    setup = stand_in.compiled("9.9.12")
    assert signing.verify(setup, public)
    assert not signing.verify(stand_in.setup, public)
    changed = bytearray(setup.read_bytes())
    changed[len(changed) // 2] ^= 1
    setup.write_bytes(bytes(changed))
    assert not signing.verify(setup, public)


def _run_with_small_files(rig: Any, setup: Path) -> int:
    """Run a setup program that cannot write files above a limit: a disk that fills up half-way."""
    limit = BIG_BYTES // 2
    command = [*rig.target.runner, str(setup), "/S", *f"/D={rig.where()}".split(" ")]
    done = subprocess.run(
        command,
        check=False,
        cwd=rig.home,
        env=rig.target.environment_in(rig.home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        restore_signals=False,  # keeps Python's way of ignoring the signal, so that writing fails instead
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    return done.returncode
