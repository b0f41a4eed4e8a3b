"""Reading REFLACX, EGD, MIMIC-Eye and tidy tables: worked numbers, other layouts, files that are wrong."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture_app.session.viewport import GreyRange, PaneView
from gaze_core.geometry import Rect
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.egd_pads import Pads, canvas_pads, fitting_side, original_px
from recordings_schema.formats.egd_slides import slide_offset_px
from recordings_schema.formats.import_tables import number_columns, text_rows
from recordings_schema.formats.importing import ImportCaseError, ImportedCase, problems_by_sentence
from recordings_schema.formats.options import options_from_texts
from recordings_schema.formats.reflacx_labels import harmonised
from recordings_schema.formats.reflacx_views import is_near_image
from recordings_schema.formats.registry import find_format
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_reading
from recordings_schema.stimuli.window import VoiFunction, Window, apply_window


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name) / "data"
            export(
                find_format(name), [make_reading(trial=trial, seconds=1.0) for trial in range(2)], made[name]
            )
        return made[name]

    return get


@pytest.fixture
def copy_of(written: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of a dataset that may be damaged."""
    return lambda name: Path(shutil.copytree(written(name), tmp_path / name))


def cases_of(name: str, folder: Path, **options: str) -> list[ImportedCase]:
    published = find_format(name)
    chosen = options_from_texts(published.import_options_type, options)
    plan = published.plan_import(folder, chosen)
    return [published.read_case(folder, each, chosen) for each in plan.cases]


def holes_of(name: str, folder: Path) -> dict[str, int]:
    published = find_format(name)
    return problems_by_sentence(published.plan_import(folder, published.import_options_type()).holes)


def test_the_published_filter_keeps_the_worked_fixations(vectors: dict[str, Any]) -> None:
    each = vectors["reflacx_filter_fixations"]
    points = np.array(each["points_image_xy"], np.float64)
    columns = {name: np.full(len(points), float(value)) for name, value in each["constant_view"].items()}
    columns |= {"x_position": points[:, 0], "y_position": points[:, 1]}
    assert np.flatnonzero(is_near_image(columns)).tolist() == each["kept_index"]


def test_slides_give_the_worked_offset(vectors: dict[str, Any]) -> None:
    each = vectors["egd_calibrate"]
    slides = [row for row in each["rows"] if row[0].startswith("cal")]
    last = {name: (x, y) for name, x, y in slides}
    assert slide_offset_px(last.values()) == pytest.approx(each["offset_px"])


def test_pads_of_the_published_canvas_are_the_worked_ones(vectors: dict[str, Any]) -> None:
    for each in vectors["egd_resize_pad"]:
        height, width = each["image_hw"]
        sides = {edge: each[edge] for edge in ("top", "bottom", "left", "right")}
        assert canvas_pads(width, height) == Pads(**sides)


def test_a_pane_shows_what_the_published_viewer_shows(vectors: dict[str, Any]) -> None:
    found = vectors["view_state_formula"]
    margin, (screen_width, screen_height) = found["margin"], found["screen_wh"]
    for each in found["cases"]:
        (width, height), zoom, (pan_x, pan_y) = each["image_wh"], each["zoom"] or 1.0, each["pan_xy"]
        view = PaneView(
            image_width_px=width, image_height_px=height,
            area_screen_px=Rect(margin, 0, screen_width - 2 * margin, screen_height),
            grey_range=GreyRange(low=0.0, high=255.0), start_window=Window(centre=128.0, width=256.0),
            window=Window(centre=128.0, width=256.0), centre_x_image_px=width / 2 + pan_x,
            centre_y_image_px=height / 2 - pan_y, zoom=zoom,
        )  # fmt: skip
        for rect, key in (
            (view.placement.src_image_px, "source_rect"),
            (view.placement.dst_screen_px, "dest_rect"),
        ):
            assert [rect.x, rect.y, rect.right, rect.bottom] == pytest.approx(each[key], abs=1e-6)


def test_fractions_of_a_window_are_shown_as_published(vectors: dict[str, Any]) -> None:
    each = vectors["windowing"]
    for level, width in ((0.5, 0.4), (0.7, 1)):
        window = Window(centre=level, width=float(width), function=VoiFunction.LINEAR_EXACT)
        shown = apply_window(np.array(each["x"]), window)
        assert shown == pytest.approx(each[f"level {level:g} width {width:g}"])


@pytest.mark.parametrize("side", [254, 2544, 3056])
def test_the_size_of_an_image_comes_out_of_its_positions(side: int) -> None:
    pads = Pads(top=0, bottom=0, left=534, right=534)
    x_norm = np.round(np.random.default_rng(side).uniform(0.29, 0.71, 4000), 5)
    x, _ = original_px(x_norm, np.full(4000, 0.5), pads, side, side)
    assert fitting_side(x_norm * 1920, x, pads.left, 1920 - 2 * 534) == side
    assert fitting_side(x_norm * 1920, np.full(4000, 7), pads.left, 852) == -1


@pytest.mark.parametrize("name", ["reflacx", "mimic-eye"])
def test_labels_of_the_first_phase_get_the_later_names_when_asked_for(
    written: Callable[[str], Path], name: str
) -> None:
    as_they_are = cases_of(name, written(name))[0]
    case = cases_of(name, written(name), harmonise_labels="yes")[0]
    assert "Mass" in as_they_are.chosen
    assert "Lung nodule or mass" in case.chosen
    assert "Mass" not in case.chosen
    assert {label for shape in case.shapes for label in shape.labels} == {"Lung nodule or mass"}
    assert [answer.value for answer in case.answers] == [case.chosen]
    names = [label.name for label in case.labels]
    assert len(names) == len(set(names))
    both = replace(as_they_are, chosen=("Mass", "Nodule", "Pleural effusion"))
    assert harmonised(both).chosen == ("Lung nodule or mass", "Pleural abnormality")


def test_recalibrated_gaze_is_moved_and_the_tables_are_not(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("egd")
    for name in ("fixations.csv", "eye_gaze.csv"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        slide = lines[1].replace("case-0", "slide").split(",")
        slide[6], slide[7] = "0.51", "0.48"
        (folder / name).write_text("".join([lines[0], ",".join(slide), *lines[1:]]), encoding="utf-8")
    plain, moved = cases_of("egd", folder), cases_of("egd", folder, recalibrate="yes")
    shift = moved[0].fixations["x_norm"] - plain[0].fixations["x_norm"]
    np.testing.assert_allclose(shift, -19.2 / 1920, atol=1e-9)
    assert moved[0].images == plain[0].images
    assert holes_of("egd", folder) == {
        "Its image is not in the master sheet, as those of calibration slides are not.": 1
    }


def test_a_tree_without_main_data_and_spreadsheets_is_read_as_well(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("mimic-eye")
    before = [len(case.fixations) for case in cases_of("mimic-eye", folder)]
    shutil.rmtree(folder / "spreadsheets")
    for patient in folder.glob("patient_*"):
        for reading in (patient / "REFLACX" / "main_data").iterdir():
            (reading / "timestamps_transcription.csv").rename(reading / "transcription.csv")
            reading.rename(patient / "REFLACX" / reading.name)
        (patient / "EyeGaze" / "master_sheet.csv").rename(
            patient / "EyeGaze" / "master_sheet_with_updated_stayId.csv"
        )
    again = cases_of("mimic-eye", folder)
    assert [len(case.fixations) for case in again] == before
    assert all(case.words for case in again)


def test_a_part_of_a_tree_counts_the_patients_that_are_not_there(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("mimic-eye")
    shutil.rmtree(folder / "patient_P1")
    assert holes_of("mimic-eye", folder) == {"The spreadsheets name a patient whose folder is missing.": 1}
    assert {case.patient for case in cases_of("mimic-eye", folder)} == {"P0"}
    (only,) = cases_of("mimic-eye", folder, egd="no")
    assert only.given_id.startswith("P300R")


def test_pads_and_size_come_from_the_sheet_of_images_where_the_tables_lack_them(
    copy_of: Callable[[str], Path],
) -> None:
    folder = copy_of("mimic-eye")
    for master in folder.glob("patient_*/EyeGaze/master_sheet.csv"):
        rows = master.read_text(encoding="utf-8").splitlines()
        cells = rows[1].split(",")
        cells[7:11] = [""] * 4
        master.write_text("\n".join([rows[0], ",".join(cells), ""]), encoding="utf-8")
    case = cases_of("mimic-eye", folder, reflacx="no")[0]
    pads = canvas_pads(1000, 1200)
    assert float(case.viewport["dst_x_screen_px"][0]) == pads.left
    assert (case.images[0].width_px, case.images[0].height_px) == (1000, 1200)


@pytest.mark.parametrize("name", ["reflacx", "egd", "mimic-eye", "csv"])
def test_another_folder_is_refused_with_what_to_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"it is no|no tidy tables"):
        cases_of(name, tmp_path)


WRONG = (
    ("reflacx", "main_data/*/fixations.csv", b",1000,1200,", b",abc,1200,", "is no number"),
    ("reflacx", "gaze_data/*/gaze.csv", b",1000,1200,", b",inf,1200,", "not finite|is no number"),
    ("reflacx", "gaze_data/*/gaze.csv", b"1.0,0.5,0,0,", b"1.0,0.5,0,", "another length|is no number"),
    ("reflacx", "gaze_data/*/gaze.csv", b",1000,1200,", b",0,1200,", "rectangle of its views is empty"),
    ("reflacx", "metadata_phase_3.csv", b",1000,1200,", b",0,1200,", "not possible"),
    ("reflacx", "main_data/*/chest_bounding_box.csv", b"80,60", b"80,", "empty cell in ymin"),
    ("reflacx", "main_data/*/transcription.txt", b"heart", b"\xff\xfe", "not text in UTF-8"),
    ("egd", "audio*/*/transcript.json", b'"phrase"', b'"word"', "not as EGD has it"),
    (
        "egd",
        "audio*/*/transcript.json",
        b'"begin_time": ',
        b'"begin_time": 1e999',
        "not as EGD has it|not finite",
    ),
    ("egd", "master_sheet.csv", b",510,510,", b",1510,510,", "leave no place"),
    ("egd", "bounding_boxes.csv", b"200.5", b"two", "where a number belongs"),
    ("csv", "viewport.csv", b"1000.0", b"x", "is no number"),
    ("csv", "words.csv", b"aligned,0.9", b"aligned", "another number of cells"),
    ("csv", "answers.csv", b'"[""Mass""', b'"[Mass', "no JSON"),
    ("csv", "shapes.csv", b"ellipse,0,", b"ellipse,7,", "does not name"),
    ("csv", "readings.csv", b",image_shown,", b",midnight,", "none that this program knows"),
)


@pytest.mark.parametrize(("name", "pattern", "old", "new", "text"), WRONG)
def test_a_wrong_file_takes_its_case_away_with_a_sentence(
    copy_of: Callable[[str], Path], name: str, pattern: str, old: bytes, new: bytes, text: str
) -> None:
    folder = copy_of(name)
    for path in folder.glob(pattern):
        content = path.read_bytes()
        assert old in content or path.parent.name.endswith("1") or b"case-1" in content
        path.write_bytes(content.replace(old, new, 1))
    with pytest.raises((ImportCaseError, FormatError), match=text):
        cases_of(name, folder)


def test_long_tables_with_a_reading_at_two_places_take_the_first(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("egd")
    table = folder / "eye_gaze.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join([*lines, lines[1], "x,y,z\n"]), encoding="utf-8")
    assert holes_of("egd", folder) == {
        "A row of eye_gaze.csv names no reading.": 1,
        "Its rows lie at several places of the table; the first are taken.": 1,
    }


def test_numbers_may_be_missing_anywhere_in_a_row() -> None:
    found = number_columns(b"a,b,c\r\n,2,\r\n1,,3\r\n,,\r\n", "t.csv", ("a", "b", "c"))
    np.testing.assert_array_equal(found["a"], [np.nan, 1, np.nan])
    np.testing.assert_array_equal(found["b"], [2, np.nan, np.nan])
    np.testing.assert_array_equal(found["c"], [np.nan, 3, np.nan])
    assert len(number_columns(b"a,b\n", "t.csv", ("a",))["a"]) == 0
    assert text_rows(b'\xef\xbb\xbfa,b\n"x,y",\n', "t.csv", ("a",)) == [{"a": "x,y", "b": ""}]
