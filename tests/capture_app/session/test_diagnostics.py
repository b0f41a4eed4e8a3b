"""The file of diagnostics: what is in it, and that nothing of a person is."""

from __future__ import annotations

import getpass
import json
import platform
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from capture_app.acquisition.private_log import ACQUISITION_CRASHES, ACQUISITION_EVENTS, APP_EVENTS
from capture_app.session.diagnostics import about, crash_lines, save_diagnostics, shape_of
from capture_app.session.port import SessionError
from capture_app.session.privacy.scan import scan_folder
from capture_app.session.privacy.sources import SourceHeaders
from capture_app.session.settings import RecentItem, RecentKind, Settings, SettingsStore
from recordings_schema.stimuli.header_values import HeaderValue, ValueKind

CRASH = """Fatal Python error: Segmentation fault

Current thread 0x00007f26e04c4bd0 [Anna Smith] (most recent call first):
  File "/home/lab/annasmith/station/capture_app/gui/app.py", line 114 in build_application
  File "D:\\\\annasmith\\\\lib\\\\cv2\\\\__init__.py", line 7 in <module>

Extension modules: numpy, cv2
reading /home/lab/annasmith/SMITH^ANNA.dcm
"""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "reading-station.log").write_text("opened /data/SMITH^ANNA.dcm\n", encoding="utf-8")
    (folder / APP_EVENTS).write_text("2026 INFO capture_app: opened %s\n", encoding="utf-8")
    (folder / f"{ACQUISITION_EVENTS}.1").write_text("2026 INFO drivers: %s\n", encoding="utf-8")
    (folder / f"{APP_EVENTS}.from-anna").write_text("Anna Smith\n", encoding="utf-8")
    (folder / "crash.txt").write_text(CRASH, encoding="utf-8")
    (folder / ACQUISITION_CRASHES).write_text(CRASH, encoding="utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    store = SettingsStore(tmp_path / "settings.json")
    recent = RecentItem(kind=RecentKind.FOLDER, path="/data/Smith Anna")
    store.save(
        replace(
            Settings(),
            reader="ASmith",
            recording_folder="/home/lab/annasmith/recordings",
            recent=(recent,) * 2,
        )
    )
    return store


def test_nothing_of_a_person_is_found_by_the_privacy_scan(
    logs: Path, store: SettingsStore, tmp_path: Path
) -> None:
    folder = tmp_path / "sent"
    save_diagnostics(folder / "diagnostics.zip", logs=logs, store=store)
    values = frozenset(
        HeaderValue(kind=ValueKind.NAME, element="PatientName", text=text)
        for text in ("Smith^Anna", "annasmith", "ASmith")
    )
    sources = SourceHeaders(values=values, file_count=1, unread=(), unread_elements=frozenset())
    report = scan_folder(folder, sources)
    assert report.findings == ()
    assert report.unread == ()
    (logs / APP_EVENTS).write_text("2026 INFO capture_app: opened SMITH^ANNA.dcm\n", encoding="utf-8")
    save_diagnostics(folder / "second.zip", logs=logs, store=store)
    assert scan_folder(folder, sources).findings != ()


def test_neither_the_person_nor_the_computer_is_named(
    logs: Path, store: SettingsStore, tmp_path: Path
) -> None:
    path = tmp_path / "diagnostics.zip"
    save_diagnostics(path, logs=logs, store=store)
    with zipfile.ZipFile(path) as file:
        texts = "\n".join(file.read(name).decode("utf-8") for name in file.namelist())
    words = [platform.node(), str(Path.home()), str(tmp_path)]
    assert [word for word in words if len(word) > 1 and word in texts] == []
    assert f"/{getpass.getuser()}/" not in texts


def test_versions_settings_messages_and_crashes_are_in_it(
    logs: Path, store: SettingsStore, tmp_path: Path
) -> None:
    path = tmp_path / "diagnostics.zip"
    assert save_diagnostics(path, logs=logs, store=store) == path.stat().st_size
    with zipfile.ZipFile(path) as file:
        assert set(file.namelist()) == {
            "READ-ME.txt",
            "about.json",
            "settings.json",
            f"events/{APP_EVENTS}",
            f"events/{ACQUISITION_EVENTS}.1",
            "crashes/crash.txt",
            f"crashes/{ACQUISITION_CRASHES}",
        }
        facts = json.loads(file.read("about.json"))
        settings = json.loads(file.read("settings.json"))
    assert facts["packages"]["numpy"]
    assert (settings["reader"], settings["recent"], settings["distance_mm"]) == ("given", "2 entries", 650.0)


def test_of_a_crash_the_kind_and_the_lines_of_source_are_kept() -> None:
    assert list(crash_lines(CRASH)) == [
        "Fatal Python error: Segmentation fault",
        "Current thread 0x00007f26e04c4bd0 (most recent call first):",
        "  capture_app/gui/app.py:114 in build_application",
        "  __init__.py:7 in <module>",
    ]


def test_a_station_that_never_ran_has_diagnostics_too(tmp_path: Path) -> None:
    path = tmp_path / "diagnostics.zip"
    store = SettingsStore(tmp_path / "none.json")
    assert save_diagnostics(path, logs=tmp_path / "nowhere", store=store) > 0


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "diagnostics.zip"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SessionError, match="is there already"):
        save_diagnostics(path, logs=tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SessionError, match="could not be written"):
        save_diagnostics(tmp_path / "file" / "diagnostics.zip", logs=tmp_path)


def test_free_space_is_told_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    free = about(tmp_path / "not" / "yet")["free_bytes_for_recordings"]
    assert isinstance(free, int)
    assert free > 0


def test_a_value_of_an_unknown_kind_is_not_shown() -> None:
    assert shape_of(Path("/home/lab")) == "not shown"
