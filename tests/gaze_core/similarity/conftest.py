"""Published vectors, and scanpaths made from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gaze_core.similarity import Scanpath

VECTORS = Path(__file__).parent / "vectors"


@pytest.fixture(scope="session")
def gazesearch():
    """Values of GazeSearch's functions, run as published."""
    return json.loads((VECTORS / "gazesearch_metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def mcgip():
    """Values of McGIP's functions, run as published."""
    return json.loads((VECTORS / "mcgip_similarity.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def paths(gazesearch):
    """The scanpaths A, B and C of the vectors, durations in seconds."""
    return {
        name: Scanpath(x_px=values["X"], y_px=values["Y"], duration=values["T"])
        for name, values in gazesearch["scanpaths"].items()
    }


@pytest.fixture(scope="session")
def random_paths():
    """Scanpaths of 0 to 30 fixations."""
    generator = np.random.default_rng(5)
    return [
        Scanpath(
            x_px=generator.uniform(0, 224, count),
            y_px=generator.uniform(0, 224, count),
            duration=generator.uniform(0.05, 0.6, count),
        )
        for count in (0, 1, 2, 3, 4, 7, 12, 12, 30)
    ]
