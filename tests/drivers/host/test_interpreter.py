"""What is said of an interpreter that is none, or does not serve."""

from __future__ import annotations

import shlex
import sys
import venv

import pytest

from drivers.contract import DriverError, DriverOptionError, NoticeKind
from drivers.host.hosted_driver import HostedDriver
from drivers.host.interpreter import child_environment, source_folder

pytestmark = pytest.mark.processes


@pytest.fixture
def refusal(setup):
    """Returns the sentence with which opening in an interpreter is refused."""

    def refuse(interpreter: str) -> str:
        driver = HostedDriver("mock", interpreter, {}, setup)
        with pytest.raises(DriverError) as refused:
            driver.open()
        assert driver.process_id is None
        driver.close()
        return str(refused.value)

    return refuse


def test_a_missing_interpreter_is_named(refusal, tmp_path):
    assert "does not exist; name the program python itself" in refusal(str(tmp_path / "python3.10"))


def test_a_folder_is_no_interpreter(refusal, tmp_path):
    assert "is a folder" in refusal(str(tmp_path))


def test_a_name_without_its_folder_is_refused(refusal):
    assert "not a full path" in refusal("python3.10")


def test_a_file_that_cannot_be_run_is_refused(refusal, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("nothing to run")
    assert "cannot be run" in refusal(str(text))


@pytest.mark.parametrize(
    "commands",
    [
        "exit 0",
        "exec cat",  # shows what it was given instead of running it
        "echo Welcome to the calculator",
        "echo 'no such option' >&2; exit 2",
        r"printf '\377\377\377\377'",  # announces four gigabytes
        r"printf '\004\000\000\000abc'",  # ends inside a frame
        r"printf '\010\000\000\000\004\000\000\000null'",  # a frame that says nothing known
    ],
)
def test_a_program_that_is_no_python_is_told_from_one(refusal, make_interpreter, commands):
    assert "did not start as a Python that can run a driver" in refusal(make_interpreter(commands))


def test_what_such_a_program_said_is_passed_on(refusal, make_interpreter):
    said = refusal(make_interpreter("echo 'licence expired' >&2; exit 2"))
    assert said.endswith("It said: licence expired")


def test_a_program_that_says_nothing_is_given_up(refusal, make_interpreter, monkeypatch):
    monkeypatch.setattr("drivers.host.opening.GREETING_TIMEOUT_S", 0.3)
    assert "did not start as a Python" in refusal(make_interpreter("exec sleep 60"))


def test_a_python_without_numpy_is_told_how_to_get_it(refusal, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False, symlinks=sys.platform != "win32")
    folder = tmp_path / "bare" / ("Scripts" if sys.platform == "win32" else "bin")
    said = refusal(str(folder / ("python.exe" if sys.platform == "win32" else "python")))
    assert "no usable numpy" in said
    assert "-m pip install numpy" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("sys.version_info = (3, 8, 1)", "it is Python 3.8.1, and 3.10 or newer is needed"),
        ("import numpy; numpy.__version__ = '1.19.5'", "its numpy is 1.19.5, and 1.26 or newer is needed"),
    ],
)
def test_what_is_too_old_is_named_with_what_is_needed(refusal, make_interpreter, change, words):
    program = f"import sys, runpy; {change}; sys.argv = sys.argv[1:]; " + (
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    python = make_interpreter(f'exec {shlex.quote(sys.executable)} -c {shlex.quote(program)} "$@"')
    assert words in refusal(python)


def test_source_of_another_version_is_refused(refusal, make_interpreter):
    greeting = '{"message": "HostReady", "protocol": 99, "python": "3.10", "numpy": "2.0"}'
    frame = len(greeting).to_bytes(4, "little") + greeting.encode()
    whole = len(frame).to_bytes(4, "little") + frame
    octal = "".join(f"\\{byte:03o}" for byte in whole)
    assert "another version of this program" in refusal(make_interpreter(f"printf '{octal}'; sleep 60"))


def test_garbage_in_the_middle_of_a_stream_ends_the_process_and_is_told(lab, reading, make_interpreter):
    driver = lab(reads="3", then="writes garbage", pauses_s=(60.0,))
    driver.open()
    driver.start()
    batches = reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    assert len(reading.joined(batches)) == 30
    assert "cannot be understood" in batches[-1].notices[-1].text


def test_our_source_is_found_beside_this_package(monkeypatch):
    assert (source_folder() / "drivers" / "host" / "start.py").is_file()
    assert (source_folder() / "gaze_core" / "rows.py").is_file()


def test_a_frozen_program_hands_over_its_own_source_and_not_its_libraries(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/vendor/lib")
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))
    environment = child_environment()
    assert source_folder() == tmp_path / "hosted"
    assert environment["LD_LIBRARY_PATH"] == "/opt/vendor/lib"
    assert not {"PYTHONHOME", "LD_LIBRARY_PATH_ORIG"} & set(environment)


def test_an_unusable_option_is_an_option_error(setup):
    with pytest.raises(DriverOptionError):
        HostedDriver("mock", "relative/python", {}, setup).open()
