"""Maps against maps and maps against fixations: CC, SIM, KL, NSS, AUC and information gain.

Definitions of Bylinskii, Judd, Oliva, Torralba & Durand (2019), IEEE TPAMI 41, in the variants GazeSearch
runs. Maps are compared pixel by pixel, so they have one shape, one definition and one mapping; no measure
depends on their scale. p and q are maps divided by their sum:

    CC   = correlation of the pixels
    SIM  = sum min(p, q)
    KL   = sum q log(eps + q / (p + eps)), nats, of the map q as approximated by p; eps = 1e-12
    NSS  = mean over fixations of (map - mean) / standard deviation
    AUC  = area under the ROC curve of the map's values at fixated pixels against all others (Judd)
    IG   = mean over fixations of log2(p + eps) - log2(baseline + eps), bits; eps = 2.2204e-16
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import FloatArray, IntArray, Scanpath, SimilarityError

GAZESEARCH_FIXATION_SIGMA_PX: Final = 16.0
GAZESEARCH_PRIOR_SIGMA_PX: Final = 24.0
KL_EPSILON: Final = 1e-12
INFORMATION_EPSILON: Final = 2.2204e-16

_CUT_SIGMAS: Final = 4.0


def fixation_distribution(scanpath: Scanpath, width_px: int, height_px: int, sigma_px: float) -> FloatArray:
    """Return where fixations are, blurred, with sum 1, shape (height, width); durations do not count.

    As GazeSearch makes it: each fixation at its whole pixel, Gaussian cut at 4 sigma, the borders mirrored.
    """
    row, column = _pixels(scanpath, (height_px, width_px))
    if row.size == 0:
        raise SimilarityError("A map of fixations needs at least one.")
    if not sigma_px > 0:
        raise SimilarityError(f"A map of fixations cannot be blurred with a sigma of {sigma_px} px.")
    density = np.bincount(row * width_px + column, minlength=width_px * height_px).astype(np.float64)
    radius = int(_CUT_SIGMAS * sigma_px + 0.5)
    kernel = cv2.getGaussianKernel(2 * radius + 1, sigma_px, cv2.CV_64F)
    blurred = cv2.sepFilter2D(
        density.reshape(height_px, width_px), cv2.CV_64F, kernel, kernel, borderType=cv2.BORDER_REFLECT
    )
    return np.asarray(blurred / blurred.sum(), np.float64)


def correlation(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return CC, -1..1; 0 where one map is even everywhere, NaN where both are."""
    a, b = _maps(first, second)
    a, b = a - a.mean(), b - b.mean()
    energies = (a * a).sum(), (b * b).sum()
    if min(energies) == 0.0:
        return float("nan") if max(energies) == 0.0 else 0.0
    return float(np.clip((a * b).sum() / np.sqrt(energies[0] * energies[1]), -1.0, 1.0))


def correlation_matrix(maps: npt.ArrayLike) -> FloatArray:
    """Return CC of every pair of maps, shape (n, n), with diagonal 1; `maps` has shape (n, height, width)."""
    stack = np.asarray(maps, np.float64)
    if stack.ndim != 3 or not np.isfinite(stack).all():
        raise SimilarityError("Maps to compare form a stack of one shape without holes.")
    centred = stack.reshape(len(stack), -1)
    centred = centred - centred.mean(axis=1, keepdims=True)
    length = np.sqrt((centred * centred).sum(axis=1))
    is_even = length == 0.0
    centred /= np.where(is_even, 1.0, length)[:, None]
    values = np.clip(centred @ centred.T, -1.0, 1.0)
    values[is_even[:, None] & is_even] = np.nan
    np.fill_diagonal(values, 1.0)
    return np.asarray(values)


def overlap(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return SIM, the overlap of two maps as distributions, 0..1."""
    p, q = (_distribution(values) for values in _maps(first, second))
    return float(np.minimum(p, q).sum())


def divergence(approximation: npt.ArrayLike, truth: npt.ArrayLike) -> float:
    """Return KL, what is lost where `approximation` stands for `truth`, nats; 0 for the same."""
    p, q = (_distribution(values) for values in _maps(approximation, truth))
    return float((q * np.log(KL_EPSILON + q / (p + KL_EPSILON))).sum())


def normalised_scanpath_saliency(density: npt.ArrayLike, scanpath: Scanpath, ddof: int = 0) -> float:
    """Return NSS; NaN without fixations.

    Parameters
    ----------
    density
        The map, shape (height, width).
    scanpath
        Fixations in px of the map, all on it.
    ddof
        0 for the standard deviation of the map, 1 for that of a sample, which conditional NSS uses.
    """
    values = _map(density)
    at_fixations = values[_pixels(scanpath, values.shape)]
    if at_fixations.size == 0:
        return float("nan")
    spread = float(values.std(ddof=ddof))
    return float((at_fixations - values.mean()).mean() / (spread if spread > 0 else 1.0))


def area_under_curve(density: npt.ArrayLike, scanpath: Scanpath) -> float:
    """Return AUC of Judd, 0..1, without jitter: pixels fixated more than once count once.

    NaN without fixations, or where every pixel is fixated. Equal values of the map count against it. With
    one fixation this is `next_fixation_area`. A copy in wide use counts one pixel too many at each threshold;
    this is the definition of its authors.
    """
    values = _map(density)
    is_fixated = np.zeros(values.shape, np.bool_)
    is_fixated[_pixels(scanpath, values.shape)] = True
    at_fixations = np.sort(values[is_fixated])[::-1]
    others = values.size - at_fixations.size
    if at_fixations.size == 0 or others == 0:
        return float("nan")
    ordered = np.sort(values, axis=None)
    above = values.size - np.searchsorted(ordered, at_fixations, "left")
    rank = np.arange(at_fixations.size)
    hits = np.concatenate(([0.0], (rank + 1) / at_fixations.size, [1.0]))
    alarms = np.concatenate(([0.0], (above - rank - 1) / others, [1.0]))
    return float((np.diff(alarms) * (hits[1:] + hits[:-1]) / 2.0).sum())


def next_fixation_area(density: npt.ArrayLike, x_px: int, y_px: int) -> float:
    """Return AUC of one next fixation (cAUC): 1 - share of other pixels as high / 2."""
    values = _map(density)
    one = Scanpath(x_px=np.array([x_px]), y_px=np.array([y_px]), duration=np.zeros(1))
    return 1.0 - 0.5 * (float((values >= values[_pixels(one, values.shape)]).sum()) - 1.0) / (values.size - 1)


def information_gain(density: npt.ArrayLike, baseline: npt.ArrayLike, scanpath: Scanpath) -> float:
    """Return IG, bits a fixation, of maps taken as distributions; NaN without fixations."""
    p, q = (_distribution(values) for values in _maps(density, baseline))
    pixels = _pixels(scanpath, p.shape)
    if pixels[0].size == 0:
        return float("nan")
    gained = np.log2(p[pixels] + INFORMATION_EPSILON) - np.log2(q[pixels] + INFORMATION_EPSILON)
    return float(gained.mean())


def _map(density: npt.ArrayLike) -> FloatArray:
    values = np.asarray(density, np.float64)
    if values.ndim != 2 or values.size < 2 or not np.isfinite(values).all():
        raise SimilarityError(
            f"A map to compare has rows, columns and no holes; this one has shape {values.shape}."
        )
    return values


def _maps(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = _map(first), _map(second)
    if a.shape != b.shape:
        raise SimilarityError(
            f"Maps of {a.shape[1]} x {a.shape[0]} and {b.shape[1]} x {b.shape[0]} px cannot be compared; "
            "bring them to one size by one mapping first."
        )
    return a, b


def _distribution(values: FloatArray) -> FloatArray:
    total = float(values.sum())
    if not total > 0 or values.min() < 0:
        raise SimilarityError("A map without gaze, or with negative values, is no distribution.")
    return np.asarray(values / total)


def _pixels(scanpath: Scanpath, shape: tuple[int, ...]) -> tuple[IntArray, IntArray]:
    """Row and column of each fixation."""
    height, width = shape
    row, column = scanpath.y_px.astype(np.int64), scanpath.x_px.astype(np.int64)
    is_outside = (scanpath.x_px < 0) | (column >= width) | (scanpath.y_px < 0) | (row >= height)
    if is_outside.any():
        number = int(np.argmax(is_outside)) + 1
        raise SimilarityError(
            f"Fixation {number} lies off the map of {width} x {height} px; leave out gaze off the image."
        )
    return row, column
