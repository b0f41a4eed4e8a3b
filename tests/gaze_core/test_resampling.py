"""Pictures are reduced as Pillow reduces them."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from gaze_core.resampling import resize_bicubic


def made(width_px: int, height_px: int) -> np.ndarray:
    """Return a picture with edges and noise that is the same everywhere."""
    row, column = np.mgrid[0:height_px, 0:width_px].astype(np.uint64)
    return (((row * 2654435761 + column * 40503 + row * column * 97) >> np.uint64(7)) % 256).astype(np.uint8)


@pytest.mark.parametrize(
    ("size", "wanted", "sha256"),
    [
        ((640, 480), (512, 384), "94027f3d4e306a6571afb3c4544b2decf9a002aa2e422b74211adeae1a3da867"),
        ((300, 200), (512, 341), "a87c8fe322ebaad02a467633657e4163b3cea4563e1832d87f4b0c054d799a1a"),
        ((97, 33), (5, 7), "e40b111bd6d50f9740235edb08bea9eae7d3a4061126e32c78c4a4d07bcdad7b"),
        ((513, 300), (262, 512), "f4dc04889796489196af47e5be995e67f501683bf427878f2f90e824110e3670"),
        ((64, 64), (64, 20), "7948099d9c317053ac25d34bc8ff51b4015ba031fea4c81dce55fcc82531ed42"),
    ],
)
def test_every_pixel_is_that_of_pillow(size, wanted, sha256) -> None:
    found = resize_bicubic(made(*size), *wanted)
    assert found.shape == (wanted[1], wanted[0])
    assert hashlib.sha256(found.tobytes()).hexdigest() == sha256


def test_colours_are_reduced_one_by_one() -> None:
    picture = np.stack([made(40, 30), made(40, 30)[::-1], made(40, 30)[:, ::-1]], axis=2)
    found = resize_bicubic(picture, 20, 15)
    for channel in range(3):
        plane = np.ascontiguousarray(picture[..., channel])
        assert np.array_equal(found[..., channel], resize_bicubic(plane, 20, 15))


def test_the_same_size_is_the_same_picture() -> None:
    assert np.array_equal(resize_bicubic(made(17, 9), 17, 9), made(17, 9))


def test_a_size_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot become"):
        resize_bicubic(made(4, 4), 0, 4)
