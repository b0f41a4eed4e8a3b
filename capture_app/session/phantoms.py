"""Three built-in synthetic chest radiographs with planted findings, for the demo, the tests and first steps.

Made from a seed, never from an image of a person. Each phantom knows its findings and where a reader
would look.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.kept_files import replace_file
from capture_app.session.phantom_anatomy import (
    Chest,
    Patient,
    draw_bones,
    finished,
    healthy_chest,
    rib_curves,
)
from capture_app.session.phantom_shapes import (
    HEIGHT_PX,
    WIDTH_PX,
    Points,
    blurred,
    ellipse,
    filled,
    spline,
    stroke,
    texture,
)

PHANTOM_COUNT: Final = 3

# Places every reader visits, whatever the image shows: apices, hila, heart, bases, angles, mediastinum.
_SEARCH_PATH: Final = (
    (520.0, 360.0), (980.0, 360.0), (420.0, 620.0), (1090.0, 620.0), (634.0, 745.0), (878.0, 735.0),
    (752.0, 520.0), (400.0, 960.0), (1110.0, 960.0), (880.0, 1120.0), (300.0, 1270.0), (1220.0, 1300.0),
)  # fmt: skip
_SEARCH_WEIGHT: Final = 1.0
_FINDING_WEIGHT: Final = 5.0


class PhantomError(Exception):
    """A phantom could not be written; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A planted finding and the ellipse that holds it."""

    label: str  # as in the label list of the reading protocol
    x_image_px: float  # centre
    y_image_px: float  # centre
    radius_x_image_px: float
    radius_y_image_px: float
    angle_deg: float = 0.0  # of the first axis, clockwise on the screen
    contrast: float = 0.0  # attenuation added at its core, full body about 1; below 0 is air

    def contains(self, x_image_px: float, y_image_px: float) -> bool:
        """Whether a point lies inside the ellipse."""
        angle = np.radians(self.angle_deg)
        dx, dy = x_image_px - self.x_image_px, y_image_px - self.y_image_px
        along = (dx * np.cos(angle) + dy * np.sin(angle)) / self.radius_x_image_px
        across = (-dx * np.sin(angle) + dy * np.cos(angle)) / self.radius_y_image_px
        return bool(along**2 + across**2 <= 1.0)


_DRAWING: Final = 1  # one more whenever the same seed gives other pixels

_NODULE: Final = Finding(
    label="Lung nodule or mass",
    x_image_px=424.0,
    y_image_px=548.0,
    radius_x_image_px=46.0,
    radius_y_image_px=42.0,
    contrast=0.105,
)
_HEART: Final = Finding(
    label="Enlarged cardiac silhouette",
    x_image_px=838.0,
    y_image_px=1090.0,
    radius_x_image_px=350.0,
    radius_y_image_px=270.0,
    angle_deg=14.0,
    contrast=0.26,
)
_EFFUSION: Final = Finding(
    label="Pleural abnormality",
    x_image_px=1180.0,
    y_image_px=1255.0,
    radius_x_image_px=190.0,
    radius_y_image_px=150.0,
    angle_deg=-35.0,
    contrast=0.27,
)
_CONSOLIDATION: Final = Finding(
    label="Consolidation",
    x_image_px=452.0,
    y_image_px=1105.0,
    radius_x_image_px=150.0,
    radius_y_image_px=115.0,
    angle_deg=-12.0,
    contrast=0.17,
)
_PNEUMOTHORAX: Final = Finding(
    label="Pneumothorax",
    x_image_px=345.0,
    y_image_px=500.0,
    radius_x_image_px=120.0,
    radius_y_image_px=300.0,
    angle_deg=24.0,
    contrast=-0.055,
)
_BROKEN_RIB: Final = (1.0, 6)  # side, number
_BREAK_X_PX: Final = 1196.0


def _fracture() -> Finding:
    side, number = _BROKEN_RIB
    rib = rib_curves(side)[number]
    behind = rib[: int(len(rib) * 0.72)]
    at = behind[int(np.argmin(np.abs(behind[:, 0] - _BREAK_X_PX)))]
    return Finding(
        label="Acute fracture",
        x_image_px=float(at[0]),
        y_image_px=float(at[1]),
        radius_x_image_px=52.0,
        radius_y_image_px=44.0,
        contrast=0.09,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Phantom:
    """A synthetic radiograph."""

    name: str  # also the stem of its file
    pixels: npt.NDArray[np.uint16]  # (height, width), 12 bits used, not writeable
    findings: tuple[Finding, ...]


@functools.cache
def phantom(index: int) -> Phantom:
    """Return the built-in phantom of that number, 0 to 2; made once (about a second) and kept.

    Raises
    ------
    ValueError
        If there is no phantom of that number.
    """
    findings = phantom_findings(index)
    drawers = (
        _draw_nodule_and_large_heart,
        _draw_effusion_and_consolidation,
        _draw_pneumothorax_and_fracture,
    )
    pixels = finished(drawers[index](*findings))
    pixels.flags.writeable = False
    return Phantom(name=f"phantom-{index + 1}", pixels=pixels, findings=findings)


def phantom_findings(index: int) -> tuple[Finding, ...]:
    """Return what is planted in a phantom, without drawing it.

    Raises
    ------
    ValueError
        If there is no phantom of that number.
    """
    if not 0 <= index < PHANTOM_COUNT:
        raise ValueError(f"There are phantoms 0 to {PHANTOM_COUNT - 1}, not {index}.")
    return ((_NODULE, _HEART), (_EFFUSION, _CONSOLIDATION), (_PNEUMOTHORAX, _fracture()))[index]


def places(findings: Iterable[Finding]) -> tuple[tuple[float, float, float], ...]:
    """Return x, y (image px) and weight of where a reader would look: the findings and the usual search path.

    Large findings get places at their rim too.
    """
    found: list[tuple[float, float, float]] = []
    for finding in findings:
        found.append((finding.x_image_px, finding.y_image_px, _FINDING_WEIGHT))
        if max(finding.radius_x_image_px, finding.radius_y_image_px) < 90.0:
            continue
        angle = np.radians(finding.angle_deg)
        for along, across in ((0.6, 0.0), (-0.6, 0.0), (0.0, 0.6), (0.0, -0.6)):
            dx, dy = along * finding.radius_x_image_px, across * finding.radius_y_image_px
            found.append(
                (
                    float(finding.x_image_px + dx * np.cos(angle) - dy * np.sin(angle)),
                    float(finding.y_image_px + dx * np.sin(angle) + dy * np.cos(angle)),
                    _FINDING_WEIGHT / 3.0,
                )
            )
    return (*found, *((x, y, _SEARCH_WEIGHT) for x, y in _SEARCH_PATH))


def write_phantoms(folder: Path) -> list[Path]:
    """Write the phantoms as 16-bit PNG files into a folder (made if needed) and return their paths.

    A file that is there already with the same content is left alone.

    Raises
    ------
    PhantomError
        If a file cannot be written, or another file has its name.
    """
    return [write_phantom(folder, index) for index in range(PHANTOM_COUNT)]


def write_phantom(folder: Path, index: int) -> Path:
    """Write one phantom as `write_phantoms` does; takes a second or two the first time."""
    path = phantom_path(folder, index)
    note = path.with_name(path.name + ".sha256")
    try:
        noted = note.read_text(encoding="ascii") if note.exists() else ""
        stands = _note(path.read_bytes()) if path.exists() else ""
        if stands and noted == stands:
            return path
        is_ours = noted.split(" ")[0] == stands.split(" ")[0] != ""
        _, encoded = cv2.imencode(".png", phantom(index).pixels, [cv2.IMWRITE_PNG_COMPRESSION, 4])
        content = encoded.tobytes()
        if is_ours or not path.exists():  # an older drawing of this program's own is drawn anew
            replace_file(path, content)
        elif path.read_bytes() != content:
            raise PhantomError(f"{path} is there already and is another image; choose an empty folder.")
        replace_file(note, _note(content).encode("ascii"))
    except (OSError, UnicodeDecodeError) as err:
        reason = getattr(err, "strerror", None) or "no reason given"
        raise PhantomError(
            f"The demo images cannot be written to {folder} ({reason}); choose a folder you may write to."
        ) from err
    return path


def _note(content: bytes) -> str:
    """Return what stands beside a written phantom, so that it need not be drawn again to be known."""
    return f"{hashlib.sha256(content).hexdigest()} drawing {_DRAWING}\n"


def phantom_path(folder: Path, index: int) -> Path:
    """Return where `write_phantom` puts a phantom."""
    return folder / f"phantom-{index + 1}.png"


def _draw_nodule_and_large_heart(nodule: Finding, heart: Finding) -> Chest:
    del heart  # large from the start
    chest = healthy_chest(Patient(seed=11, heart_size=1.40))
    x, y = nodule.x_image_px, nodule.y_image_px
    core = ellipse(x, y, 31.0, 27.0, 20.0, softness_px=6.5)
    lobule = ellipse(x + 13.0, y + 11.0, 18.0, 17.0, 0.0, softness_px=6.0)
    chest.attenuation += nodule.contrast * np.maximum(core, 0.9 * lobule)
    draw_bones(chest)
    return chest


def _draw_effusion_and_consolidation(effusion: Finding, consolidation: Finding) -> Chest:
    chest = healthy_chest(Patient(seed=23))
    fluid: Points = (
        (1330, 930), (1300, 1010), (1272, 1090), (1225, 1160), (1140, 1222), (1030, 1262), (920, 1278),
        (900, 1420), (1120, 1420), (1340, 1440),
    )  # fmt: skip
    chest.attenuation += effusion.contrast * filled(fluid, softness_px=11.0) * chest.left_lung
    patchy = np.clip(0.85 + 0.30 * texture(chest.generator, coarsest_px=64.0, octaves=4), 0.0, 1.4)
    region = ellipse(
        consolidation.x_image_px,
        consolidation.y_image_px,
        118.0,
        88.0,
        consolidation.angle_deg,
        softness_px=24.0,
    )
    bronchi = np.zeros_like(chest.attenuation)
    for points in (((590, 1000), (500, 1070), (410, 1150)), ((500, 1070), (440, 1070), (370, 1085))):
        stroke(bronchi, spline(points, is_closed=False), 11.0, 1.0)
    air = 1.0 - 0.55 * blurred(bronchi, 3.0)
    chest.attenuation += consolidation.contrast * region * patchy.astype(np.float32) * air * chest.right_lung
    draw_bones(chest)
    return chest


def _draw_pneumothorax_and_fracture(pneumothorax: Finding, fracture: Finding) -> Chest:
    del fracture  # where the rib is broken
    chest = healthy_chest(Patient(seed=37, heart_size=0.97))
    collapsed: Points = (
        (600, 330), (520, 352), (450, 430), (396, 560), (352, 720), (316, 900), (286, 1080), (262, 1220),
        (250, 1420), (680, 1420), (700, 900), (700, 400),
    )  # fmt: skip
    lung = filled(collapsed, softness_px=2.5)
    outside = chest.right_lung * (1.0 - lung)
    # Outside the visceral pleura there is only air: no vessels, no texture, a little darker.
    smooth = blurred(chest.attenuation, 16.0)
    chest.attenuation += outside * (smooth - chest.attenuation + pneumothorax.contrast)
    chest.attenuation += 0.030 * lung * chest.right_lung
    pleura = np.zeros_like(chest.attenuation)
    stroke(pleura, spline(collapsed[:9], is_closed=False), 4.0, 0.052)
    chest.attenuation += blurred(pleura, 1.6) * chest.right_lung
    draw_bones(chest, broken_rib=(*_BROKEN_RIB, _BREAK_X_PX, 13.0))
    return chest


def mean_grey(shown: Phantom) -> float:
    """Return the mean grey 0..1 of a phantom over its 12 bits, for the luminance a simulated pupil sees."""
    return float(shown.pixels.mean() / 4095.0)


def size_px() -> tuple[int, int]:
    """Return width and height of every phantom."""
    return WIDTH_PX, HEIGHT_PX
