"""Areas in files: kept beside a recording, and taken from files of other programs that are not trusted."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture_app.session.measures import (
    KeptArea,
    MeasureError,
    areas_path,
    import_areas,
    load_areas,
    placed,
    save_areas,
)
from capture_app.session.measures.area_book import mask_of, runs_of
from gaze_core.measures import Area, AreaKind, AreaSource
from gaze_core.rows import IMAGE, join_rows

SHA = "ab" * 32
OTHER = "cd" * 32


@pytest.fixture
def recorded() -> Any:
    """Two images of 60 x 40 px, as a recording lists them."""
    rows = [
        IMAGE.row(image_id=number, sha256=sha256, name=f"images/case-{number}.png", width_px=60, height_px=40)
        for number, sha256 in enumerate((SHA, OTHER))
    ]
    return SimpleNamespace(images=join_rows(rows))


def ellipse(name: str = "nodule") -> Area:
    return Area(
        name=name, image_id=-1, kind=AreaKind.ELLIPSE, source=AreaSource.DRAWN, x_image_px=20.5,
        y_image_px=10.0, width_image_px=8.0, height_image_px=6.0, angle_deg=12.0,
    )  # fmt: skip


def some_mask() -> np.ndarray:
    mask = np.zeros((40, 60), bool)
    mask[5:12, 50:] = True
    mask[39, 59] = True
    return mask


def test_areas_come_back_as_they_were_kept(tmp_path: Path, recorded: Any) -> None:
    path = areas_path(tmp_path / "R01.gazeh5")
    assert path.name == "R01.areas.json"
    polygon = Area(
        name="lobe",
        image_id=-1,
        kind=AreaKind.POLYGON,
        points_image_px=((1.0, 2.0), (30.5, 2.0), (9.0, 20.0)),
    )
    mask = Area(name="mask", image_id=-1, kind=AreaKind.MASK, source=AreaSource.IMPORTED, mask=some_mask())
    kept = [KeptArea(image_sha256=OTHER, area=each) for each in (ellipse(), polygon, mask)]
    save_areas(path, kept)
    again = load_areas(path)
    assert [repr(each) for each in again] == [repr(each) for each in kept]
    np.testing.assert_array_equal(again[2].area.mask, some_mask())
    assert [each.image_id for each in placed(again, recorded)] == [1, 1, 1]


def test_no_areas_leave_no_file(tmp_path: Path) -> None:
    path = tmp_path / "R01.areas.json"
    assert load_areas(path) == ()
    save_areas(path, [KeptArea(image_sha256=SHA, area=ellipse())])
    save_areas(path, [])
    assert not path.exists()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), height=st.integers(1, 12), width=st.integers(1, 12), share=st.floats(0, 1))
def test_runs_give_the_mask_they_were_made_of(seed: int, height: int, width: int, share: float) -> None:
    mask = np.random.default_rng(seed).uniform(size=(height, width)) < share
    np.testing.assert_array_equal(mask_of(runs_of(mask), [width, height]), mask)


def wrong_book(**changed: Any) -> dict[str, Any]:
    area = {
        "image_sha256": SHA, "name": "nodule", "source": "drawn", "kind": "ellipse", "x_image_px": 1.0,
        "y_image_px": 1.0, "width_image_px": 1.0, "height_image_px": 1.0, "angle_deg": 0.0,
    }  # fmt: skip
    return {"format": "reading-station areas", "version": 1, "areas": [{**area, **changed}]}


@pytest.mark.parametrize(
    "content",
    [
        "no JSON",
        json.dumps([]),
        json.dumps({"format": "another"}),
        json.dumps({"format": "reading-station areas", "version": 1, "areas": 3}),
        json.dumps(wrong_book(x_image_px=float("nan"))),
        json.dumps(wrong_book(width_image_px=-1)),
        json.dumps(wrong_book(width_image_px="1")),
        json.dumps(wrong_book(image_sha256="short")),
        json.dumps(wrong_book(name=5)),
        json.dumps(wrong_book(kind="star")),
        json.dumps(wrong_book(kind="polygon", points_image_px=[[1, 2], [3]])),
        json.dumps(wrong_book(kind="mask", size_px=[10**9, 10**9], runs=[10**18])),
        json.dumps(wrong_book(kind="mask", size_px=[4, 4], runs=[3, 14])),
        json.dumps(wrong_book(kind="mask", size_px=[4, 4], runs=[-1, 17])),
        "[" * 100_000,
    ],
)
def test_a_file_of_areas_that_is_wrong_is_refused_as_a_whole(tmp_path: Path, content: str) -> None:
    path = tmp_path / "R01.areas.json"
    path.write_text(content)
    with pytest.raises(MeasureError):
        load_areas(path)


def test_a_newer_file_of_areas_is_left_to_the_newer_program(tmp_path: Path) -> None:
    path = tmp_path / "R01.areas.json"
    path.write_text(json.dumps({**wrong_book(), "version": 2}))
    with pytest.raises(MeasureError, match="newer"):
        load_areas(path)


def test_a_mask_of_another_size_is_not_laid_on_an_image(recorded: Any) -> None:
    area = Area(name="mask", image_id=-1, kind=AreaKind.MASK, mask=np.ones((4, 4), bool))
    with pytest.raises(MeasureError, match="size of its image"):
        placed([KeptArea(image_sha256=SHA, area=area)], recorded)


def coco(**changed: Any) -> dict[str, Any]:
    content = {
        "images": [
            {"id": 7, "file_name": "train/case-1.jpg", "width": 60, "height": 40},
            {"id": 8, "file_name": "elsewhere.png"},
        ],
        "categories": [{"id": 2, "name": "Consolidation"}],
        "annotations": [
            {"image_id": 7, "category_id": 2, "bbox": [10, 5, 20, 8]},
            {"image_id": 7, "category_id": 3, "segmentation": [[1, 1, 9, 1, 9, 9]], "bbox": [1, 1, 8, 8]},
            {"image_id": 8, "category_id": 2, "bbox": [1, 1, 2, 2]},
        ],
    }
    return {**content, **changed}


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_boxes_and_polygons_of_coco_lie_on_the_image_of_their_name(tmp_path: Path, recorded: Any) -> None:
    found = import_areas(written(tmp_path / "boxes.json", coco()), recorded)
    assert found.passed_over == 1
    box, polygon = (each.area for each in found.areas)
    assert {each.image_sha256 for each in found.areas} == {OTHER}
    assert (box.name, box.kind, box.source) == ("Consolidation", AreaKind.BOX, AreaSource.IMPORTED)
    assert box.bounds_image_px == (10.0, 5.0, 30.0, 13.0)
    assert polygon.kind is AreaKind.POLYGON
    assert polygon.points_image_px == ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0))


@pytest.mark.parametrize(
    "content",
    [
        "no JSON",
        [],
        coco(images=None),
        coco(annotations={"a": 1}),
        coco(categories=[{"id": 2}]),
        coco(images=[{"file_name": "case-1.png"}]),
        coco(images=[{"id": 7, "file_name": "case-1.png", "width": 61, "height": 40}]),
        coco(annotations=[{"image_id": 99, "bbox": [1, 1, 2, 2]}]),
        coco(annotations=[{"image_id": [7], "bbox": [1, 1, 2, 2]}]),
        coco(annotations=[{"image_id": 7, "bbox": [1, 1, 2]}]),
        coco(annotations=[{"image_id": 7, "bbox": [1, 1, -2, 2]}]),
        coco(annotations=[{"image_id": 7, "bbox": [1, 1, float("inf"), 2]}]),
        coco(annotations=[{"image_id": 7, "bbox": [1e9, 1, 2, 2]}]),
        coco(annotations=[{"image_id": 7, "segmentation": [[1, 1, 9, 1, 9]]}]),
        coco(annotations=["box"]),
        coco(annotations=[{"image_id": 7, "bbox": [1, 1, 2, 2]}] * 10_001),
    ],
)
def test_a_coco_file_that_is_wrong_is_refused_as_a_whole(tmp_path: Path, recorded: Any, content: Any) -> None:
    with pytest.raises(MeasureError):
        import_areas(written(tmp_path / "boxes.json", content), recorded)


def mask_file(path: Path, height: int = 40, width: int = 60) -> Path:
    picture = np.zeros((height, width), np.uint8)
    picture[10:20, 30:40] = 255
    cv2.imwrite(str(path), picture)
    return path


def test_a_mask_lies_on_the_image_its_name_says_or_on_the_one_shown(tmp_path: Path, recorded: Any) -> None:
    (named,) = import_areas(mask_file(tmp_path / "case-1__left lung.png"), recorded).areas
    assert (named.image_sha256, named.area.name) == (OTHER, "left lung")
    assert named.area.mask is not None
    assert named.area.mask.sum() == 100
    (shown,) = import_areas(mask_file(tmp_path / "heart.png"), recorded, shown_image_id=0).areas
    assert (shown.image_sha256, shown.area.name) == (SHA, "heart")


def test_a_mask_without_an_image_of_another_size_or_black_is_refused(tmp_path: Path, recorded: Any) -> None:
    for path, words in (
        (mask_file(tmp_path / "case-5__lung.png"), "does not have"),
        (mask_file(tmp_path / "heart.png"), "names no image"),
        (mask_file(tmp_path / "case-0__big.png", 80, 60), "60 x 80 px"),
    ):
        with pytest.raises(MeasureError, match=words):
            import_areas(path, recorded)
    black = tmp_path / "case-0__black.png"
    cv2.imwrite(str(black), np.zeros((40, 60), np.uint8))
    with pytest.raises(MeasureError, match="black throughout"):
        import_areas(black, recorded)
    broken = tmp_path / "case-0__broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(MeasureError, match="cannot be read"):
        import_areas(broken, recorded)
