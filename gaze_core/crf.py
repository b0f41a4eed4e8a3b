"""Refines a soft map of a target with the image: mean field of a dense CRF with a bilateral term alone.

Two labels with probabilities [1 - p, p]; each pixel is drawn to what pixels near in place *and* colour say:

    Q = softmax(-unary + compatibility * N K N Q),   N = 1 / sqrt(K 1)

K is a Gaussian over (x, y) / place sigma and colours / colour sigma. It is applied on the permutohedral
lattice of Adams, Baek and Davis 2010 as in Kraehenbuehl and Koltun 2011: pixels are spread over the corners
of their simplex, blurred along each axis, and read back. In a grey image the three equal channels are one
axis that is sqrt(3) longer: the same distances with half the work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Probability: TypeAlias = npt.NDArray[np.float32]
"""Of the target at each pixel, shape (height, width), 0..1."""

LEAST_PROBABILITY: Final = 1e-5
"""Probabilities of a label are not taken to be below."""

_CHUNK_PX: Final = 1 << 18  # handled at once, so that what lies between takes little memory
_LARGEST_FEATURE: Final = 4000.0  # sigmas; lattice coordinates are kept in 16 bits
_LARGEST_TABLE: Final = 1 << 25  # places of a direct table of lattice points; beyond it they are sorted


@dataclass(frozen=True, slots=True, kw_only=True)
class CrfParameters:
    """The bilateral term; the defaults are those GazeMedSeg was published with."""

    place_sigma_px: float = 80.0
    colour_sigma: float = 13.0  # levels of 0..255, each channel
    compatibility: float = 1.0
    iterations: int = 10

    def __post_init__(self) -> None:
        for name, value in (("place", self.place_sigma_px), ("colour", self.colour_sigma)):
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"The {name} sigma of a refinement is {value}; it has to be positive.")
        if self.iterations < 0 or not math.isfinite(self.compatibility):
            raise ValueError("A refinement needs a number of iterations and a compatibility.")


def refine_probability(
    probability: npt.NDArray[np.floating], image: npt.NDArray[np.uint8], parameters: CrfParameters
) -> Probability:
    """Return the probability of the target after the refinement.

    Parameters
    ----------
    probability
        Of the target before, shape (height, width), 0..1.
    image
        What was looked at, shape (height, width) or (height, width, 3), 8 bits.
    parameters
        Of the bilateral term.

    Raises
    ------
    ValueError
        If map and image differ in size, or the map holds a NaN.

    Notes
    -----
    With two labels Q of one is enough: the messages of both add up to N K N 1.
    """
    if probability.shape != image.shape[:2]:
        raise ValueError(f"A map of {probability.shape} cannot be refined with an image of {image.shape}.")
    target = np.asarray(probability, np.float32).ravel()
    if not np.isfinite(target).all():
        raise ValueError("A map with NaN cannot be refined.")
    own = np.log(np.maximum(target, LEAST_PROBABILITY)) - np.log(np.maximum(1 - target, LEAST_PROBABILITY))
    lattice = Lattice(bilateral_features(image, parameters))
    scale = (1.0 / np.sqrt(lattice.filtered(np.ones_like(own)) + 1e-20)).astype(np.float32)
    everything = scale * lattice.filtered(scale)
    now = _logistic(own)
    for _ in range(parameters.iterations):
        message = scale * lattice.filtered(scale * now)
        now = _logistic(own + np.float32(parameters.compatibility) * (2 * message - everything))
    return now.reshape(probability.shape)


def bilateral_features(image: npt.NDArray[np.uint8], parameters: CrfParameters) -> npt.NDArray[np.float32]:
    """Return where pixels lie in units of the sigmas, shape (axes, pixels); 3 axes for grey, 5 for colour."""
    height, width = image.shape[:2]
    rows, columns = np.divmod(np.arange(height * width, dtype=np.int32), np.int32(width))
    place, colour = np.float32(1 / parameters.place_sigma_px), np.float32(1 / parameters.colour_sigma)
    channels = [image] if image.ndim == 2 else [image[..., channel] for channel in range(3)]
    if image.ndim == 3 and all(np.array_equal(channels[0], other) for other in channels[1:]):
        channels = channels[:1]
    if len(channels) == 1:
        colour *= np.float32(math.sqrt(3.0))
    return np.stack([columns * place, rows * place, *(each.ravel() * colour for each in channels)])


class Lattice:
    """The permutohedral lattice over the pixels of one image; applies its Gaussian to values of pixels.

    Parameters
    ----------
    features
        Where pixels lie in units of sigma, shape (axes, pixels), float32.
    """

    def __init__(self, features: npt.NDArray[np.float32]) -> None:
        axes, pixels = features.shape
        if float(np.abs(features).max(initial=0.0)) > _LARGEST_FEATURE:
            raise ValueError("The sigmas of a refinement are too small for an image of this size.")
        self._corner: npt.NDArray[np.int32] = np.empty((axes + 1, pixels), np.int32)
        self._weight: npt.NDArray[np.float32] = np.empty((axes + 1, pixels), np.float32)
        keys = np.empty((axes + 1, pixels, axes), np.int16)
        for first in range(0, pixels, _CHUNK_PX):
            own = slice(first, first + _CHUNK_PX)
            keys[:, own], self._weight[:, own] = _simplices(features[:, own])
        points = self._number(keys)
        self._neighbours = _neighbours(points)
        self._count = len(points)

    @property
    def point_count(self) -> int:
        """Number of lattice points in use."""
        return self._count

    def filtered(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the Gaussian sum at each pixel, shape (pixels,), up to one factor for all."""
        spread = np.zeros(self._count + 1)  # the last stands for points that no pixel touches
        for corner, weight in zip(self._corner, self._weight, strict=True):
            spread[:-1] += np.bincount(corner, weight * values, self._count)
        for before, after in self._neighbours:
            spread[:-1] += 0.5 * (spread[before] + spread[after])
        found = np.zeros_like(values)
        narrow = spread.astype(np.float32)
        for corner, weight in zip(self._corner, self._weight, strict=True):
            found += weight * narrow[corner]
        return found

    def _number(self, keys: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
        """Number the lattice points in use; return their coordinates, shape (points, axes)."""
        low = keys.reshape(-1, keys.shape[2]).min(axis=0).astype(np.int64)
        spans = keys.reshape(-1, keys.shape[2]).max(axis=0).astype(np.int64) - low + 1
        steps = np.append(np.cumprod(spans[::-1])[-2::-1], 1)
        size = int(np.prod(spans, dtype=object))
        packed = np.empty(keys.shape[:2], np.int64)
        for corner, own in enumerate(keys):
            packed[corner] = (own - low) @ steps
        if size <= _LARGEST_TABLE:
            is_used = np.zeros(size, bool)
            is_used[packed.ravel()] = True
            used = np.flatnonzero(is_used)
            number = np.cumsum(is_used, dtype=np.int32) - 1
            for corner, own in enumerate(packed):
                self._corner[corner] = number[own]
        else:
            used, inverse = np.unique(packed, return_inverse=True)
            self._corner[...] = inverse.reshape(packed.shape)
        return np.asarray((used[:, None] // steps) % spans + low)


def _simplices(
    features: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.float32]]:
    """Return lattice points around each pixel, (axes + 1, pixels, axes), and its weights on them."""
    axes, pixels = features.shape
    elevated = np.empty((axes + 1, pixels), np.float32)
    scale = math.sqrt(2.0 / 3.0) * (axes + 1)
    rest = np.zeros(pixels, np.float32)
    for axis in range(axes, 0, -1):
        own = features[axis - 1] * np.float32(scale / math.sqrt(axis * (axis + 1)))
        elevated[axis] = rest - axis * own
        rest += own
    elevated[0] = rest
    whole = np.rint(elevated / (axes + 1))
    base = whole * (axes + 1)
    rank = np.argsort(np.argsort(base - elevated, axis=0, kind="stable"), axis=0).astype(np.int64)
    rank += whole.sum(axis=0).astype(np.int64)
    turn = np.where(rank < 0, axes + 1, np.where(rank > axes, -(axes + 1), 0))
    rank += turn
    base += turn
    weights = np.zeros((axes + 2, pixels), np.float32)
    part = (elevated - base) / (axes + 1)
    pixel = np.arange(pixels)
    for axis in range(axes + 1):
        weights[axes - rank[axis], pixel] += part[axis]
        weights[axes + 1 - rank[axis], pixel] -= part[axis]
    weights[0] += 1 + weights[axes + 1]
    keys = np.empty((axes + 1, pixels, axes), np.int16)
    for corner in range(axes + 1):
        offset = np.where(rank[:axes] <= axes - corner, corner, corner - (axes + 1))
        keys[corner] = (base[:axes] + offset).T
    return keys, weights[: axes + 1]


def _neighbours(
    points: npt.NDArray[np.int64],
) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Return for each axis of the lattice the numbers of both neighbours; the count where there is none."""
    count, axes = points.shape
    low = points.min(axis=0) - (axes + 1)
    spans = points.max(axis=0) - low + axes + 2
    steps = np.append(np.cumprod(spans[::-1])[-2::-1], 1)
    packed = (points - low) @ steps  # ascending, as the points are numbered by their coordinates
    found = []
    for axis in range(axes + 1):
        move = np.ones(axes, np.int64)
        if axis < axes:
            move[axis] = -axes
        both = []
        for moved in (packed - move @ steps, packed + move @ steps):
            place = np.minimum(np.searchsorted(packed, moved), count - 1)
            both.append(np.where(packed[place] == moved, place, count))
        found.append((both[0], both[1]))
    return found


def _logistic(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-values)), np.float32)
