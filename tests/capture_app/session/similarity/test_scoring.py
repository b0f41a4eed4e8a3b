"""Predicted scanpaths against human ones: the published numbers, means by task, what cannot be scored."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from capture_app.session.similarity.score_metrics import MultiMatchUse, ScoreMetric
from capture_app.session.similarity.scoring import (
    MISMATCH,
    Centre,
    ScoreError,
    ScoreOrder,
    ScoreResult,
    score_predictions,
)
from gaze_core.similarity import CHANNELS
from recordings_schema.formats.gazesearch_file import SearchEntry, entries_json

VECTORS = Path(__file__).parents[3] / "gaze_core" / "similarity" / "vectors" / "gazesearch_metrics.json"
PUBLISHED = json.loads(VECTORS.read_text(encoding="utf-8"))
PATHS = PUBLISHED["scanpaths"]
SCANMATCH = PUBLISHED["scanmatch"]
SETTING = "Xres=Yres=224,Xbin=Ybin=14,Threshold=3.5,Gap=0,TempBin=0"


def entry(path: str, **changed: Any) -> SearchEntry:
    """A human scanpath of the vectors, which begin at the centre."""
    values = PATHS[path]
    made = SearchEntry(
        name="img.jpg", subject=1, task="edema", condition="present", x_px=tuple(values["X"]),
        y_px=tuple(values["Y"]), duration_s=tuple(values["T"]), split="test",
    )  # fmt: skip
    return replace(made, **changed)


def prediction(path: str, *, is_timed: bool = True, **changed: Any) -> dict[str, Any]:
    values = PATHS[path]
    made = {"X": [float(x) for x in values["X"]], "Y": values["Y"], "name": "img.jpg", "task": "edema",
            "condition": "present"}  # fmt: skip
    return {**made, **({"T": values["T"]} if is_timed else {}), **changed}


def scores(
    folder: Path, humans: list[SearchEntry], predicted: list[dict[str, Any]], **options: Any
) -> ScoreResult:
    (folder / "human.json").write_bytes(entries_json(humans))
    (folder / "predicted.json").write_text(json.dumps(predicted), encoding="utf-8")
    order = ScoreOrder(
        predictions=folder / "predicted.json",
        annotations=folder / "human.json",
        metrics=options.pop("metrics", tuple(ScoreMetric)),
        **options,
    )
    return score_predictions(order)


def test_the_scores_are_the_published_numbers(tmp_path: Path) -> None:
    result = scores(
        tmp_path, [entry("A")], [prediction("B")], uses=(MultiMatchUse.GAZESEARCH, MultiMatchUse.TOOLBOX)
    )
    values = result.rows[-1].values
    multimatch = PUBLISHED["multimatch"]
    for use, key in (("gazesearch", "A_vs_B"), ("toolbox", "A_vs_B_docomparison_with_T")):
        channels = ("shape", "direction", "length", "position", "duration")[: 4 if use == "gazesearch" else 5]
        found = [values[f"multimatch_{use}_{channel}"] for channel in channels]
        assert found == pytest.approx(multimatch[key][: len(channels)], abs=1e-6)
    assert values["scanmatch"] == pytest.approx(SCANMATCH[SETTING]["A_vs_B"]["score"])
    timed = SCANMATCH["same,TempBin=50 (T in ms)"]["A_vs_B"]["score"]
    assert values["scanmatch_time"] == pytest.approx(timed)
    assert values["sed"] == PUBLISHED["string_edit_distance"]["A_vs_B"]
    assert values["stde"] == pytest.approx(PUBLISHED["stde"]["A_human_B_sim"])
    assert values["length_error"] == 1.0


def test_short_scanpaths_are_scored_as_published(tmp_path: Path) -> None:
    values = scores(tmp_path, [entry("A")], [prediction("C")]).rows[-1].values
    channels = ("shape", "direction", "length", "position")
    found = [values[f"multimatch_gazesearch_{channel}"] for channel in channels]
    assert found == pytest.approx(PUBLISHED["multimatch"]["A_vs_C_padded"][:4], abs=1e-6)
    assert values["scanmatch"] == pytest.approx(SCANMATCH[SETTING]["A_vs_C"])
    assert values["sed"] == PUBLISHED["string_edit_distance"]["A_vs_C"]


def test_a_scanpath_equals_itself_in_every_metric(tmp_path: Path) -> None:
    result = scores(tmp_path, [entry("A")], [prediction("A")], uses=tuple(MultiMatchUse))
    values = dict(result.rows[-1].values)
    differences = {name: values.pop(name) for name in ("sed", "sed_clipped", "length_error", MISMATCH)}
    assert set(differences.values()) == {0.0}
    assert math.isnan(values.pop("semantic"))
    assert {round(value, 12) for value in values.values()} == {1.0}


def test_readers_are_averaged_then_scanpaths_by_task_and_in_all(tmp_path: Path) -> None:
    humans = [entry("A"), entry("B", subject=2), entry("A", name="two.jpg"), entry("B", task="fracture")]
    predicted = [prediction("A"), prediction("B", name="two.jpg"), prediction("B", task="fracture")]
    result = scores(tmp_path, humans, predicted, metrics=(ScoreMetric.SCANMATCH,))
    ab = SCANMATCH[SETTING]["A_vs_B"]["score"]
    rows = {row.task: row for row in result.rows}
    assert list(rows) == ["edema", "fracture", "all"]
    assert rows["edema"].values["scanmatch"] == pytest.approx(((1 + ab) / 2 + ab) / 2)
    assert rows["all"].values["scanmatch"] == pytest.approx(((1 + ab) / 2 + ab + 1) / 3)
    assert (rows["all"].scanpaths, rows["all"].pairs) == (3, 4)


def test_the_centre_is_added_to_human_scanpaths_where_the_predicted_one_has_it(tmp_path: Path) -> None:
    bare = entry("A", x_px=tuple(PATHS["A"]["X"][1:]), y_px=tuple(PATHS["A"]["Y"][1:]),
                 duration_s=tuple(PATHS["A"]["T"][1:]))  # fmt: skip

    def difference(human: SearchEntry, centre: Centre, path: dict[str, Any]) -> float:
        result = scores(tmp_path, [human], [path], metrics=(ScoreMetric.LENGTH,), centre=centre)
        return result.rows[-1].values["length_error"]

    assert difference(bare, Centre.AUTO, prediction("A")) == 0.0
    assert difference(bare, Centre.NONE, prediction("A")) == 1.0
    assert difference(entry("A"), Centre.ADD, prediction("A")) == 0.0
    off_centre = prediction("A", X=[10.0, *PATHS["A"]["X"][1:]])
    assert difference(bare, Centre.AUTO, off_centre) == 1.0


def test_what_has_no_durations_is_scored_without_them(tmp_path: Path) -> None:
    result = scores(tmp_path, [entry("A")], [prediction("B", is_timed=False)], uses=tuple(MultiMatchUse))
    values = result.rows[-1].values
    missing = {name for name, value in values.items() if math.isnan(value)}
    assert missing == {
        "scanmatch_time", "semantic", "multimatch_toolbox_duration",
        *(f"multimatch_mcgip_{channel}" for channel in CHANNELS),
    }  # fmt: skip
    assert any("predicts no T" in note for note in result.notes)


def test_the_semantic_score_compares_labels_under_the_fixations(tmp_path: Path) -> None:
    rows, columns = np.mgrid[:224, :224]
    labels = np.where(columns >= 112, 1, np.where(rows >= 100, 2, 0)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "img.png"), labels)
    result = scores(
        tmp_path, [entry("A")], [prediction("A")], metrics=(ScoreMetric.SEMANTIC,), segments=tmp_path
    )
    assert result.rows[-1].values["semantic"] == 1.0
    moved = prediction("A", X=[223.0] * 6, Y=[0.0] * 6)
    result = scores(tmp_path, [entry("A")], [moved], metrics=(ScoreMetric.SEMANTIC,), segments=tmp_path)
    assert result.rows[-1].values["semantic"] == pytest.approx(3 / 6)  # 1 0 2 1 1 2 with 1 1 1 1 1 1


def test_lengths_are_compared_as_published(tmp_path: Path) -> None:
    def path(count: int) -> tuple[float, ...]:
        return tuple(float(100 + place) for place in range(count))

    humans = [
        entry("A", name=f"{n}.jpg", x_px=tuple(range(n)), y_px=tuple(range(n)), duration_s=(0.1,) * n)
        for n in (2, 6, 3)
    ]
    predicted = [prediction("A", name=f"{n}.jpg", X=path(6), Y=path(6), T=[0.1] * 6) for n in (2, 6, 3)]
    values = scores(tmp_path, humans, predicted, metrics=(ScoreMetric.LENGTH,)).rows[-1].values
    assert values["length_error"] == pytest.approx((4 + 0 + 3) / 3)
    assert values[MISMATCH] == pytest.approx(1 / 3 + 3 * 2 / 3)  # shares 0, 1/3, 2/3, 2/3, 2/3, 1 and 0 to 1


def test_the_far_edge_belongs_to_the_last_pixel(tmp_path: Path) -> None:
    values = scores(tmp_path, [entry("A")], [prediction("A", X=[224.0] * 6)]).rows[-1].values
    assert math.isfinite(values["sed"])


def test_a_split_can_be_chosen_and_what_is_not_scored_is_counted(tmp_path: Path) -> None:
    humans = [entry("A"), entry("A", name="two.jpg"), entry("A", name="three.jpg", split="train")]
    predicted = [prediction("A"), prediction("A", name="three.jpg")]
    result = scores(tmp_path, humans, predicted, metrics=(ScoreMetric.SED,), split="test")
    assert result.rows[-1].scanpaths == 1
    assert result.notes == (
        "1 predicted scanpaths have no human one of their image, task and condition.",
        "1 images with a task have no predicted scanpath; they count nothing.",
    )
    with pytest.raises(ScoreError, match="in the split valid"):
        scores(tmp_path, humans, predicted, split="valid")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"X": [1.0]}, "entry 1: X, Y, T hold 1 and 6 and 6 values"),
        ({"X": [300.0] * 6}, "fixation 1 lies outside"),
        ({"T": [-1.0] * 6}, "a duration in T is below 0"),
        ({"name": 3}, "name is 3, no text"),
        ({"condition": None}, "condition is None"),
    ],
)
def test_a_wrong_prediction_is_named(changed: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match=r"predicted\.json cannot be used") as error:
        scores(tmp_path, [entry("A")], [prediction("A", **changed)])
    assert said in str(error.value)
