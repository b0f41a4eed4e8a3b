"""Days that leave a study are moved by a secret, alike for one reader, and never by nothing."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from capture_app.session.port import SessionError
from capture_app.session.privacy.date_shift import shift_days, shifted_date
from capture_app.session.study import OpenedStudy, Study
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import preset_text
from capture_app.session.study.station_keys import DateShift
from capture_app.session.study.toml_lines import parse_toml

DAY = date(2026, 3, 1)


@pytest.fixture
def opened(tmp_path: Path) -> OpenedStudy:
    values, lines = parse_toml(preset_text("vqa"))
    study = Decoder("vqa.gazestudy", lines).record(Study, values)
    return OpenedStudy(path=tmp_path / "vqa.gazestudy", folder=tmp_path, sha256="", study=study, cases=())


def with_shift(opened: OpenedStudy, kind: DateShift, most: int = 365) -> OpenedStudy:
    privacy = replace(opened.study.privacy, date_shift=kind, date_shift_days_maximum=most)
    return replace(opened, study=replace(opened.study, privacy=privacy))


def test_without_a_shift_days_stay_and_no_key_is_made(opened: OpenedStudy, tmp_path: Path) -> None:
    assert shifted_date(with_shift(opened, DateShift.NONE), "R01", DAY) == DAY
    assert list(tmp_path.iterdir()) == []


def test_days_of_one_reader_keep_their_distance_and_readers_differ(opened: OpenedStudy) -> None:
    study = with_shift(opened, DateShift.READER, 3650)
    first = shifted_date(study, "R01", DAY)

    assert shifted_date(study, "R01", DAY + timedelta(days=9)) - first == timedelta(days=9)
    assert len({shift_days(study, f"R{number}") for number in range(20)}) > 15


def test_one_shift_for_a_study_is_that_of_all_its_readers(opened: OpenedStudy) -> None:
    study = with_shift(opened, DateShift.STUDY)

    assert shift_days(study, "R01") == shift_days(study, "R02")


@pytest.mark.parametrize("most", [1, 2, 30])
def test_a_shift_is_never_none_and_never_beyond_its_limit(opened: OpenedStudy, most: int) -> None:
    study = with_shift(opened, DateShift.READER, most)

    shifts = {shift_days(study, f"R{number}") for number in range(40 * most)}

    assert shifts <= set(range(-most, most + 1)) - {0}
    assert min(shifts) < 0 < max(shifts)


def test_another_study_folder_has_another_secret(opened: OpenedStudy, tmp_path: Path) -> None:
    study = with_shift(opened, DateShift.READER, 3650)
    other = replace(study, folder=tmp_path / "elsewhere")

    readers = [f"R{number}" for number in range(10)]
    assert [shift_days(study, each) for each in readers] != [shift_days(other, each) for each in readers]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are those of POSIX")
def test_the_key_is_for_its_owner_alone(opened: OpenedStudy, tmp_path: Path) -> None:
    shift_days(with_shift(opened, DateShift.READER), "R01")

    key = tmp_path / "sessions" / "date-shift.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in key.parent.iterdir()] == ["date-shift.key"]


def test_a_damaged_key_is_not_replaced_by_another(opened: OpenedStudy, tmp_path: Path) -> None:
    study = with_shift(opened, DateShift.READER)
    shift_days(study, "R01")
    key = tmp_path / "sessions" / "date-shift.key"
    key.write_bytes(b"short")

    with pytest.raises(SessionError, match="damaged"):
        shift_days(study, "R01")
    assert key.read_bytes() == b"short"
