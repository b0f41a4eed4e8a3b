from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from dicom_files import dataset_of, save, smooth_picture
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings_schema.stimuli import (
    Stimulus,
    StimulusRenderer,
    Window,
    display_lut,
    load_image,
    mean_luminance,
    render_grey,
    screen_luminance,
)
from recordings_schema.stimuli import grey as grey_module


@pytest.fixture(scope="module")
def twelve_bits(tmp_path_factory: pytest.TempPathFactory) -> Stimulus:
    path = tmp_path_factory.mktemp("grey") / "i.dcm"
    return load_image(save(dataset_of(smooth_picture(600, 500), bits=12), path))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16])
def test_a_look_up_is_the_table_of_the_bit_patterns_with_and_without_opencv(
    kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(3)
    lut = generator.integers(0, 256, 256 if kind is np.uint8 else 65536).astype(np.uint8)
    info = np.iinfo(kind)
    pixels = generator.integers(info.min, info.max + 1, (40, 30)).astype(kind)
    patterns = pixels.view(np.uint16) if kind is np.int16 else pixels
    assert np.array_equal(grey_module.look_up(pixels, lut), lut[patterns])
    monkeypatch.setattr(grey_module, "_opencv_looks_up_16_bit", lambda: False)
    assert np.array_equal(grey_module.look_up(pixels, lut), lut[patterns])


def test_at_one_to_one_the_renderer_shows_exactly_the_pixels(twelve_bits: Stimulus) -> None:
    picture, x, y = StimulusRenderer(twelve_bits).render(
        twelve_bits.start_window,
        src_image_px=(100.0, 50.0, 200.0, 300.0),
        dst_screen_px=(640.0, 20.0, 200.0, 300.0),
    )
    whole = render_grey(twelve_bits, twelve_bits.start_window)
    assert (x, y) == (640, 20)
    assert np.array_equal(picture, whole[50:350, 100:300])


@settings(max_examples=60)
@given(
    x=st.floats(0.0, 300.0),
    y=st.floats(0.0, 400.0),
    w=st.floats(20.0, 200.0),
    h=st.floats(20.0, 200.0),
    dst_x=st.floats(0.0, 50.0),
    dst_y=st.floats(0.0, 50.0),
    scale=st.floats(0.12, 6.0),
)
def test_a_rendered_ramp_has_the_grey_of_the_image_point_under_each_screen_pixel(
    x: float, y: float, w: float, h: float, dst_x: float, dst_y: float, scale: float
) -> None:
    ramp = np.tile((np.arange(500) * 8).astype(np.uint16), (600, 1))
    stimulus = Stimulus(
        path=Path("ramp"),
        sha256="",
        size_bytes=0,
        pixels=ramp,
        photometric="MONOCHROME2",
        bits=12,
        is_inverted=False,
        grey_values=np.arange(65536, dtype=np.float64),
        low_value=0.0,
        high_value=4095.0,
        start_window=Window(centre=2000.0, width=4001.0),
    )
    picture, first_x, first_y = StimulusRenderer(stimulus).render(
        stimulus.start_window, src_image_px=(x, y, w, h), dst_screen_px=(dst_x, dst_y, w * scale, h * scale)
    )
    columns = first_x + np.arange(picture.shape[1]) + 0.5
    assert (picture.shape[0], first_y) == (max(1, len(range(first_y, first_y + picture.shape[0]))), first_y)
    if picture.shape[1] > 1:
        assert columns.min() >= dst_x - 1e-9
        assert columns.max() < dst_x + w * scale + 1e-9
    image_x = x + (columns - dst_x) / scale  # of the pixel centres
    # Grey follows the image point to 3 levels (1.5 image px): borders, rounding, OpenCV's 1/32 px.
    reach = max(0.5, 0.5 / scale)
    inside = (image_x > reach) & (image_x < 500 - reach - 1.0 / scale)
    expected = np.asarray(display_lut(stimulus, stimulus.start_window), float)[
        np.clip(np.rint((image_x - 0.5) * 8), 0, 4095).astype(int)
    ]
    assert np.abs(picture[picture.shape[0] // 2][inside] - expected[inside]).max(initial=0.0) <= 3.0


def test_a_new_window_at_the_same_place_is_not_resampled_again(
    twelve_bits: Stimulus, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer = StimulusRenderer(twelve_bits)
    place = {"src_image_px": (0.0, 0.0, 500.0, 600.0), "dst_screen_px": (0.0, 0.0, 200.0, 240.0)}
    first, _, _ = renderer.render(Window(centre=2000.0, width=4000.0), **place)
    calls: list[int] = []
    warp = cv2.warpAffine
    monkeypatch.setattr(cv2, "warpAffine", lambda *args, **named: calls.append(1) or warp(*args, **named))
    second, _, _ = renderer.render(Window(centre=1000.0, width=1000.0), **place)
    assert calls == []
    assert not np.array_equal(first, second)
    renderer.render(
        Window(centre=1000.0, width=1000.0), **{**place, "dst_screen_px": (0.0, 0.0, 100.0, 120.0)}
    )
    assert calls == [1]


def test_shrinking_averages_instead_of_dropping_pixels() -> None:
    checks = np.indices((400, 400)).sum(axis=0) % 2 * 4095
    stimulus = Stimulus(
        path=Path("checks"),
        sha256="",
        size_bytes=0,
        pixels=checks.astype(np.uint16),
        photometric="MONOCHROME2",
        bits=12,
        is_inverted=False,
        grey_values=np.arange(65536, dtype=np.float64),
        low_value=0.0,
        high_value=4095.0,
        start_window=Window(centre=2048.0, width=4096.0),
    )
    picture, _, _ = StimulusRenderer(stimulus).render(
        stimulus.start_window, src_image_px=(0.0, 0.0, 400.0, 400.0), dst_screen_px=(0.0, 0.0, 100.0, 100.0)
    )
    assert np.abs(picture.astype(int) - 128).max() <= 1


def test_luminance_is_the_mean_grey_and_counts_the_background() -> None:
    dark, bright = np.zeros((10, 10), np.uint8), np.full((10, 10), 255, np.uint8)
    assert mean_luminance(np.full((4, 4), 51, np.uint8)) == pytest.approx(0.2)
    assert mean_luminance(np.dstack([bright, bright, dark])) == pytest.approx(0.9278)
    assert screen_luminance(
        [(dark, 250.0), (bright, 250.0)], screen_pixel_count=1000.0, background=0.2
    ) == pytest.approx(0.35)
    assert screen_luminance([], screen_pixel_count=1000.0, background=0.25) == pytest.approx(0.25)
