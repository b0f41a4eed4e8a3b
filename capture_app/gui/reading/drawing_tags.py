"""Where the words of shapes stand: beside them, never on a shape, never on each other.

A tag that finds no free place for its words shows its number alone; one that finds none for that either is
left out, and the list beside the image says what the shape is. Pure arithmetic, logical px.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.gui.reading.shape_geometry import Bounds

_GAP: Final = 6.0  # between a shape and its tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """The words of one shape at their place."""

    number: int
    text: str
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class TagWish:
    """A shape that wants a tag; `long_text` where there is room, else `short_text`."""

    number: int
    shape: Bounds
    area: Bounds  # the tag stays within it
    long_text: str
    long_width: float
    short_text: str
    short_width: float


def place_tags(wishes: Sequence[TagWish], height: float) -> tuple[Tag, ...]:
    """Return the tags that find a place, each `height` high, in the order of their wishes."""
    taken = np.array(
        [(wish.shape.left, wish.shape.top, wish.shape.right, wish.shape.bottom) for wish in wishes], float
    ).reshape(-1, 4)
    tags = []
    for wish in wishes:
        for text, width in ((wish.long_text, wish.long_width), (wish.short_text, wish.short_width)):
            places = _places(wish.shape, width, height)
            free = _within(places, wish.area) & ~_meet(places, taken)
            if free.any():
                left, top, right, bottom = places[int(np.argmax(free))]
                tags.append(
                    Tag(
                        number=wish.number,
                        text=text,
                        bounds=Bounds(
                            left=float(left), top=float(top), right=float(right), bottom=float(bottom)
                        ),
                    )
                )
                taken = np.vstack((taken, places[int(np.argmax(free))]))
                break
    return tuple(tags)


def _places(shape: Bounds, width: float, height: float) -> npt.NDArray[np.float64]:
    """Return the places around a shape in the order they are tried: above, below, right, left."""
    x, y = shape.centre
    above, below = shape.top - _GAP - height, shape.bottom + _GAP
    right, left = shape.right + _GAP, shape.left - _GAP - width
    corners = [
        (shape.left, above),
        (shape.right - width, above),
        (x - width / 2.0, above),
        (shape.left, below),
        (shape.right - width, below),
        (x - width / 2.0, below),
        (right, shape.top),
        (right, y - height / 2.0),
        (right, shape.bottom - height),
        (left, shape.top),
        (left, y - height / 2.0),
        (left, shape.bottom - height),
    ]
    starts = np.array(corners, float)
    return np.hstack((starts, starts + np.array((width, height))))


def _within(places: npt.NDArray[np.float64], area: Bounds) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = (
        (places[:, 0] >= area.left)
        & (places[:, 1] >= area.top)
        & (places[:, 2] <= area.right)
        & (places[:, 3] <= area.bottom)
    )
    return inside


def _meet(places: npt.NDArray[np.float64], taken: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which places overlap anything that is taken."""
    across = (places[:, None, 0] < taken[None, :, 2]) & (places[:, None, 2] > taken[None, :, 0])
    down = (places[:, None, 1] < taken[None, :, 3]) & (places[:, None, 3] > taken[None, :, 1])
    return np.asarray((across & down).any(axis=1))
