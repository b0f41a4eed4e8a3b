"""Readings to browse: recordings below a folder or a dataset, with what was left out, and a cancel."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture_app.session.similarity.library import (
    GazeLibrary,
    GazeRelation,
    LibraryCancelledError,
    SimilarityLibraryError,
)
from capture_app.session.similarity.library_reading import read_library
from capture_app.session.similarity.tile_pictures import GROUND_GREY, reading_picture
from gaze_core.similarity import GazeMeasure
from recordings_schema.formats.mcgip import McgipFormat
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_reading

_RIG = Path(__file__).parents[1] / "replay" / "replay_rig.py"
if "replay_rig" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("replay_rig", _RIG)
    assert _spec is not None
    assert _spec.loader is not None
    sys.modules["replay_rig"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["replay_rig"])

from replay_rig import write_reading  # noqa: E402 - it is found from here on only


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("mcgip") / "data"
    readings = [make_reading(trial=trial) for trial in range(4)]
    export(McgipFormat(), readings, place, measures="tima, moment", maps=False, threshold=0.5)
    return place


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("recorded")
    write_reading(place)
    (place / "damaged.gazeh5").write_bytes(b"not a recording")
    return place


@pytest.fixture(scope="module")
def library(recordings: Path) -> GazeLibrary:
    return read_library(recordings)


def test_the_cases_of_recordings_are_compared_by_every_measure(library: GazeLibrary) -> None:
    assert [reading.reader for reading in library.readings] == ["R07", "R07"]
    assert library.measures == tuple(GazeMeasure)
    relation = library.relation(GazeMeasure.TIMA)
    assert relation.values.shape == (2, 2)
    assert library.relation(GazeMeasure.TIMA) is relation


def test_a_damaged_recording_is_named_and_the_others_are_read(library: GazeLibrary) -> None:
    assert any("damaged.gazeh5" in note for note in library.notes)


def test_a_picture_shows_the_image_where_it_is_at_hand(library: GazeLibrary) -> None:
    picture = reading_picture(library.readings[0], 120)
    assert picture.shape == (120, 100, 3)
    assert picture.std() > 5


def test_a_dataset_is_read_with_its_matrices_and_threshold(dataset: Path) -> None:
    library = read_library(dataset)
    assert [reading.title for reading in library.readings] == [f"case-{n}" for n in range(4)]
    assert library.measures == (GazeMeasure.MOMENT, GazeMeasure.TIMA)
    assert library.threshold == 0.5
    stored = np.load(dataset / "relation_tima.npy")
    np.testing.assert_array_equal(library.relation(GazeMeasure.TIMA).values, stored)
    x = library.readings[0].x_share
    assert 0 <= x.min() <= x.max() <= 1


def test_without_its_image_gaze_lies_on_an_even_ground(dataset: Path) -> None:
    picture = reading_picture(read_library(dataset).readings[0], 64)
    assert picture.shape == (64, 64, 3)
    assert (picture[0, 0] == GROUND_GREY).all()
    assert picture.max() > 100


def test_an_image_of_a_dataset_is_shown(dataset: Path, tmp_path: Path) -> None:
    sample = read_library(dataset).readings[0].detail
    (dataset / "images").mkdir()
    cv2.imwrite(str(dataset / "images" / f"{sample}.jpg"), np.full((30, 20), 200, np.uint8))
    picture = reading_picture(read_library(dataset).readings[0], 60)
    assert picture.shape == (60, 40, 3)
    assert abs(int(picture[-1, 0, 0]) - 200) <= 2


def test_the_threshold_counts_strictly_greater_pairs() -> None:
    relation = GazeRelation(np.array([[1, 0.9, 0.5], [0.9, 1, 0.5], [0.5, 0.5, 1.0]]))
    assert [relation.positive_count(each) for each in (0.4, 0.5, 0.89, 0.9)] == [3, 1, 1, 0]
    assert relation.pair_count == 3
    assert relation.neighbours(2, 5) == ((0, 0.5), (1, 0.5))
    assert relation.positives_of(0, 0.5) == 1


def test_it_can_be_cancelled(recordings: Path, library: GazeLibrary) -> None:
    with pytest.raises(LibraryCancelledError):
        read_library(recordings, is_cancelled=lambda: True)
    with pytest.raises(LibraryCancelledError):
        library.relation(GazeMeasure.MULTIMATCH, is_cancelled=lambda: True)


def test_progress_rises_to_the_end(dataset: Path, recordings: Path) -> None:
    for place in (dataset, recordings):
        told: list[float] = []
        read_library(place, lambda done, count, told=told: told.append(done / count))  # type: ignore[misc]
        assert told == sorted(told)
        assert told[-1] <= 1.0


def test_what_cannot_be_compared_is_told(tmp_path: Path, dataset: Path) -> None:
    with pytest.raises(SimilarityLibraryError, match="holds no recording"):
        read_library(tmp_path)
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SimilarityLibraryError, match="does not say its measures"):
        read_library(tmp_path)
    meta = json.loads((dataset / "meta.json").read_text(encoding="utf-8"))
    (tmp_path / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    (tmp_path / "namelist.txt").write_text("images/a.jpg\nimages/b.jpg\n", encoding="utf-8")
    with pytest.raises(SimilarityLibraryError, match=r"a\.json cannot be read"):
        read_library(tmp_path)


def test_a_matrix_of_another_size_is_refused(dataset: Path, tmp_path: Path) -> None:
    library = read_library(dataset)
    np.save(tmp_path / "relation_tima.npy", np.eye(3))
    (dataset / "relation_tima.npy").rename(tmp_path / "kept.npy")
    (tmp_path / "relation_tima.npy").rename(dataset / "relation_tima.npy")
    with pytest.raises(SimilarityLibraryError, match=r"has shape \(3, 3\)"):
        library.relation(GazeMeasure.TIMA)
    (tmp_path / "kept.npy").replace(dataset / "relation_tima.npy")
