"""McGIP: matrices that training loads, in the order of the name lists, recomputed from the written gaze."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from gaze_core.rows import GAZE
from gaze_core.similarity import (
    MCGIP,
    GazeMeasure,
    batch_labels,
    burst_features,
    gaze_clusters,
    gaze_groups,
    heat_map_features,
    moment_similarity,
    multimatch_scores,
    queue_labels,
    reading_map,
    tima_similarity,
)
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.mcgip import RELATION_NAMES, McgipFormat
from recordings_schema.formats.mcgip_check import mcgip_problems, open_mcgip, read_relation
from recordings_schema.formats.mcgip_gaze import CanvasMapping, Points
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.testing import FormatConformance, content_of, export, with_key
from recordings_schema.formats.testing_readings import make_reading

READINGS = [make_reading(trial=trial, seconds=3.0 + trial / 2) for trial in range(5)]


class TestMcgip(FormatConformance):
    @pytest.fixture
    def published(self) -> McgipFormat:
        return McgipFormat()

    @pytest.fixture
    def readings(self) -> list[CaseReading]:
        return [make_reading(trial=trial, seconds=1.0) for trial in range(4)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("mcgip") / "data"
    export(McgipFormat(), READINGS, place, threshold=0.9)
    return place


def gaze_of(folder: Path, name: str) -> np.ndarray:
    sample = name.rpartition("/")[2].rpartition(".")[0]
    record = json.loads((folder / "gaze" / f"{sample}.json").read_text(encoding="utf-8"))
    assert list(record) == ["gaze", "img", "case", "gt"]
    assert record["img"] == name
    return np.array(record["gaze"])


def test_every_matrix_is_a_relation_in_the_order_of_the_lists(folder: Path) -> None:
    names = json.loads((folder / "preTrain.json").read_text(encoding="utf-8"))
    assert (folder / "namelist.txt").read_text(encoding="utf-8").splitlines() == names
    listed = json.loads((folder / "data.json").read_text(encoding="utf-8"))["train"]
    assert [each["img"] for each in listed] == names
    assert len(names) == len(READINGS)
    assert [name.split("/")[1].split("_")[0] for name in names] == [f"case-{n}" for n in range(5)]
    for measure in GazeMeasure:
        relation = np.load(folder / f"{RELATION_NAMES[measure]}.npy", allow_pickle=False)
        assert (relation.dtype, relation.shape) == (np.float64, (5, 5))
        assert np.array_equal(relation, relation.T)
        assert np.array_equal(np.diagonal(relation), np.ones(5))


def test_pairs_recomputed_from_the_written_gaze_are_the_same(folder: Path) -> None:
    names = open_mcgip(folder).names
    gaze = [gaze_of(folder, name) for name in names]
    formulas: dict[GazeMeasure, Any] = {
        GazeMeasure.TIMA: lambda a, b: tima_similarity(burst_features(*a.T), burst_features(*b.T)),
        GazeMeasure.MOMENT: lambda a, b: moment_similarity(
            heat_map_features(reading_map(*a.T)), heat_map_features(reading_map(*b.T))
        ),
        GazeMeasure.MULTIMATCH: lambda a, b: float(
            multimatch_scores(gaze_groups(*a.T), gaze_groups(*b.T), MCGIP).as_array().mean()
        ),
    }
    for measure, formula in formulas.items():
        relation = np.load(folder / f"{RELATION_NAMES[measure]}.npy")
        for i, j in ((0, 1), (0, 4), (1, 3), (2, 3), (3, 4)):
            assert relation[i, j] == pytest.approx(formula(gaze[i], gaze[j]), abs=1e-12)


def test_pairs_are_strictly_above_the_threshold(tmp_path: Path) -> None:
    twins = [make_reading(trial=0), with_key(make_reading(trial=0), trial=1, case_id="again")]
    export(McgipFormat(), twins, tmp_path / "one", measures="moment", threshold=1.0)
    export(McgipFormat(), twins, tmp_path / "below", measures="moment", threshold=0.999)
    assert np.load(tmp_path / "one" / "relation_moment.npy")[0, 1] == 1.0
    assert (tmp_path / "one" / "pairs_moment.csv").read_text(encoding="utf-8") == "i,j,sim\n"
    with (tmp_path / "below" / "pairs_moment.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [{"i": "0", "j": "1", "sim": "1.0"}]


def test_training_builds_its_labels_from_what_is_written(folder: Path) -> None:
    relation = read_relation(folder / "relation_moment.npy", 5)
    labels = batch_labels(relation, [2, 0, 1], 0.5)
    assert labels.tolist() == [[int(i == j or relation[i, j] > 0.5) for j in (2, 0, 1)] for i in (2, 0, 1)]
    assert queue_labels(relation, [0, 3], [1, 0, 3], 0.5).shape == (2, 3)


def test_the_maps_are_those_that_were_compared(folder: Path) -> None:
    name = open_mcgip(folder).names[2]
    sample = name.rpartition("/")[2].removesuffix(".jpg")
    gaze = gaze_of(folder, name)
    whole = cv2.imread(str(folder / "heat" / f"{sample}.png"), cv2.IMREAD_UNCHANGED)
    assert whole.dtype == np.uint8
    assert np.array_equal(whole, reading_map(*gaze.T))
    bursts = sorted(path.name for path in (folder / "heatCluster" / sample).iterdir())
    assert bursts == [f"{number}.jpg" for number in range(len(gaze_clusters(*gaze.T)))]


def test_meta_states_constants_and_canvas(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert (meta["threshold"], meta["comparison"], meta["rate_hz"]) == (0.9, "strictly greater", 60.0)
    assert meta["canvas_px_per_image_px"] == [[0.8, 800 / 1200]]
    assert meta["measures"]["tima"]["weight_mass"] == 0.7
    assert meta["measures"]["heat"]["min_samples_share"] == 20
    assert meta["measures"]["multimatch"]["reduction"] == "mean5"


def test_gaze_is_thinned_to_one_rate_whatever_the_tracker(tmp_path: Path) -> None:
    fast, slow = make_reading(trial=0, rate_hz=500.0), make_reading(trial=1, rate_hz=60.0)
    export(McgipFormat(), [fast, slow], tmp_path / "data", measures="dhash", maps=False)
    counts = [len(gaze_of(tmp_path / "data", name)) for name in open_mcgip(tmp_path / "data").names]
    assert abs(counts[0] - counts[1]) <= 4
    assert max(counts) <= 3 * 60
    assert not (tmp_path / "data" / "heat").exists()


def test_a_letterbox_keeps_the_shape_of_the_image(tmp_path: Path) -> None:
    export(McgipFormat(), READINGS[:2], tmp_path / "data", measures="moment", mapping=CanvasMapping.LETTERBOX)
    meta = json.loads((tmp_path / "data" / "meta.json").read_text(encoding="utf-8"))
    assert meta["canvas_px_per_image_px"] == [[800 / 1200, 800 / 1200]]
    gaze = gaze_of(tmp_path / "data", open_mcgip(tmp_path / "data").names[0])
    margin = (800 - 1000 * 800 / 1200) / 2
    assert gaze[:, 0].min() >= margin


def test_fixations_stand_in_where_nothing_else_was_recorded(tmp_path: Path) -> None:
    def without_samples(reading: CaseReading) -> CaseReading:
        empty = replace(
            reading.samples, t_host_ns=np.empty(0, np.int64), gaze=GAZE.empty(0),
            x_norm=np.empty(0), y_norm=np.empty(0), mapped=reading.samples.mapped[:0],
            view_row=np.empty(0, np.int64), pupil_relative=np.empty(0),
        )  # fmt: skip
        return replace(reading, samples=empty)

    readings = [without_samples(each) for each in READINGS[:2]]
    with pytest.raises(FormatError, match="points=fixations compares those"):
        export(McgipFormat(), readings, tmp_path / "none")
    export(McgipFormat(), readings, tmp_path / "data", points=Points.FIXATIONS, measures="tima")
    gaze = gaze_of(tmp_path / "data", open_mcgip(tmp_path / "data").names[0])
    lasting_s = READINGS[0].fixations["duration_ms"].sum() / 1e3
    assert len(gaze) == pytest.approx(60 * lasting_s, abs=len(READINGS[0].fixations))


def test_the_matrices_can_be_of_one_part_of_the_patients(tmp_path: Path) -> None:
    parts = {}
    for part in ("train", "validate", "test"):
        with_part = {"part": type(McgipFormat.options_type().part)(part), "train_share": 0.4,
                     "validate_share": 0.3, "measures": "dhash", "maps": False}  # fmt: skip
        try:
            export(McgipFormat(), READINGS, tmp_path / part, **with_part)
            parts[part] = set(open_mcgip(tmp_path / part).names)
        except FormatError:
            parts[part] = set()
    assert sum(len(names) for names in parts.values()) == len(set.union(*parts.values())) == 5


def test_matrices_across_splits_are_told(tmp_path: Path) -> None:
    mixed = [with_key(READINGS[0], given_split="train"), with_key(READINGS[1], given_split="test")]
    told = export(McgipFormat(), mixed, tmp_path / "mixed", measures="dhash", maps=False).warnings
    assert any("across test, train" in text for text in told)
    alike = [with_key(reading, given_split="train") for reading in READINGS[:2]]
    told = export(McgipFormat(), alike, tmp_path / "alike", measures="dhash", maps=False).warnings
    assert not any("across" in text for text in told)


def test_unknown_measures_are_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"measures is 'tima, gist'; name some of dhash, moment"):
        export(McgipFormat(), READINGS[:2], tmp_path / "data", measures="tima, gist")


def test_ten_bursts_and_more_are_numbered_in_the_order_of_the_alphabet(tmp_path: Path) -> None:
    reading = make_reading(trial=0, seconds=12.0)
    export(McgipFormat(), [reading, READINGS[1]], tmp_path / "data", measures="dhash")
    for sample in (tmp_path / "data" / "heatCluster").iterdir():
        names = [path.stem for path in sample.iterdir()]
        assert sorted(names, key=int) == sorted(names)


def test_a_broken_dataset_is_told(folder: Path, tmp_path: Path) -> None:
    content = content_of(folder)

    def problems(**changed: bytes) -> list[str]:
        place = tmp_path / str(len(list(tmp_path.iterdir())))
        for path, data in {**content, **changed}.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(data)
        return list(mcgip_problems(place))

    assert problems() == []
    assert "in another order" in problems(**{"namelist.txt": b"images/a.jpg\n"})[0]
    assert "no matrix" in problems(**{"relation_tima.npy": b"\x93NUMPY"})[0]
    assert "does not hold exactly the pairs" in problems(**{"pairs_tima.csv": b"i,j,sim\n3,4,0.1\n"})[0]
    assert "does not say its measures" in problems(**{"meta.json": b"{}"})[0]
