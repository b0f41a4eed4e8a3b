"""An export is whole or not at all, whatever goes wrong; options and registry say what is wrong."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings_schema.formats import registry
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.csv_format import CsvFormat
from recordings_schema.formats.export import ExportRequest, plan_export
from recordings_schema.formats.mimic_eye_heat import MimicEyeHeatOptions
from recordings_schema.formats.options import (
    FormatOptionError,
    Option,
    option_specs,
    options_from_texts,
    options_told,
)
from recordings_schema.formats.reading import Origin, ReadingKey
from recordings_schema.formats.registry import find_format, known_formats
from recordings_schema.formats.splits import split_of
from recordings_schema.formats.staging import CaseStaging, Staging, file_sha256
from recordings_schema.formats.tables import cell, rounded
from recordings_schema.formats.testing import content_of, export, with_key
from recordings_schema.formats.testing_readings import make_key, make_reading


def plan_of(keys: list[ReadingKey]) -> object:
    return plan_export(
        ExportRequest(format=CsvFormat(), options=None, keys=tuple(keys), destination=Path("nowhere"))
    )


def test_a_full_disk_keeps_what_is_done_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = CaseStaging.note_done
    written: list[int] = []

    def full(self: CaseStaging, facts: dict[str, object], worker: str = "") -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(1)
        real(self, facts, worker)

    readings = [make_reading(trial=trial) for trial in range(4)]
    monkeypatch.setattr(CaseStaging, "note_done", full)
    with pytest.raises(FormatError, match=r"No space left on device.*run the same command again"):
        export(CsvFormat(), readings, tmp_path / "data")
    assert not (tmp_path / "data").exists()
    monkeypatch.setattr(CaseStaging, "note_done", real)
    assert export(CsvFormat(), readings, tmp_path / "data").is_resumed
    export(CsvFormat(), readings, tmp_path / "whole")
    assert content_of(tmp_path / "data") == content_of(tmp_path / "whole")


def test_a_line_that_was_cut_off_means_its_case_is_written_again(tmp_path: Path) -> None:
    first = Staging(tmp_path / "data", {"a": 1})
    first.open()
    CaseStaging(first.folder, 0).note_done({"x": 1})
    CaseStaging(first.folder, 1).note_done({"x": 2})
    path = first.folder / "done.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    again = Staging(tmp_path / "data", {"a": 1})
    assert again.open() == {0: {"x": 1}}
    CaseStaging(again.folder, 1).note_done({"x": 3}, "-another")
    assert Staging(tmp_path / "data", {"a": 1}).open() == {0: {"x": 1}, 1: {"x": 3}}


def test_another_export_never_goes_on_in_the_same_folder(tmp_path: Path) -> None:
    Staging(tmp_path / "data", {"options": 1}).open()
    with pytest.raises(FormatError, match="left from another export"):
        Staging(tmp_path / "data", {"options": 2}).open()


def test_an_empty_folder_may_be_the_destination(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert export(CsvFormat(), [make_reading()], tmp_path / "data").case_count == 1


@pytest.mark.parametrize(
    "path", ["../out.csv", "a//b", "con.csv", "a\\b", "/etc/x", "end.", "nul", "a/..", "x\ny"]
)
def test_a_file_never_leaves_the_dataset_nor_has_a_name_some_computer_lacks(
    tmp_path: Path, path: str
) -> None:
    folder = Staging(tmp_path / "data", {})
    folder.open()
    with pytest.raises(FormatError, match="cannot be the name of a file"):
        folder.file(path, b"")


def test_two_images_of_one_name_are_refused(tmp_path: Path) -> None:
    second = make_key(1, image_names=("other/case-0.png",))
    with pytest.raises(FormatError, match="Two different images are called case-0"):
        plan_of([make_key(0), second])


def test_nothing_to_export_is_told_with_the_reasons(tmp_path: Path) -> None:
    practice = with_key(make_reading(), role="practice")
    with pytest.raises(FormatError, match=r"There is no case to export\. Practice cases are never exported"):
        export(CsvFormat(), [practice], tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_readings_have_six_digits_of_their_own_and_keep_them() -> None:
    keys = [make_key(trial) for trial in range(400)]
    all_digits = {case.key.trial: case.digits for case in plan_of(keys).cases}  # type: ignore[attr-defined]
    assert len(set(all_digits.values())) == 400
    some = {case.key.trial: case.digits for case in plan_of(keys[::7]).cases}  # type: ignore[attr-defined]
    assert some == {trial: all_digits[trial] for trial in some}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    is_on: Annotated[bool, Option("a switch")] = True
    share: Annotated[float, Option("a share", low=0, high=1)] = 0.5
    zero: Annotated[Origin, Option("a choice")] = Origin.IMAGE_SHOWN
    name: Annotated[str, Option("a text")] = ""


def test_options_are_read_from_texts() -> None:
    texts = {"is_on": "no", "share": "0.25", "zero": "audio_start", "name": " x "}
    found = options_from_texts(_Options, texts)
    assert found == _Options(is_on=False, share=0.25, zero=Origin.AUDIO_START, name="x")
    assert [spec.choices for spec in option_specs(_Options)][2] == (
        "audio_start",
        "image_shown",
        "trial_start",
    )


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"nothing": "1"}, "no option 'nothing'"),
        ({"is_on": "perhaps"}, "write yes or no"),
        ({"share": "1.5"}, "from 0 to 1"),
        ({"share": "nan"}, "from 0 to 1"),
        ({"share": "half"}, "write a number"),
        ({"zero": "noon"}, "choose one of audio_start"),
    ],
)
def test_options_that_cannot_be_are_refused_with_what_to_write(texts: dict[str, str], said: str) -> None:
    with pytest.raises(FormatOptionError, match=said):
        options_from_texts(_Options, texts)


def test_the_formats_have_names_of_their_own_and_are_found_by_them() -> None:
    names = [spec.name for spec in known_formats()]
    assert len(names) == len(set(names))
    assert {"csv", "reflacx", "egd", "gazemedseg", "bids"} <= set(names)
    assert [find_format(name).name for name in names] == names
    with pytest.raises(FormatError, match="no format called 'xls'; the formats are: csv"):
        find_format("xls")


class _Mine(CsvFormat):
    name = "mine"


class _Point:
    def __init__(self, name: str, loaded: object) -> None:
        self.name, self.value, self.dist, self._loaded = name, "package:thing", None, loaded

    def load(self) -> object:
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


def test_packages_bring_formats_and_a_broken_one_takes_no_other_away(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [_Point("a", ImportError("x")), _Point("b", int), _Point("c", _Mine), _Point("d", CsvFormat)]
    monkeypatch.setattr(
        metadata, "entry_points", lambda group: points if group == registry.ENTRY_POINT_GROUP else []
    )
    before = [spec.name for spec in registry._built_in()]
    assert [spec.name for spec in known_formats()] == [*before, "mine"]


@given(st.floats(-1e6, 1e6), st.integers(1, 6))
def test_numbers_come_back_within_half_a_step_and_without_an_exponent(value: float, decimals: int) -> None:
    (text,) = rounded(value, decimals)
    assert "e" not in text
    assert abs(float(text) - value) <= 0.5 * 10.0**-decimals + 1e-9 * abs(value)
    assert not text.startswith("-0.0") or float(text) != 0


def test_what_is_missing_is_empty() -> None:
    assert rounded([np.nan, 1.5, np.inf], 0) == ["", "2", ""]
    assert (cell("a,b"), cell("plain")) == ('"a,b"', "plain")


def test_a_patient_never_lies_on_two_sides_of_a_split() -> None:
    keys = [make_key(trial, patient=f"P{trial % 50}") for trial in range(300)]
    sides: dict[str, set[str]] = {}
    for key in keys:
        sides.setdefault(key.patient, set()).add(split_of(key, 0.7, 0.15))
    assert all(len(found) == 1 for found in sides.values())
    assert set.union(*sides.values()) == {"train", "validate", "test"}


def test_the_provenance_tells_of_a_file_its_name_and_checksum_and_never_where_it_lies(tmp_path: Path) -> None:
    table = tmp_path / "Dr Example" / "reports.csv"
    table.parent.mkdir()
    table.write_text("case,findings,impression\n", encoding="utf-8")
    options = MimicEyeHeatOptions(reports=str(table))
    assert options_told(options)["reports"] == {"name": "reports.csv", "sha256": file_sha256(table)}
    assert options_told(options)["prompts"] == ""
