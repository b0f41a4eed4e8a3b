"""Scanpaths as strings: edit distance on a grid, and the sequence scores of GazeSearch.

- Edit distance (SED): each fixation is the letter of its cell in a grid of n x n; insertions, deletions and
  substitutions cost 1 (Levenshtein 1966).
- Sequence score: each fixation is the number of its cluster; score of the best alignment with match 1,
  mismatch 0, gap 0, over the longer length (Yang et al. 2020, CVPR). Semantic: the label of the segment of
  the image it lies in instead.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import FloatArray, IntArray, Scanpath, SimilarityError
from gaze_core.similarity.string_alignment import pair_scores

GRID_CELLS: Final = 5


def published_grid_symbols(
    scanpath: Scanpath, width_px: int, height_px: int, cells: int = GRID_CELLS
) -> IntArray:
    """Return the grid symbols as published: cells are ``size // cells`` px wide.

    What lies beyond the last whole cell (from 220 px on a canvas of 224) runs over into the next row or
    letter.
    """
    return _grid_symbols(scanpath, width_px, height_px, cells, cells)


def grid_symbols(scanpath: Scanpath, width_px: int, height_px: int, cells: int = GRID_CELLS) -> IntArray:
    """Return the grid symbols; places beyond the last whole cell, or off the canvas, count to the nearest."""
    return _grid_symbols(scanpath, width_px, height_px, cells, cells - 1)


def _grid_symbols(scanpath: Scanpath, width_px: int, height_px: int, cells: int, last_cell: int) -> IntArray:
    if not 1 <= cells <= min(width_px, height_px):
        raise SimilarityError(
            f"A canvas of {width_px} x {height_px} px cannot be cut into {cells} x {cells}."
        )
    is_outside = (
        (scanpath.x_px < 0) | (scanpath.x_px >= width_px) | (scanpath.y_px < 0) | (scanpath.y_px >= height_px)
    )
    if last_cell == cells and is_outside.any():
        number = int(np.argmax(is_outside)) + 1
        raise SimilarityError(f"Fixation {number} lies off the canvas of {width_px} x {height_px} px.")
    column = np.clip(scanpath.x_px.astype(np.int64) // (width_px // cells), 0, None)
    row = np.clip(scanpath.y_px.astype(np.int64) // (height_px // cells), 0, None)
    if last_cell < cells:
        column, row = np.minimum(column, last_cell), np.minimum(row, last_cell)
    return np.asarray(column + cells * row, np.int64)


def letters(symbols: IntArray) -> str:
    """Return grid symbols as text, 0 as ``a``."""
    return "".join(chr(97 + symbol) for symbol in symbols.tolist())


def edit_distance(first: IntArray, second: IntArray) -> int:
    """Return how many insertions, deletions and substitutions lead from one sequence to the other."""
    if not (first.size and second.size):
        return int(first.size + second.size)
    final, _ = pair_scores(first, second, _mismatch, -1.0)
    return round(-final)


def sequence_score(first: IntArray, second: IntArray) -> float:
    """Return the symbols an alignment can match, over the longer length; NaN where both are empty."""
    longer = max(first.size, second.size)
    if longer == 0:
        return float("nan")
    final, _ = pair_scores(first, second, _match, 0.0)
    return final / longer


def semantic_symbols(scanpath: Scanpath, segment_of_pixel: npt.NDArray[np.integer]) -> IntArray:
    """Return the label under each fixation.

    Parameters
    ----------
    scanpath
        In px of the label map.
    segment_of_pixel
        Label of each pixel, shape (height, width).
    """
    height, width = segment_of_pixel.shape
    column, row = scanpath.x_px.astype(np.int64), scanpath.y_px.astype(np.int64)
    is_outside = (scanpath.x_px < 0) | (column >= width) | (scanpath.y_px < 0) | (row >= height)
    if is_outside.any():
        number = int(np.argmax(is_outside)) + 1
        raise SimilarityError(f"Fixation {number} lies off the label map of {width} x {height} px.")
    return np.asarray(segment_of_pixel[row, column], np.int64)


def cluster_symbols(scanpath: Scanpath, centres_px: FloatArray) -> IntArray:
    """Return the number of the nearest centre of each fixation; `centres_px` has shape (clusters, 2)."""
    if len(centres_px) == 0:
        raise SimilarityError("Fixations need at least one cluster to belong to.")
    difference = scanpath.points_px[:, None, :] - centres_px
    return np.asarray(np.argmin((difference**2).sum(axis=2), axis=1), np.int64)


def _match(first: IntArray, second: IntArray) -> FloatArray:
    return np.asarray(first == second, np.float64)


def _mismatch(first: IntArray, second: IntArray) -> FloatArray:
    return -np.asarray(first != second, np.float64)
