from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recordings_schema.stimuli import load_image, render_grey


def test_the_public_dicom_shows_bright_bone_as_it_is(shared_images: Path) -> None:
    stimulus = load_image(shared_images / "rsna_frontal.dcm")
    shown = render_grey(stimulus, stimulus.start_window)
    height, width = shown.shape
    mediastinum = shown[int(height * 0.45) : int(height * 0.70), int(width * 0.48) : int(width * 0.55)].mean()
    lung = shown[int(height * 0.30) : int(height * 0.50), int(width * 0.22) : int(width * 0.32)].mean()
    assert mediastinum == pytest.approx(217, abs=8)
    assert lung == pytest.approx(120, abs=20)
    assert shown[:20, :20].mean() == pytest.approx(10, abs=4)
    assert (stimulus.photometric, stimulus.is_inverted, stimulus.spacing_x_mm) == (
        "MONOCHROME2",
        False,
        0.168,
    )


def test_the_public_png_shows_bright_bone(shared_images: Path) -> None:
    stimulus = load_image(shared_images / "nih_00000001_000.png")
    shown = render_grey(stimulus, stimulus.start_window)
    height, width = shown.shape
    mediastinum = shown[int(height * 0.45) : int(height * 0.70), int(width * 0.48) : int(width * 0.55)].mean()
    lung = shown[int(height * 0.30) : int(height * 0.50), int(width * 0.20) : int(width * 0.30)].mean()
    assert np.array_equal(shown, stimulus.pixels)
    assert mediastinum > lung + 80
