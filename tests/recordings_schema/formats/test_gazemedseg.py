"""GazeMedSeg: the table, maps that can be drawn again, lists for the loaders, overlap with references."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaze_core.crf import CrfParameters, refine_probability
from gaze_core.heat_grid import as_grey, dice, grid_heat
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazemedseg import COLUMNS, GazemedsegFormat
from recordings_schema.formats.gazemedseg_dicom import grey_dicom
from recordings_schema.formats.gazemedseg_options import Layout, Maps, Tasks
from recordings_schema.formats.pictures import decoded, png
from recordings_schema.formats.reading import CaseReading, ReadMask
from recordings_schema.formats.testing import FormatConformance, export, with_key
from recordings_schema.formats.testing_images import image_readings, with_image
from recordings_schema.formats.testing_readings import make_reading
from recordings_schema.stimuli import load_image

SEG = GazemedsegFormat()


class TestGazemedseg(FormatConformance):
    @pytest.fixture
    def published(self) -> GazemedsegFormat:
        return GazemedsegFormat()

    @pytest.fixture
    def readings(self, tmp_path: Path) -> list[CaseReading]:
        folder = tmp_path / "images"
        folder.mkdir()
        return image_readings(folder, task_kind="segment")


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "nodule_R01_fixation.csv").open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        assert tuple(table.fieldnames or ()) == COLUMNS
        return list(table)


def test_the_fixations_come_back_within_a_millionth(tmp_path: Path) -> None:
    reading = make_reading(task_kind="segment")
    export(GazemedsegFormat(), [reading], tmp_path / "data", maps=Maps.TABLE)
    rows = rows_of(tmp_path / "data")
    inside = (reading.fixations["duration_ms"] >= 50) & (reading.fixations["image_id"] == 0)
    kept = reading.fixations[inside]
    assert [int(row["CURRENT_FIX_INDEX"]) for row in rows] == list(range(1, len(kept) + 1))
    x = [float(row["CURRENT_FIX_X"]) for row in rows]
    assert x == pytest.approx((kept["x_image_px"] / 1000).tolist(), abs=1e-6)
    assert [int(row["CURRENT_FIX_DURATION"]) for row in rows] == [round(d) for d in kept["duration_ms"]]
    assert {(row["IMAGE"], row["IMAGE_HEIGHT"], row["IMAGE_WIDTH"]) for row in rows} == {
        ("case-0.jpg", "1200", "1000")
    }


def test_short_fixations_are_dropped(tmp_path: Path) -> None:
    reading = make_reading(task_kind="segment")
    export(GazemedsegFormat(), [reading], tmp_path / "data", shortest_ms=400.0, maps=Maps.TABLE)
    rows = rows_of(tmp_path / "data")
    assert len(rows) == int((reading.fixations["duration_ms"] >= 400).sum()) < len(reading.fixations)


def test_other_tasks_come_along_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="tasks=all"):
        export(GazemedsegFormat(), [make_reading()], tmp_path / "data")
    every = export(GazemedsegFormat(), [make_reading()], tmp_path / "data", tasks=Tasks.ALL, maps=Maps.TABLE)
    assert every.case_count == 1


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def picture(path: Path) -> np.ndarray:
    found = decoded(path.read_bytes())
    assert found is not None
    return np.asarray(found)


@pytest.fixture
def reading(tmp_path: Path) -> CaseReading:
    return image_readings(tmp_path, 1, task_kind="segment")[0]


def test_maps_levels_and_lists_lie_where_the_loaders_read_them(reading: CaseReading, tmp_path: Path) -> None:
    export(SEG, [reading], tmp_path / "data", images=True, levels=3, train_share=1.0)
    root = tmp_path / "data" / "nodule_R01"
    assert (root / "train.txt").read_text(encoding="utf-8") == "case-0\n"
    assert (root / "test.txt").read_text(encoding="utf-8") == ""
    size = (reading.images[0].height_px, reading.images[0].width_px)
    for place in ("images", "gaze/heatmap", "gaze/crf_compat1"):
        exact, lossy = (picture(root / place / f"case-0{ending}") for ending in (".png", ".jpg"))
        assert exact.shape == lossy.shape == size
        assert int(np.abs(exact.astype(int) - lossy).max()) <= 12
    levels = [picture(root / "gaze" / f"level_{number}" / "case-0.png") for number in (1, 2, 3)]
    refined = picture(root / "gaze" / "crf_compat1" / "case-0.png")
    for level, threshold in zip(levels, (0.5, 0.3, 0.4), strict=True):
        assert np.array_equal(level > 0, refined / 255 >= threshold)
    areas = [np.count_nonzero(level) for level in levels]
    assert areas[1] >= areas[2] >= areas[0] > 0


def test_the_heat_map_is_that_of_the_table_and_the_refinement_begins_with_its_jpeg(
    reading, tmp_path: Path
) -> None:
    export(SEG, [reading], tmp_path / "data")
    root = tmp_path / "data" / "nodule_R01"
    rows = rows_of(tmp_path / "data")
    x, y, t = ([float(row[f"CURRENT_FIX_{name}"]) for row in rows] for name in ("X", "Y", "DURATION"))
    image = reading.images[0]
    heat = as_grey(grid_heat(x, y, t, (image.width_px, image.height_px), 70.0))
    assert np.array_equal(picture(root / "gaze" / "heatmap" / "case-0.png"), heat)
    begin = picture(root / "gaze" / "heatmap" / "case-0.jpg") / np.float32(255)
    refined = as_grey(refine_probability(begin, picture(image.path), CrfParameters()))
    assert np.array_equal(picture(root / "gaze" / "crf_compat1" / "case-0.png"), refined)


def test_the_prostate_layout_has_png_maps_and_dicom_images(reading: CaseReading, tmp_path: Path) -> None:
    export(SEG, [reading], tmp_path / "data", layout=Layout.PROSTATE, images=True)
    root = tmp_path / "data" / "nodule_R01"
    assert not list(root.rglob("*.jpg"))
    about = lines_of(root / "maps.csv")[0]
    assert about["SIGMA_CELLS"] == "50"
    stored = load_image(root / "images" / "case-0.dcm")
    assert np.array_equal(stored.pixels, picture(reading.images[0].path))
    assert {path.name for path in (root / "gaze").iterdir()} == {
        "heatmap",
        "crf_compat1",
        "level_1",
        "level_2",
    }


def test_colours_become_grey_in_dicom() -> None:
    red = np.zeros((3, 5, 3), np.uint8)
    red[..., 0] = 255
    grey = grey_dicom(red, "red")
    assert grey == grey_dicom(red, "red") != grey_dicom(red, "other")


def test_sigma_is_told_in_cells_px_and_degrees(reading: CaseReading, tmp_path: Path) -> None:
    export(SEG, [reading], tmp_path / "data", maps=Maps.HEATMAP, sigma_cells=96.0)
    about = lines_of(tmp_path / "data" / "nodule_R01" / "maps.csv")[0]
    assert [float(about[f"SIGMA_{axis}_PX"]) for axis in "XY"] == [100 / 8, 120 / 8]
    assert float(about["SIGMA_Y_DEG"]) / float(about["SIGMA_X_DEG"]) == pytest.approx(1.2, abs=0.01)
    assert about["CRF_SCALE"] == ""


def test_a_large_image_is_refined_at_a_smaller_size(reading: CaseReading, tmp_path: Path) -> None:
    export(SEG, [reading], tmp_path / "small", crf_longest_px=60)
    export(SEG, [reading], tmp_path / "whole", crf_longest_px=0)
    assert lines_of(tmp_path / "small" / "nodule_R01" / "maps.csv")[0]["CRF_SCALE"] == "0.5"
    place = Path("nodule_R01") / "gaze" / "crf_compat1" / "case-0.png"
    small, whole = (picture(tmp_path / name / place) for name in ("small", "whole"))
    assert small.shape == whole.shape
    assert dice(small >= 128, whole >= 128) > 0.9


def test_reference_masks_are_copied_and_compared_with(reading: CaseReading, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    image = reading.images[0]
    reference = np.zeros((image.height_px, image.width_px), np.uint8)
    reference[30:90, 25:75] = 255
    (masks / "case-0.png").write_bytes(png(reference))
    result = export(SEG, [reading], tmp_path / "data", reference_masks=str(masks))
    root = tmp_path / "data" / "nodule_R01"
    rows = lines_of(root / "dice.csv")
    assert [(row["MAP"], row["THRESHOLD"]) for row in rows] == [
        ("heatmap", "0.5"), ("heatmap", "0.3"), ("crf", "0.5"), ("crf", "0.3")
    ]  # fmt: skip
    heat = picture(root / "gaze" / "heatmap" / "case-0.png")
    assert float(rows[0]["DICE"]) == pytest.approx(dice(heat / 255 > 0.5, reference > 0), abs=1e-6)
    assert np.array_equal(picture(root / "masks" / "case-0.png"), reference)
    assert not any("reference masks" in text for text in result.warnings)


def test_a_reference_mask_that_cannot_be_used_is_told(reading: CaseReading, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    path = masks / "case-0.png"
    for content, words in (
        (None, "There is no reference mask"), (b"no", "cannot be read"),
        (png(np.zeros((4, 4), np.uint8)), "4 x 4"),
    ):  # fmt: skip
        if content is not None:
            path.write_bytes(content)
        place = tmp_path / words.replace(" ", "-")
        result = export(SEG, [reading], place, reference_masks=str(masks), maps=Maps.HEATMAP)
        assert words in result.warnings[0]
        assert not list(place.rglob("dice.csv"))
    with pytest.raises(FormatError, match="no folder of masks"):
        export(SEG, [reading], tmp_path / "data", reference_masks=str(tmp_path / "gone"))


def test_names_the_loaders_cannot_find_are_replaced_and_stay_apart(tmp_path: Path) -> None:
    names = ("images/1.2.840.10.dcm", "images/1-2-840-10.dcm", "images/a b.png", "images/\u80f8.png")
    readings = [
        with_image(make_reading(trial=trial, task_kind="segment"), tmp_path, name)
        for trial, name in enumerate(names)
    ]
    export(SEG, readings, tmp_path / "data", maps=Maps.HEATMAP, train_share=1.0)
    root = tmp_path / "data" / "nodule_R01"
    stems = (root / "train.txt").read_text(encoding="utf-8").splitlines()
    assert len(set(stems)) == 4
    assert not any("." in stem or " " in stem for stem in stems)
    assert {row["IMAGE_NAME"] for row in lines_of(root / "maps.csv")} == set(names)
    assert "\u80f8" in stems


def test_readers_whose_names_no_folder_can_have_stay_apart(tmp_path: Path) -> None:
    names = ("\u00c4.B", "\u00d6.B", "con")
    readings = [
        with_key(make_reading(trial=trial, task_kind="segment"), reader=name)
        for trial, name in enumerate(names)
    ]
    export(SEG, readings, tmp_path / "data", maps=Maps.TABLE)
    tables = sorted(path.name for path in (tmp_path / "data").glob("*_fixation.csv"))
    assert len(tables) == 3
    assert all(name.isascii() for name in tables)
    assert tables[-1] == "nodule_con_fixation.csv"


def test_targets_that_would_share_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    readings = [
        replace(make_reading(trial=trial, task_kind="segment"), target=target)
        for trial, target in enumerate(("lung nodule", "lung-nodule"))
    ]
    with pytest.raises(FormatError, match="lung nodule of R01 and lung-nodule of R01 would share"):
        export(SEG, readings, tmp_path / "data", maps=Maps.TABLE)
    assert not (tmp_path / "data").exists()


def test_what_a_reader_read_again_has_a_table_of_its_own(reading: CaseReading, tmp_path: Path) -> None:
    again = replace(reading, key=replace(reading.key, trial=1))
    other = replace(reading, key=replace(reading.key, trial=2, target="mass"), target="mass")
    export(SEG, [reading, again, other], tmp_path / "data", maps=Maps.HEATMAP)
    tables = sorted(path.name for path in (tmp_path / "data").glob("*_fixation.csv"))
    assert tables == ["mass_R01_fixation.csv", "nodule_R01_2_fixation.csv", "nodule_R01_fixation.csv"]


def test_a_case_without_its_image_is_left_out_unless_no_pixel_is_needed(
    reading: CaseReading, tmp_path: Path
) -> None:
    gone = replace(reading, images=(replace(reading.images[0], path=None),))
    with pytest.raises(FormatError, match="maps=heatmap"):
        export(SEG, [gone], tmp_path / "data")
    assert export(SEG, [gone], tmp_path / "heat", maps=Maps.HEATMAP).case_count == 1


def test_the_time_of_each_mask_comes_along(reading: CaseReading, tmp_path: Path) -> None:
    mask = ReadMask(
        screen="cover", image_id=0, visible_s=12.5, gaze_s=11.25, covered_share=0.125, settled_s=math.nan
    )
    export(SEG, [replace(reading, masks=(mask,))], tmp_path / "data", maps=Maps.TABLE)
    assert (tmp_path / "data" / "nodule_R01_masks.csv").read_text(encoding="utf-8").splitlines() == [
        "IMAGE,SCREEN,VISIBLE_S,GAZE_S,COVERED_SHARE,SETTLED_S",
        "case-0.jpg,cover,12.5,11.25,0.125,",
    ]


def test_a_dataset_that_was_changed_is_told(reading: CaseReading, tmp_path: Path) -> None:
    data = tmp_path / "data"
    export(SEG, [reading], data)
    root = data / "nodule_R01"
    assert list(SEG.check(data)) == []
    (root / "gaze" / "heatmap" / "case-0.png").write_bytes(png(np.zeros((120, 100), np.uint8)))
    (root / "gaze" / "level_1" / "case-0.png").write_bytes(png(np.zeros((120, 100), np.uint8)))
    (root / "gaze" / "crf_compat1" / "case-0.png").unlink()
    found = " ".join(SEG.check(data))
    for words in ("not what its fixations give", "another area", "is not there or has another size"):
        assert words in found
    (root / "train.txt").write_text("other\n", encoding="utf-8")
    assert "once" in next(iter(SEG.check(data)))
    table = data / "nodule_R01_fixation.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("case-0.jpg,1,", "case-0.jpg,7,"), encoding="utf-8"
    )
    assert "not one sequence" in next(iter(SEG.check(data)))
