"""The similarity of readings is that of `gaze_core.similarity`, by name, and saved as it is shown."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from capture_app.session.compare import (
    ProfileName,
    map_of,
    shared_images,
    similarity_csv,
    similarity_of,
)
from capture_app.session.replay import ReplaySource
from gaze_core.mapping import placement_of
from gaze_core.similarity import GAZESEARCH, ScanMatchSettings, Scanpath, multimatch_scores, scanmatch_score
from recordings_schema.layout import DatasetKey


@pytest.fixture(scope="module")
def image(readers):
    sources = tuple(ReplaySource.open(each.path) for each in readers)
    yield shared_images(sources)[0]
    for source in sources:
        source.close()


@pytest.fixture(scope="module")
def similarity(image):
    return similarity_of(image.sha256, image.readings)


def table(similarity, name):
    return next(each for each in similarity.tables if each.name == name).values


def stretched(reading) -> Scanpath:
    """The scanpath on 224 px, computed here from the rows alone."""
    rows = reading.fixations()
    return Scanpath(
        x_px=rows["x_image_px"] * 224.0 / 500.0, y_px=rows["y_image_px"] * 224.0 / 600.0,
        duration=rows["duration_ms"] / 1000.0,
    )  # fmt: skip


def test_scanpath_measures_are_those_of_the_fixations_on_a_square_of_224(image, similarity):
    one, other = (stretched(reading) for reading in image.readings)
    scores = multimatch_scores(one, other, GAZESEARCH)
    for name in ("shape", "direction", "length", "position"):
        assert table(similarity, f"multimatch_{name}")[0, 1] == pytest.approx(
            getattr(scores, name), abs=1e-12
        )
    assert table(similarity, "scanmatch")[1, 0] == pytest.approx(
        scanmatch_score(one, other, ScanMatchSettings()), abs=1e-12
    )


def test_map_measures_follow_from_the_two_maps(image, similarity):
    p, q = (map_of(reading).astype(np.float64) for reading in image.readings)
    assert table(similarity, "cc")[0, 1] == pytest.approx(np.corrcoef(p.ravel(), q.ravel())[0, 1], abs=1e-9)
    p, q = p / p.sum(), q / q.sum()
    assert table(similarity, "kl")[0, 1] == pytest.approx(
        (q * np.log(1e-12 + q / (p + 1e-12))).sum(), abs=1e-9
    )
    assert table(similarity, "kl")[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert table(similarity, "nss")[0, 0] > table(similarity, "nss")[0, 1]


def test_the_map_adds_up_to_the_time_on_the_image(image):
    reading = replace(image.readings[0], end_ns=2 * 1_000_000_000)  # until the zoom
    source = reading.source
    viewport = source.tables.rows[DatasetKey.VIEWPORT]
    px_per_deg = placement_of(viewport[0]).image_px_per_deg(source.geometry)
    density = map_of(reading)
    scale = density.shape[0] / reading.height_px
    total_s = float(density.sum()) / (px_per_deg * scale) ** 2
    assert total_s == pytest.approx(reading.fixations()["duration_ms"].sum() / 1e3, rel=0.02)


def test_the_profile_of_the_toolbox_compares_durations_as_well(image, similarity):
    toolbox = similarity_of(image.sha256, image.readings, ProfileName.TOOLBOX)
    assert {each.name for each in toolbox.tables} - {each.name for each in similarity.tables} == {
        "multimatch_duration"
    }
    assert "toolbox" in toolbox.tables[0].meaning


def test_a_reader_without_gaze_is_named_and_left_out(image):
    reading = image.readings[1]
    blind = replace(reading, label="R09", end_ns=reading.onset_ns + 1)
    found = similarity_of(image.sha256, (*image.readings, blind))
    assert found.labels == ("R07", "R08")
    assert found.left_out == ("R09 has no fixation on this image and is left out.",)
    alone = similarity_of(image.sha256, (image.readings[0], blind))
    assert alone.tables == ()
    assert "Fewer than two readings" in alone.left_out[-1]


def test_the_table_that_is_saved_holds_every_ordered_pair_of_every_measure(similarity):
    rows = list(csv.DictReader(io.StringIO(similarity_csv(similarity).decode("utf-8"))))
    assert len(rows) == len(similarity.tables) * 4
    one = next(row for row in rows if (row["measure"], row["reader"], row["other"]) == ("kl", "R07", "R08"))
    assert float(one["value"]) == table(similarity, "kl")[0, 1]
    assert int(one["reader_fixations"]) == similarity.fixation_counts[0]
    assert {row["profile"] for row in rows} == {"gazesearch", ""}


def test_a_value_that_cannot_be_told_is_empty_in_the_table(similarity):
    unknown = replace(similarity.tables[0], values=np.full((2, 2), np.nan))
    lines = similarity_csv(replace(similarity, tables=(unknown,))).decode("utf-8").splitlines()
    assert all(line.endswith(",") for line in lines[1:])
