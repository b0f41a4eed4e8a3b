"""Studies that go through in moments: few small cases, five quick targets, all screens of their preset.

What a test wants otherwise is said with `changes`: keys of the study file and the values to put there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.phantoms import Finding, Phantom
from capture_app.session.study.built_in_tables import IMAGE_FOLDER, BuiltInCase, built_in_tables
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.model import STUDY_EXTENSION
from capture_app.session.study.phantom_cases import CONSOLIDATION, HEART, NODULE
from capture_app.session.study.presets import CASE_TABLE, PRESETS, REFERENCE_TABLE, preset_text

WIDTH_PX, HEIGHT_PX = 300, 360
LABELS = (NODULE, CONSOLIDATION, HEART)
QUICK: dict[str, object] = {
    "points": 5,
    "travel_s": 0.1,
    "dwell_s": 0.4,
    "validation_window_ms": 200,
    "fixation_ms": 200,
    "pupil_baseline_s": 1,
    "minimum_cases": 1,
    "longest_wait_s": 1,
    "formats": "[]",
}
"""Keys that every preset has exactly once, and values that cost little time."""


def quick_study(
    preset: str, folder: Path, *, cases: int = 3, spares: int = 2, changes: Mapping[str, object] | None = None
) -> Path:
    """Make a study of a preset with so many cases, the spares and one case of practice; return its file."""
    numbers = {CaseRole.PRACTICE: 1, CaseRole.STUDY: cases, CaseRole.SPARE: spares}
    stems = {CaseRole.PRACTICE: "practice", CaseRole.STUDY: "case", CaseRole.SPARE: "spare"}
    drawn = [
        BuiltInCase(
            case_id=f"{stems[role]}-{n + 1:02}", role=role, shown=small_chest(n + 10 * len(stems[role]))
        )
        for role, number in numbers.items()
        for n in range(number)
    ]
    (folder / IMAGE_FOLDER).mkdir(parents=True)
    for case in drawn:
        content = cv2.imencode(".png", case.shown.pixels)[1].tobytes()
        (folder / IMAGE_FOLDER / f"{case.case_id}.png").write_bytes(content)
    table, reference = built_in_tables(PRESETS[preset], drawn)
    (folder / CASE_TABLE).write_text(table, encoding="utf-8")
    (folder / REFERENCE_TABLE).write_text(reference, encoding="utf-8")
    path = folder / f"{preset}{STUDY_EXTENSION}"
    text = with_keys(preset_text(preset), {**QUICK, "cases_per_reader": cases, **(changes or {})})
    path.write_text(text, encoding="utf-8")
    return path


def with_keys(text: str, changes: Mapping[str, object]) -> str:
    """Return a study file with other values for some keys, each of which it must hold once."""
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^{key} = [^#\n]+", f"{key} = {value} ", text)
        assert count == 1, f"{key} is there {count} times"
    return text


def small_chest(seed: int) -> Phantom:
    """Return two dark lungs on grey and one finding in them, wherever the seed puts it."""
    chance = np.random.default_rng(seed)
    pixels: npt.NDArray[np.uint8] = np.full((HEIGHT_PX, WIDTH_PX), 150, np.uint8)
    for middle_px in (100, 200):
        cv2.ellipse(pixels, (middle_px, 170), (42, 110), 0, 0, 360, 60, -1)
    x_px, y_px = int(chance.choice([100, 200])), int(chance.integers(110, 230))
    cv2.circle(pixels, (x_px, y_px), 14, 110, -1)
    found = Finding(
        label=LABELS[seed % len(LABELS)],
        x_image_px=float(x_px),
        y_image_px=float(y_px),
        radius_x_image_px=20.0,
        radius_y_image_px=20.0,
    )
    noisy = cv2.GaussianBlur(pixels, (0, 0), 2.0).astype(np.float64) + chance.normal(0.0, 2.0, pixels.shape)
    return Phantom(
        name="", pixels=np.rint(16.0 * np.clip(noisy, 0, 255)).astype(np.uint16), findings=(found,)
    )
