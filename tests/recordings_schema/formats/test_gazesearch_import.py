"""A GazeSearch file is read back: places within half a pixel, the same bytes again, mistakes by number."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaze_core.geometry import ViewingGeometry
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazesearch import GazesearchFormat
from recordings_schema.formats.gazesearch_file import SearchEntry, entries_json, read_entries
from recordings_schema.formats.gazesearch_import import CASES_OF_A_RECORDING
from recordings_schema.formats.importing import UNNAMED_READER, ImportedCase, NoImportOptions
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_image, make_key, make_reading

PUBLISHED = tuple(
    SearchEntry(
        name=f"{number:08x}.jpg", subject=1, task=task, condition="present", x_px=x, y_px=y, duration_s=t,
        split=split, is_on_target=(True, False, None)[number], is_correct=(1, None, 0)[number],
    )
    for number, (task, x, y, t, split) in enumerate(
        [
            ("edema", (0, 223, 112, 60, 70, 5), (0, 221, 112, 3, 4, 5),
             (0.25, 0.0, 0.1, 0.2834, 2.841, 0.5), "train"),
            ("pleural effusion", (1,), (2,), (0.283,), "valid"),
            ("edema", (100, 101), (50, 222), (0.3, 0.4), "test"),
        ]
    )
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "published.json"
    path.write_bytes(entries_json(PUBLISHED))
    return path


def cases_of(path: Path) -> list[ImportedCase]:
    form = GazesearchFormat()
    plan = form.plan_import(path, NoImportOptions())
    return [form.read_case(path, planned, NoImportOptions()) for planned in plan.cases]


def as_reading(case: ImportedCase, trial: int) -> CaseReading:
    """What an export sees of an imported case: rows as they are, nothing beside them."""
    image = replace(make_image(trial), image_id=0, name=case.images[0].name, width_px=224, height_px=224)
    key = make_key(trial, "search", image_names=(image.name,), image_sha256s=(f"{trial:064x}",))
    return replace(
        make_reading(trial=trial), key=key, images=(image,), fixations=case.fixations, viewport=case.viewport,
        geometry=ViewingGeometry(case.screen, case.distance_mm), shapes=(), words=(), answers=case.answers,
        target=case.target, origins_ns=case.origins_ns,
    )  # fmt: skip


def test_fixations_lie_within_a_pixel_and_last_as_long(file: Path) -> None:
    for case, entry in zip(cases_of(file), PUBLISHED, strict=True):
        assert np.abs(case.fixations["x_image_px"] - np.array(entry.x_px)).max() < 1
        assert np.abs(case.fixations["y_image_px"] - np.array(entry.y_px)).max() < 1
        assert (case.fixations["duration_ms"] / 1e3).tolist() == pytest.approx(entry.duration_s, abs=1e-6)
        assert (case.fixations["offset_host_ns"] > case.fixations["onset_host_ns"]).all()
        assert len(case.gaze) == 0


def test_an_imported_file_is_exported_to_the_same_bytes(file: Path, tmp_path: Path) -> None:
    readings = [as_reading(case, trial) for trial, case in enumerate(cases_of(file))]
    export(GazesearchFormat(), readings, tmp_path / "again")
    (written,) = (tmp_path / "again" / "data").glob("*.json")
    assert written.read_bytes() == file.read_bytes()


def test_readers_that_the_file_does_not_tell_apart_are_unnamed(file: Path) -> None:
    assert {case.reader for case in cases_of(file)} == {UNNAMED_READER}
    file.write_bytes(entries_json([replace(PUBLISHED[0], subject=2), PUBLISHED[1]]))
    assert [case.reader for case in cases_of(file)] == ["R2", "R1"]


def test_a_large_file_becomes_several_recordings_in_its_order(file: Path) -> None:
    file.write_bytes(entries_json([PUBLISHED[1]] * (CASES_OF_A_RECORDING + 1)))
    cases = GazesearchFormat().plan_import(file, NoImportOptions()).cases
    sessions = [planned.session for planned in cases]
    assert sessions == sorted(sessions)
    assert sessions[-2:] == [f"{UNNAMED_READER}-001", f"{UNNAMED_READER}-002"]
    assert [int(planned.key) for planned in cases] == list(range(len(cases)))


def test_what_the_file_does_not_hold_is_said(file: Path) -> None:
    holes = GazesearchFormat().plan_import(file, NoImportOptions()).holes
    assert [hole.what for hole in holes] == [
        "The file holds no times: fixations are put one after the other.",
        "A fixation lasts no time at all; it is kept, with a billionth of a second.",
    ]
    assert holes[1].where == "published.json, entry 1"


def test_a_dataset_of_ours_is_found_by_its_folder(tmp_path: Path, file: Path) -> None:
    (tmp_path / "data").mkdir()
    file.rename(tmp_path / "data" / file.name)
    plan = GazesearchFormat().plan_import(tmp_path, NoImportOptions())
    assert (len(plan.cases), plan.sources) == (3, ("data/published.json",))
    with pytest.raises(FormatError, match="holds no file of annotations"):
        GazesearchFormat().plan_import(tmp_path / "nothing", NoImportOptions())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"T": [0.1]}, "entry 2: X, Y and T hold 1, 1 and 1 values and length says 2"),
        ({"X": [1, 2, 3]}, "X, Y and T hold 3, 1 and 1 values"),
        ({"X": [float("nan")]}, "X holds nan, which is no number"),
        ({"Y": [225]}, "fixation 1 lies outside 0 to 224 px"),
        ({"T": [-0.1]}, "a duration in T is below 0"),
        ({"condition": "maybe"}, "condition is 'maybe', not present or absent"),
        ({"name": ""}, "name is '', no text"),
        ({"bbox": [1, 2]}, "bbox holds 2 values instead of 4"),
        ({"subject": 0}, "subject is 0"),
        ({"X": [], "Y": [], "T": [], "length": 0}, "it holds no fixation"),
        ({"X": "12"}, "X is no list of at most"),
        ({"correct": 3}, "correct is not 0, 1 or null"),
    ],
)
def test_wrong_entries_are_named_and_the_file_refused(changed: dict[str, Any], said: str, file: Path) -> None:
    records = [entry.as_json() for entry in PUBLISHED]
    records[1].update({"length": 2} if changed == {"T": [0.1]} else changed)
    file.write_text(json.dumps(records), encoding="utf-8")
    with pytest.raises(FormatError, match=r"published\.json cannot be used") as error:
        read_entries(file)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"), [(b"{}", "holds no list"), (b"[", "is no JSON"), (b"\xff\xfe", "is no JSON")]
)
def test_what_is_no_file_of_scanpaths_is_refused(content: bytes, said: str, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(FormatError, match=said):
        read_entries(file)
    with pytest.raises(FormatError, match="cannot be read"):
        read_entries(file.with_name("nowhere.json"))


def test_many_wrong_entries_are_counted(file: Path) -> None:
    file.write_text(json.dumps([{"name": "a"}] * 9), encoding="utf-8")
    with pytest.raises(FormatError, match="9 entries in all"):
        read_entries(file)
