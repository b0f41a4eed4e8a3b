"""What the set-up decides: what is missing, who may install it, what is done already. It installs nothing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


class Commands:
    """Stands for `subprocess.run`: keeps what was asked, answers what it was told to."""

    def __init__(self, failing: str = "") -> None:
        self.asked: list[list[str]] = []
        self._failing = failing

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.asked.append(command)
        if command[1:3] == ["-m", "venv"]:
            python = Path(command[-1]) / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()
        is_failing = bool(self._failing) and self._failing in " ".join(command)
        return subprocess.CompletedProcess(command, 1 if is_failing else 0, stdout=sys.version)

    def lines(self) -> list[str]:
        return [" ".join(command) for command in self.asked]


@pytest.fixture
def commands(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Commands:
    made = Commands()
    monkeypatch.setattr(bootstrap.subprocess, "run", made)
    return made


def test_the_shipped_pip_is_the_one_whose_hash_is_written_down(bootstrap: ModuleType) -> None:
    found = hashlib.sha256(bootstrap.PIP_WHEEL.read_bytes()).hexdigest()
    assert found == bootstrap.PIP_WHEEL_SHA256


def test_a_changed_pip_is_refused(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = bootstrap.ROOT / "pip.whl"
    wheel.write_bytes(bootstrap.PIP_WHEEL.read_bytes() + b"x")
    monkeypatch.setattr(bootstrap, "PIP_WHEEL", wheel)
    with pytest.raises(bootstrap.BootstrapError, match="not the file of this project"):
        bootstrap.check_wheel()


def test_a_python_that_is_too_old_is_told_which_one_to_take(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(bootstrap.BootstrapError, match=r"3\.10 or newer.*3\.9\.2"):
        bootstrap.check_python()


@pytest.mark.parametrize(("version", "expected"), [((3, 10, 13), "py310"), ((3, 11, 2), "py311")])
def test_each_python_has_its_own_requirements(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], expected: str
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", version)
    assert [path.stem for path in bootstrap.requirement_files("run")] == [expected, "build"]
    assert [path.stem for path in bootstrap.requirement_files("test")] == [f"{expected}-dev", "build"]
    for_tobii = bootstrap.requirement_files("tobii")
    assert [path.stem for path in for_tobii] == [expected, "build", f"{expected}-tobii"]


@pytest.mark.parametrize(("version", "package"), [("py310", "tobii-research"), ("py311", "tittapy")])
def test_tobii_has_one_package_per_python_that_fits_the_program(version: str, package: str) -> None:
    folder = Path(__file__).resolve().parents[2] / "requirements"
    for_tobii, for_all = (
        {line for line in (folder / name).read_text(encoding="utf-8").splitlines() if "==" in line}
        for name in (f"{version}-tobii.txt", f"{version}.txt")
    )
    numpy = {line for line in for_tobii if line.startswith("numpy==")}
    assert {line.split("==")[0] for line in for_tobii - numpy} == {package}
    assert {line.split(" ")[0] for line in numpy} == {
        line.split(" ")[0] for line in for_all if line.startswith("numpy==")
    }


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries are checked on Linux")
def test_only_libraries_that_cannot_be_loaded_are_missing(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(bootstrap, "can_load", lambda library: library != "libEGL.so.1")
    monkeypatch.setattr(bootstrap, "FONT_FOLDERS", ())
    assert bootstrap.missing_packages() == ["libegl1", "fonts-dejavu-core"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries are checked on Linux")
def test_libraries_of_a_display_are_asked_for_only_where_there_is_one(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "can_load", lambda library: library != "libxcb-cursor.so.0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert "libxcb-cursor0" in bootstrap.missing_packages()
    monkeypatch.delenv("DISPLAY")
    assert "libxcb-cursor0" not in bootstrap.missing_packages()


def test_who_may_not_install_gets_the_exact_command(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap, "administrator_prefix", lambda: None)
    with pytest.raises(bootstrap.BootstrapError) as caught:
        bootstrap.install_libraries(["libegl1", "libgl1"])
    assert "sudo apt-get install --yes --no-install-recommends libegl1 libgl1" in str(caught.value)


def test_who_may_install_is_not_asked(
    bootstrap: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap, "administrator_prefix", lambda: ["sudo", "--non-interactive"])
    bootstrap.install_libraries(["libegl1"])
    assert commands.lines() == [
        "sudo --non-interactive apt-get update --quiet",
        "sudo --non-interactive apt-get install --yes --no-install-recommends libegl1",
    ]


def test_other_systems_are_told_the_names_of_the_libraries(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _: None)
    with pytest.raises(bootstrap.BootstrapError, match=r"libegl1.*package manager"):
        bootstrap.install_libraries(["libegl1"])


def test_the_administrator_needs_no_sudo(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    assert bootstrap.administrator_prefix() == []


def test_without_sudo_nobody_may_install(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _: None)
    assert bootstrap.administrator_prefix() is None


def test_a_sudo_that_would_ask_for_a_password_is_not_used(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap.subprocess, "run", Commands(failing="sudo"))
    assert bootstrap.administrator_prefix() is None


def test_packages_are_installed_by_hash_and_never_built(bootstrap: ModuleType, commands: Commands) -> None:
    bootstrap.make_environment(bootstrap.requirement_files("run"))
    of_requirements = [line for line in commands.lines() if "--requirement" in line]
    assert len(of_requirements) == 2
    assert all("--require-hashes --only-binary :all:" in line for line in of_requirements)


def test_what_is_done_is_not_done_again(bootstrap: ModuleType, commands: Commands) -> None:
    files = bootstrap.requirement_files("run")
    assert bootstrap.make_environment(files)
    commands.asked.clear()
    assert not bootstrap.make_environment(files)
    assert all("install" not in line for line in commands.lines())


def test_an_environment_for_tests_serves_the_program_too(bootstrap: ModuleType, commands: Commands) -> None:
    bootstrap.make_environment(bootstrap.requirement_files("test"))
    assert not bootstrap.make_environment(bootstrap.requirement_files("run"))


def test_an_environment_for_the_program_is_completed_for_tests(
    bootstrap: ModuleType, commands: Commands
) -> None:
    bootstrap.make_environment(bootstrap.requirement_files("run"))
    commands.asked.clear()
    assert bootstrap.make_environment(bootstrap.requirement_files("test"))
    assert all("-m venv" not in line for line in commands.lines())
    assert not bootstrap.make_environment(bootstrap.requirement_files("run"))


def test_changed_requirements_are_installed_into_the_same_environment(
    bootstrap: ModuleType, commands: Commands
) -> None:
    files = bootstrap.requirement_files("run")
    bootstrap.make_environment(files)
    files[0].write_text("other==2\n", encoding="utf-8")
    commands.asked.clear()
    assert bootstrap.make_environment(files)
    assert all("-m venv" not in line for line in commands.lines())


def test_a_set_up_that_was_cut_off_is_made_anew(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = bootstrap.requirement_files("run")
    monkeypatch.setattr(bootstrap.subprocess, "run", Commands(failing="--requirement"))
    with pytest.raises(bootstrap.BootstrapError, match="Call make again"):
        bootstrap.make_environment(files)
    leftover = bootstrap.VENV / "half-a-package"
    leftover.touch()
    second = Commands()
    monkeypatch.setattr(bootstrap.subprocess, "run", second)
    assert bootstrap.make_environment(files)
    assert not leftover.exists()
    assert any("-m venv" in line for line in second.lines())
    assert not bootstrap.make_environment(files)


def test_an_environment_that_was_moved_is_made_anew(
    bootstrap: ModuleType, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = bootstrap.requirement_files("run")
    bootstrap.make_environment(files)
    bootstrap.PLACE.write_text("/somewhere/else/.venv", encoding="utf-8")
    commands.asked.clear()
    assert bootstrap.make_environment(files)
    assert any("-m venv" in line for line in commands.lines())


@pytest.mark.skipif(sys.platform == "win32", reason="make is not used on Windows")
def test_a_second_set_up_of_the_folder_waits_for_the_first(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken: list[int] = []

    def take(_: object, operation: int) -> None:
        taken.append(operation)
        if operation & bootstrap.fcntl.LOCK_NB:
            raise BlockingIOError

    monkeypatch.setattr(bootstrap.fcntl, "flock", take)
    with bootstrap.one_at_a_time():
        assert taken == [bootstrap.fcntl.LOCK_EX | bootstrap.fcntl.LOCK_NB, bootstrap.fcntl.LOCK_EX]
    assert "waiting" in capsys.readouterr().out


def test_a_problem_is_a_sentence_and_an_exit_code(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "missing_packages", lambda: ["libegl1"])
    monkeypatch.setattr(bootstrap, "administrator_prefix", lambda: None)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert bootstrap.main(["run"]) == 1
    assert "sudo apt-get update && sudo apt-get install" in capsys.readouterr().out


def test_ctrl_c_is_not_answered_with_a_traceback(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "missing_packages", list)
    monkeypatch.setattr(bootstrap, "make_environment", interrupt)
    assert bootstrap.main(["run"]) == 130
    assert "call make again" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["build"], ["run", "test"]])
def test_a_wrong_call_says_how(bootstrap: ModuleType, arguments: list[str]) -> None:
    assert bootstrap.main(arguments) == 2
