"""ScanMatch against published values, and its properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from gaze_core.similarity import (
    DurationUnit,
    ScanMatchSettings,
    Scanpath,
    SimilarityError,
    scanmatch_matrix,
    scanmatch_score,
    scanmatch_symbols,
)
from tests.gaze_core.similarity.strategies import scanpaths

PLACES = ScanMatchSettings()
PLACES_AND_TIMES = ScanMatchSettings(bin_ms=50.0)
EMPTY = Scanpath(x_px=[], y_px=[], duration=[])


def test_places_give_the_published_symbols_and_scores(gazesearch, paths):
    published = gazesearch["scanmatch"]["Xres=Yres=224,Xbin=Ybin=14,Threshold=3.5,Gap=0,TempBin=0"]
    assert scanmatch_symbols(paths["A"], PLACES).tolist() == published["A_vs_B"]["seq_a"]
    assert scanmatch_symbols(paths["B"], PLACES).tolist() == published["A_vs_B"]["seq_b"]
    found = scanmatch_matrix([paths["A"], paths["B"], paths["C"]], PLACES)
    assert found[0, 1] == pytest.approx(published["A_vs_B"]["score"], abs=1e-12)
    assert found[0, 2] == pytest.approx(published["A_vs_C"], abs=1e-12)
    assert found[0, 0] == published["A_vs_A"]


def test_durations_repeat_symbols_as_published(gazesearch, paths):
    published = gazesearch["scanmatch"]["same,TempBin=50 (T in ms)"]["A_vs_B"]
    assert scanmatch_symbols(paths["A"], PLACES_AND_TIMES).tolist() == published["seq_a"]
    assert scanmatch_symbols(paths["B"], PLACES_AND_TIMES).tolist() == published["seq_b"]
    found = scanmatch_score(paths["A"], paths["B"], PLACES_AND_TIMES)
    assert found == pytest.approx(published["score"], abs=1e-12)


def test_another_grid_gives_the_published_score(gazesearch, paths):
    published = gazesearch["scanmatch"]["Xbin=16,Ybin=12,Threshold=3.5,TempBin=50"]["A_vs_B"]
    settings = ScanMatchSettings(columns=16, rows=12, bin_ms=50.0)
    assert scanmatch_score(paths["A"], paths["B"], settings) == pytest.approx(published, abs=1e-12)


def test_halves_go_to_the_even_number_and_nothing_drops_the_fixation():
    path = Scanpath(x_px=[8.0] * 4, y_px=[8.0] * 4, duration=[0.025, 0.075, 0.125, 0.02])
    assert scanmatch_symbols(path, PLACES_AND_TIMES).tolist() == [0] * (0 + 2 + 2 + 0)


def test_places_off_the_canvas_count_to_the_nearest_cell():
    path = Scanpath(x_px=[-5.0, 500.0], y_px=[-1.0, 900.0], duration=[0.1, 0.1])
    assert scanmatch_symbols(path, PLACES).tolist() == [0, 195]


def test_an_empty_scanpath_resembles_nothing_and_two_cannot_be_compared(paths):
    assert scanmatch_score(paths["A"], EMPTY, PLACES) == 0.0
    assert np.isnan(scanmatch_score(EMPTY, EMPTY, PLACES))
    assert np.isnan(scanmatch_matrix([EMPTY], PLACES)).all()


def test_durations_in_samples_have_no_time_bins():
    path = Scanpath(x_px=[1.0], y_px=[1.0], duration=[4.0], duration_unit=DurationUnit.SAMPLES)
    with pytest.raises(SimilarityError, match="durations in seconds"):
        scanmatch_symbols(path, PLACES_AND_TIMES)


def test_durations_in_milliseconds_by_mistake_are_refused():
    path = Scanpath(x_px=[1.0] * 10, y_px=[1.0] * 10, duration=[250.0] * 10)
    with pytest.raises(SimilarityError, match="check that its durations are in seconds"):
        scanmatch_symbols(path, PLACES_AND_TIMES)


@pytest.mark.parametrize("wrong", [{"columns": 0}, {"gap": 0.5}, {"threshold": 0.0}, {"bin_ms": -1.0}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(SimilarityError, match="cannot use these settings"):
        ScanMatchSettings(**wrong)


@given(scanpaths(), scanpaths())
def test_the_order_does_not_matter_and_the_score_is_a_share(first, second):
    for settings in (PLACES, ScanMatchSettings(gap=-0.3)):
        score = scanmatch_score(first, second, settings)
        assert score == pytest.approx(scanmatch_score(second, first, settings), abs=1e-12)
        assert 0.0 <= score <= 1.0
        assert scanmatch_score(first, first, settings) == pytest.approx(1.0)


def test_the_matrix_of_all_holds_what_each_pair_gives(random_paths):
    for settings in (PLACES, ScanMatchSettings(gap=-0.3, bin_ms=100.0)):
        matrix = scanmatch_matrix(random_paths, settings)
        for i, first in enumerate(random_paths):
            for j, second in enumerate(random_paths):
                expected = scanmatch_score(first, second, settings)
                np.testing.assert_allclose(matrix[i, j], expected, rtol=0, atol=1e-12)
