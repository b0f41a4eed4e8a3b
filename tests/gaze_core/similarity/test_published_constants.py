"""Constants and conventions of the published code: those followed here, and the mistakes that are not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gaze_core.similarity import MCGIP, heat_map_features, moment_features, multimatch_scores
from gaze_core.similarity.clusters import DOWNSTREAM_CLUSTERS, TIMA_CLUSTERS
from gaze_core.similarity.gaze_filter import REACH_PX
from gaze_core.similarity.multimatch import CHANNELS, DurationUnit
from gaze_core.similarity.multimatch import GAZESEARCH as MULTIMATCH_GAZESEARCH
from gaze_core.similarity.scanmatch import ScanMatchSettings
from gaze_core.similarity.scanpath import Scanpath
from gaze_core.similarity.symbols import GRID_CELLS


def test_multimatch_has_the_published_constants_and_order(mcgip, gazesearch):
    constants = mcgip["multimatch"]["constants"]
    limits = MCGIP.simplification
    assert [MCGIP.width_px, MCGIP.height_px] == constants["screensize"]
    assert constants["grouping"] is (limits is not None)
    assert limits.direction_deg == constants["TDir"]
    assert limits.duration == constants["TDur"]
    assert limits.amplitude_px == constants["TAmp"]
    assert constants["filter_threshold_px"] == REACH_PX
    size = gazesearch["multimatch"]["image_size_wh"]
    assert [MULTIMATCH_GAZESEARCH.width_px, MULTIMATCH_GAZESEARCH.height_px] == size
    for order in (mcgip["multimatch"]["order"], gazesearch["multimatch"]["order"]):
        assert [name.partition("(")[0].replace("vector", "shape") for name in order] == list(CHANNELS)


def test_names_that_the_published_helper_gives_its_values_are_not_taken_over(mcgip):
    direct = mcgip["multimatch"]["direct"]
    first, second = (
        Scanpath(
            x_px=direct[name]["x"], y_px=direct[name]["y"], duration=direct[name]["duration"],
            duration_unit=DurationUnit.SAMPLES,
        )
        for name in ("p1", "p2")
    )  # fmt: skip
    swapped = direct["gazeSim_labels_swapped"]
    assert list(swapped.values()) == direct["no_grouping"]
    assert (swapped["len"], swapped["direct"]) == (direct["no_grouping"][1], direct["no_grouping"][2])
    found = multimatch_scores(first, second, MCGIP)
    assert CHANNELS == ("shape", "direction", "length", "position", "duration")
    assert 0.0 <= found.shape <= 1.0


def test_bursts_are_cut_with_the_published_constants(mcgip):
    published = mcgip["clusters"]
    for settings in (TIMA_CLUSTERS, DOWNSTREAM_CLUSTERS):
        assert settings.canvas_px == published["H"] == published["W"]
        assert settings.reach == published["eps"]
    assert published["downstream_third_column"] == [1]  # every point of a burst's map weighs 1


def test_the_overflow_of_eight_bits_is_not_reproduced(mcgip):
    published = mcgip["moments"]["uint8_32x32"]
    heat = np.zeros((32, 32), np.uint8)
    for row, column, value in published["nonzero"]:
        heat[row, column] = value
    wrong_mass, wrong_spread = published["on_uint8_array"]
    assert wrong_mass == int(heat.sum()) % 256  # what the published loop gives with newer libraries
    mass, spread = heat_map_features(heat)
    assert mass > wrong_mass
    assert spread < wrong_spread
    empty_mass, empty_spread = mcgip["moments"]["empty_map"]
    found = moment_features(np.zeros((32, 32)))
    assert found[0] == empty_mass
    assert math.isnan(found[1]) is math.isnan(float(empty_spread))


def test_scanmatch_prices_are_the_published_ones(gazesearch):
    for name in ("Xres=Yres=224,Xbin=Ybin=14,Threshold=3.5,Gap=0,TempBin=0", "same,TempBin=50 (T in ms)"):
        published = gazesearch["scanmatch"][name]["A_vs_B"]
        settings = ScanMatchSettings()
        assert settings.threshold == published["max_sub"]
        corners = math.hypot(settings.columns - 1, settings.rows - 1)
        assert settings.threshold - corners == pytest.approx(published["min_sub"], abs=1e-12)
    assert gazesearch["string_edit_distance"]["grid_n"] == GRID_CELLS


def test_a_pair_is_positive_strictly_above_the_threshold_and_needs_one_number(mcgip):
    buffer = mcgip["create_buffer"]
    relation = np.array(buffer["relation"])
    assert buffer["comparison"] == "strictly greater"
    assert buffer["threshold"] in relation  # a value that must not count
    index = [2, 0, 1, 3]
    labels = (relation[np.ix_(index, index)] > buffer["threshold"]).astype(int)
    assert labels.tolist() == buffer["byol_simsiam_idx[2,0,1,3]"]
    assert buffer["with_5_channel_relation"].startswith("ValueError")  # so one number is made of the five
