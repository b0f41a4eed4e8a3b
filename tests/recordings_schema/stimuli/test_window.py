from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from dicom_files import dataset_of, lut_item, save
from hypothesis import given
from hypothesis import strategies as st

from recordings_schema.stimuli import VoiFunction, VoiTable, Window, display_lut, load_image, render_grey
from recordings_schema.stimuli.window import apply_window

values = st.floats(-70_000.0, 70_000.0)
centres = st.floats(-5000.0, 70_000.0)


def one(value: float, window: Window, table: VoiTable | None = None) -> float:
    return float(apply_window(np.array([value]), window, table)[0])


def standard_linear(x: float, c: float, w: float) -> float:
    """DICOM PS3.3 C.11.2.1.2.1, word for word, with y from 0 to 1."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 1.0
    return (x - (c - 0.5)) / (w - 1) + 0.5


def standard_linear_exact(x: float, c: float, w: float) -> float:
    """DICOM PS3.3 C.11.2.1.3.2."""
    if x <= c - w / 2:
        return 0.0
    if x > c + w / 2:
        return 1.0
    return (x - c) / w + 0.5


@given(values, centres, st.floats(1.0, 70_000.0))
def test_linear_is_the_formula_of_the_standard(x: float, c: float, w: float) -> None:
    assert one(x, Window(centre=c, width=w)) == pytest.approx(standard_linear(x, c, w), abs=1e-9)


@given(values, centres, st.floats(0.01, 70_000.0))
def test_linear_exact_is_the_formula_of_the_standard(x: float, c: float, w: float) -> None:
    window = Window(centre=c, width=w, function=VoiFunction.LINEAR_EXACT)
    assert one(x, window) == pytest.approx(standard_linear_exact(x, c, w), abs=1e-9)


@given(values, centres, st.floats(1.0, 70_000.0))
def test_sigmoid_is_the_formula_of_the_standard(x: float, c: float, w: float) -> None:
    exponent = -4.0 * (x - c) / w
    expected = 1.0 / (1.0 + math.exp(exponent)) if exponent < 700 else 0.0
    window = Window(centre=c, width=w, function=VoiFunction.SIGMOID)
    assert one(x, window) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("x", "expected"), [(99.0, 0.0), (99.5, 0.0), (99.6, 1.0), (100.0, 1.0)])
def test_a_linear_window_of_width_one_is_a_threshold(x: float, expected: float) -> None:
    assert one(x, Window(centre=100.0, width=1.0)) == expected


def test_a_table_is_used_exactly_in_its_own_window() -> None:
    table = VoiTable(first_value=100, fractions=np.array([0.0, 0.1, 0.7, 1.0]))
    shown = apply_window(np.arange(98.0, 106.0), table.window, table)
    assert shown.tolist() == [0.0, 0.0, 0.0, 0.1, 0.7, 1.0, 1.0, 1.0]


def test_a_table_keeps_its_curve_when_the_window_is_twice_as_wide() -> None:
    table = VoiTable(first_value=0, fractions=np.array([0.0, 0.1, 0.7, 1.0]))
    wide = Window(centre=3.5, width=8.0, function=VoiFunction.TABLE)
    assert apply_window(np.arange(8.0), wide, table).tolist() == [0.0, 0.0, 0.1, 0.1, 0.7, 0.7, 1.0, 1.0]


@pytest.mark.parametrize("width", [0.0, -3.0, math.nan, math.inf])
@pytest.mark.parametrize("function", list(VoiFunction))
def test_a_width_without_meaning_is_refused(width: float, function: VoiFunction) -> None:
    with pytest.raises(ValueError, match="cannot have the width"):
        one(1.0, Window(centre=0.0, width=width, function=function))


def test_a_table_window_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="has no VOI LUT"):
        one(1.0, Window(centre=0.0, width=10.0, function=VoiFunction.TABLE))


RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)


@given(
    slope=st.floats(0.01, 50.0),
    intercept=st.floats(-3000.0, 3000.0),
    centre=st.floats(-2000.0, 5000.0),
    width=st.floats(1.0, 9000.0),
    photometric=st.sampled_from(("MONOCHROME1", "MONOCHROME2")),
    function=st.sampled_from((None, "LINEAR", "LINEAR_EXACT", "SIGMOID")),
)
def test_the_whole_chain_equals_the_standard_in_floating_point(
    tmp_path_factory: pytest.TempPathFactory,
    slope: float,
    intercept: float,
    centre: float,
    width: float,
    photometric: str,
    function: str | None,
) -> None:
    dataset = dataset_of(RAMP, bits=12, photometric=photometric)
    dataset.RescaleSlope, dataset.RescaleIntercept = f"{slope:.8g}", f"{intercept:.8g}"
    dataset.WindowCenter, dataset.WindowWidth = f"{centre:.8g}", f"{max(width, 1.0):.8g}"
    if function is not None:
        dataset.VOILUTFunction = function
    stimulus = load_image(save(dataset, tmp_path_factory.mktemp("chain") / "ramp.dcm"))
    shown = render_grey(stimulus, stimulus.start_window)

    c, w = float(dataset.WindowCenter), float(dataset.WindowWidth)
    grey = RAMP * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    if function == "SIGMOID":
        expected = 1.0 / (1.0 + np.exp(np.minimum(-4.0 * (grey - c) / w, 700.0)))
    else:
        formula = standard_linear_exact if function == "LINEAR_EXACT" else standard_linear
        expected = np.vectorize(lambda x: formula(x, c, w))(grey)
    if photometric == "MONOCHROME1":
        expected = 1.0 - expected
    # 8-bit rounding is half a step; a hair more where float order decides about the half itself.
    assert np.abs(shown - expected * 255.0).max() <= 0.5 + 1e-6


@pytest.mark.parametrize(
    ("photometric", "shape", "is_inverted"),
    [
        ("MONOCHROME2", None, False),
        ("MONOCHROME1", None, True),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "IDENTITY", False),
    ],
)
def test_polarity_comes_from_the_presentation_lut_else_the_photometric_interpretation(
    tmp_path: Path, photometric: str, shape: str | None, is_inverted: bool
) -> None:
    dataset = dataset_of(RAMP, bits=12, photometric=photometric)
    if shape is not None:
        dataset.PresentationLUTShape = shape
    stimulus = load_image(save(dataset, tmp_path / "p.dcm"))
    shown = render_grey(stimulus, stimulus.start_window)
    assert (int(shown[0, 0]), int(shown[-1, -1])) == ((255, 0) if is_inverted else (0, 255))
    assert stimulus.photometric == photometric


@pytest.mark.parametrize("sign", [1, -1])
def test_the_intensity_sign_never_turns_an_image_round(tmp_path: Path, sign: int) -> None:
    dataset = dataset_of(RAMP, bits=12)
    dataset.PixelIntensityRelationshipSign = sign
    stimulus = load_image(save(dataset, tmp_path / "p.dcm"))
    assert not stimulus.is_inverted


def test_a_modality_lut_comes_before_the_window(tmp_path: Path) -> None:
    dataset = dataset_of(np.array([[0, 10, 11, 12, 400]], np.uint16), bits=12)
    dataset.ModalityLUTSequence = lut_item(10, [500, 100, 300], 12)
    dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = 300, 400, "LINEAR_EXACT"
    stimulus = load_image(save(dataset, tmp_path / "m.dcm"))
    assert stimulus.grey_values[[0, 10, 11, 12, 400]].tolist() == [500, 500, 100, 300, 300]
    assert render_grey(stimulus, stimulus.start_window).tolist() == [[255, 255, 0, 128, 128]]


def test_a_voi_lut_is_shown_first_and_the_windows_are_offered(tmp_path: Path) -> None:
    dataset = dataset_of(RAMP, bits=12)
    dataset.VOILUTSequence = lut_item(1000, list(range(0, 1024, 4)), 10)
    dataset.WindowCenter, dataset.WindowWidth = [2000, 100], [3000, 0]
    stimulus = load_image(save(dataset, tmp_path / "v.dcm"))
    assert [window.function for window in stimulus.windows] == [VoiFunction.TABLE, VoiFunction.LINEAR]
    lut = display_lut(stimulus, stimulus.start_window)
    assert (lut[999], lut[1000], lut[1128], lut[1255], lut[4000]) == (0, 0, 128, 254, 254)


def test_a_table_for_signed_pixels_may_begin_below_zero(tmp_path: Path) -> None:
    dataset = dataset_of(np.array([[-3, -2, -1, 0]], np.int16), bits=12)
    dataset.VOILUTSequence = lut_item(-2, [0, 128, 255], 8)
    stimulus = load_image(save(dataset, tmp_path / "s.dcm"))
    assert render_grey(stimulus, stimulus.start_window).tolist() == [[0, 0, 128, 255]]


@pytest.mark.parametrize("slope", ["0", "nan"])
def test_a_rescale_that_wipes_the_image_out_is_refused(tmp_path: Path, slope: str) -> None:
    from recordings_schema.stimuli import DamagedImageError

    dataset = dataset_of(RAMP, bits=12)
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "0"
    path = save(dataset, tmp_path / "r.dcm")
    content = path.read_bytes()
    at = content.index(b"\x28\x00\x53\x10DS") + 8
    path.write_bytes(content[: at - 2] + b"\x04\x00" + slope.ljust(4).encode() + content[at + 2 :])
    with pytest.raises(DamagedImageError, match="rescale"):
        load_image(path)


def test_a_deep_image_without_a_window_is_shown_from_its_darkest_to_its_brightest_pixel(
    tmp_path: Path,
) -> None:
    stimulus = load_image(save(dataset_of(RAMP // 2 + 700, bits=16), tmp_path / "d.dcm"))
    shown = render_grey(stimulus, stimulus.start_window)
    assert (shown.min(), shown.max()) == (0, 255)
    assert (stimulus.low_value, stimulus.high_value) == (0.0, 4095.0)


def test_an_8_bit_image_without_a_window_is_shown_as_stored(tmp_path: Path) -> None:
    pixels = np.arange(40, 168, dtype=np.uint8).reshape(8, 16)
    stimulus = load_image(save(dataset_of(pixels, bits=8), tmp_path / "e.dcm"))
    assert np.array_equal(render_grey(stimulus, stimulus.start_window), pixels)
