"""The log without values: what it keeps of an entry, and what it leaves out."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from capture_app.acquisition.private_log import OWN_PACKAGES, TemplateFormatter, events_handler, short_path

ROOT = Path(__file__).resolve().parents[3]
LOG_CALL = re.compile(
    r"\b_?(?:qt_)?log(?:ger)?\.(?:debug|info|warning|error|exception|critical)\(\s*(.)", re.I
)


def written(logger: str, text: str, *values: object, error: BaseException | None = None) -> str:
    exc_info = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord(logger, logging.WARNING, "x.py", 1, text, values, exc_info)
    return TemplateFormatter().format(record)


def broken_off() -> None:
    try:
        Path("/data/nowhere/Smith.dcm").read_bytes()
    except FileNotFoundError as err:
        raise ValueError("the image of Smith") from err


def test_what_was_filled_in_is_left_out() -> None:
    line = written("capture_app.session.images", "%s cannot be read: %s", "/data/Smith.dcm", "Smith, Anna")
    assert line.endswith("WARNING capture_app.session.images: %s cannot be read: %s")
    assert "Smith" not in line


def test_texts_of_other_packages_are_not_kept() -> None:
    line = written("pydicom", "Invalid value for Smith^Anna")
    assert line.endswith("another package: (not kept)")


def test_of_a_fault_its_kind_and_way_are_kept_and_its_words_are_not() -> None:
    with pytest.raises(ValueError, match="Smith") as caught:
        broken_off()
    text = written("capture_app.gui", "uncaught", error=caught.value)
    assert "builtins.ValueError" in text
    assert "builtins.FileNotFoundError" in text
    assert "test_private_log.py:" in text
    assert "Smith" not in text
    assert str(ROOT) not in text


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/home/lab/station/capture_app/gui/app.py", "capture_app/gui/app.py"),
        (r"D:\lab\capture_app\gui\app.py", "capture_app/gui/app.py"),
        ("/home/lab/lib/python3.11/site-packages/h5py/_hl/files.py", "files.py"),
        ("capture_app/cli/commands.py", "capture_app/cli/commands.py"),
    ],
)
def test_paths_begin_at_the_package(path: str, wanted: str) -> None:
    assert short_path(path) == wanted


def test_the_log_goes_into_a_file_of_its_own(tmp_path: Path) -> None:
    handler = events_handler(tmp_path / "events.log")
    handler.handle(logging.LogRecord("drivers.mock", logging.INFO, "x.py", 1, "opened %s", ("R01",), None))
    handler.close()
    assert (tmp_path / "events.log").read_text(encoding="utf-8").endswith("drivers.mock: opened %s\n")


def test_every_log_call_of_the_program_has_a_text_that_stands_in_the_source() -> None:
    files = [path for package in OWN_PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    texts = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in files}
    calls = [(path, call[1]) for path, text in texts.items() for call in LOG_CALL.finditer(text)]
    assert len(calls) > 50
    assert [f"{path}: {begin}" for path, begin in calls if begin != '"'] == []
