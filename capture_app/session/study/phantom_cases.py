"""The built-in cases of a new study: phantoms of different patients, some healthy, with their findings.

The three phantoms of the demonstration and further ones from the same generator, each from its seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import cv2
import numpy as np

from capture_app.session.phantom_anatomy import Chest, Patient, draw_bones, finished, healthy_chest
from capture_app.session.phantom_shapes import ellipse, texture
from capture_app.session.phantoms import PHANTOM_COUNT, Finding, Phantom, phantom
from capture_app.session.study.case_table import CaseRole

NODULE: Final = "Lung nodule or mass"
HEART: Final = "Enlarged cardiac silhouette"
CONSOLIDATION: Final = "Consolidation"
_COMPRESSION: Final = 1
"""Noise hardly compresses: a higher level takes longer for 3 % less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomCase:
    """One built-in case."""

    case_id: str  # also the stem of its image
    role: CaseRole
    make: Callable[[], Phantom]  # draws it; a second or two


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patient:
    """A patient of a new study."""

    seed: int
    findings: tuple[Finding, ...] = ()  # none: a healthy chest
    heart_size: float = 1.0

    def drawn(self, name: str) -> Phantom:
        chest = healthy_chest(Patient(seed=self.seed, heart_size=self.heart_size))
        for finding in self.findings:
            _DRAWERS[finding.label](chest, finding)
        draw_bones(chest)
        return Phantom(name=name, pixels=finished(chest), findings=self.findings)


def _nodule(x_image_px: float, y_image_px: float, radius_image_px: float) -> Finding:
    return Finding(
        label=NODULE,
        x_image_px=x_image_px,
        y_image_px=y_image_px,
        radius_x_image_px=radius_image_px,
        radius_y_image_px=radius_image_px,
        contrast=0.11,
    )


def _consolidation(x_image_px: float, y_image_px: float, angle_deg: float) -> Finding:
    return Finding(
        label=CONSOLIDATION,
        x_image_px=x_image_px,
        y_image_px=y_image_px,
        radius_x_image_px=150.0,
        radius_y_image_px=110.0,
        angle_deg=angle_deg,
        contrast=0.16,
    )


def _heart() -> Finding:
    return Finding(
        label=HEART,
        x_image_px=838.0,
        y_image_px=1090.0,
        radius_x_image_px=350.0,
        radius_y_image_px=270.0,
        angle_deg=14.0,
    )


def _draw_nodule(chest: Chest, finding: Finding) -> None:
    # A soft core that fills two thirds of the ellipse its finding names.
    core = ellipse(
        finding.x_image_px,
        finding.y_image_px,
        0.72 * finding.radius_x_image_px,
        0.68 * finding.radius_y_image_px,
        20.0,
        softness_px=6.0,
    )
    chest.attenuation += finding.contrast * core


def _draw_consolidation(chest: Chest, finding: Finding) -> None:
    patchy = np.clip(0.85 + 0.30 * texture(chest.generator, coarsest_px=64.0, octaves=4), 0.0, 1.4)
    region = ellipse(
        finding.x_image_px,
        finding.y_image_px,
        0.78 * finding.radius_x_image_px,
        0.76 * finding.radius_y_image_px,
        finding.angle_deg,
        softness_px=24.0,
    )
    lungs = np.maximum(chest.right_lung, chest.left_lung)
    chest.attenuation += finding.contrast * region * patchy.astype(np.float32) * lungs


def _draw_heart(chest: Chest, finding: Finding) -> None:
    """Do nothing: the patient's heart is large from the start."""


_DRAWERS: Final[dict[str, Callable[[Chest, Finding], None]]] = {
    NODULE: _draw_nodule,
    CONSOLIDATION: _draw_consolidation,
    HEART: _draw_heart,
}
_LARGE_HEART: Final = 1.34

_STUDY: Final = (
    _Patient(seed=101),
    _Patient(seed=102, findings=(_nodule(1080.0, 520.0, 48.0),)),
    _Patient(seed=103, findings=(_consolidation(1100.0, 1010.0, 15.0),)),
    _Patient(seed=104, findings=(_heart(),), heart_size=_LARGE_HEART),
    _Patient(seed=105),
    _Patient(seed=106, findings=(_nodule(380.0, 880.0, 42.0),)),
    _Patient(seed=107, findings=(_consolidation(420.0, 640.0, -20.0),)),
    _Patient(seed=108),
    _Patient(seed=109, findings=(_nodule(1150.0, 760.0, 44.0), _heart()), heart_size=_LARGE_HEART),
)
_SPARES: Final = (_Patient(seed=201), _Patient(seed=202, findings=(_nodule(450.0, 700.0, 46.0),)))
_PRACTICE: Final = (_Patient(seed=301, findings=(_nodule(1060.0, 640.0, 52.0),)), _Patient(seed=302))


def phantom_cases() -> tuple[PhantomCase, ...]:
    """Return the built-in cases: two of practice, twelve of the study, two spares. Nothing is drawn yet."""
    demo = tuple(
        PhantomCase(case_id=f"case-{number + 1:02}", role=CaseRole.STUDY, make=partial(phantom, number))
        for number in range(PHANTOM_COUNT)
    )
    return (
        *_named("practice", CaseRole.PRACTICE, _PRACTICE),
        *demo,
        *_named("case", CaseRole.STUDY, _STUDY, first=PHANTOM_COUNT + 1),
        *_named("spare", CaseRole.SPARE, _SPARES),
    )


def encoded(shown: Phantom) -> bytes:
    """Return a phantom as a 16-bit PNG file."""
    _, content = cv2.imencode(".png", shown.pixels, [cv2.IMWRITE_PNG_COMPRESSION, _COMPRESSION])
    return content.tobytes()


def _named(stem: str, role: CaseRole, patients: Sequence[_Patient], first: int = 1) -> Iterator[PhantomCase]:
    for number, patient in enumerate(patients, first):
        name = f"{stem}-{number:02}"
        yield PhantomCase(case_id=name, role=role, make=partial(patient.drawn, name))
