"""Drawing of a synthetic frontal chest radiograph: organs as attenuation added up along the beam.

Everything is drawn on a float image of attenuation (0 is air, about 1 the densest part of the body), in the
frame of `WIDTH_PX` x `HEIGHT_PX` image px. The patient's right is at the left of the picture. No measured
image is involved: shapes are splines through hand-set points, texture and vessels come from a seeded
generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.phantom_shapes import (
    HEIGHT_PX,
    MIDLINE_PX,
    Image,
    Points,
    blurred,
    dot,
    ellipse,
    filled,
    fixed_point,
    mirrored,
    spline,
    stroke,
    texture,
)

_RIGHT_LUNG: Final[Points] = (
    (560, 236), (470, 262), (385, 345), (315, 480), (262, 660), (226, 860), (206, 1060), (196, 1230),
    (192, 1352), (262, 1300), (345, 1252), (432, 1232), (520, 1240), (592, 1275), (640, 1312),
    (648, 1210), (650, 1040), (655, 860), (662, 700), (668, 540), (664, 400), (632, 280),
)  # fmt: skip
_LEFT_LUNG: Final[Points] = (
    (944, 236), (1034, 262), (1119, 345), (1189, 480), (1242, 660), (1278, 860), (1298, 1060), (1308, 1240),
    (1314, 1390), (1244, 1342), (1160, 1300), (1075, 1284), (990, 1288), (900, 1276),
    (858, 1262), (850, 1180), (848, 1040), (845, 860), (838, 700), (834, 540), (840, 400), (872, 280),
)  # fmt: skip
_BODY: Final[Points] = (
    (588, -60), (578, 60), (530, 122), (420, 168), (280, 204), (140, 252), (30, 320), (-60, 420), (-110, 700),
    (-60, 980), (30, 1090), (70, 1210), (76, 1500), (60, 1900), (1444, 1900), (1428, 1500), (1434, 1210),
    (1474, 1090), (1564, 980), (1614, 700), (1564, 420), (1474, 320), (1364, 252), (1224, 204), (1084, 168),
    (974, 122), (926, 60), (916, -60),
)  # fmt: skip
_HEART: Final[Points] = (
    (690, 800), (655, 900), (636, 1010), (640, 1120), (672, 1230), (760, 1300), (900, 1322), (1010, 1300),
    (1082, 1240), (1100, 1170), (1072, 1080), (1010, 980), (940, 890), (890, 810), (800, 770),
)  # fmt: skip
_MEDIASTINUM: Final[Points] = (
    (700, -80), (690, 200), (672, 330), (668, 470), (664, 600), (656, 760), (660, 1000), (680, 1400),
    (830, 1400), (850, 1000), (858, 740), (868, 650), (880, 600), (902, 540), (896, 480), (862, 440),
    (836, 330), (812, 200), (806, -80),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What differs from one phantom to the next."""

    seed: int
    heart_size: float = 1.0  # 1 is a heart of less than half the chest's width
    noise: float = 0.010  # standard deviation, attenuation


@dataclass(slots=True, kw_only=True)
class Chest:
    """A radiograph being drawn."""

    patient: Patient
    generator: np.random.Generator
    attenuation: Image
    right_lung: Image  # 0..1, soft-edged
    left_lung: Image  # 0..1, soft-edged


def healthy_chest(patient: Patient) -> Chest:
    """Return the chest of a patient before findings, bones, noise and collimation."""
    generator = np.random.default_rng(patient.seed)
    body = filled(_BODY, softness_px=5.0)
    # A trunk is thickest in the middle: the wide blur of its own outline gives the fall-off to the sides.
    attenuation = body * (0.26 + 0.26 * blurred(body, 110.0) ** 2)
    # Heart and great vessels stand where there is no lung: their borders are seen against its air.
    solid = np.maximum(heart_outline(patient), filled(_MEDIASTINUM, softness_px=6.0))
    air = np.asarray(1.0 - 0.97 * solid, np.float32)
    right = filled(_RIGHT_LUNG, softness_px=4.5) * air
    left = filled(_LEFT_LUNG, softness_px=4.5) * air
    chest = Chest(
        patient=patient, generator=generator, attenuation=attenuation, right_lung=right, left_lung=left
    )
    _draw_abdomen(chest, body)
    _draw_air(chest)
    _draw_mediastinum(chest)
    _draw_vessels(chest)
    return chest


def heart_outline(patient: Patient) -> Image:
    """Return 1 inside the patient's heart, soft-edged; a larger heart grows to the sides and upwards."""
    size = patient.heart_size
    points = tuple((800 + (x - 800) * size, 1316 + (y - 1316) * (1 + (size - 1) * 0.55)) for x, y in _HEART)
    return filled(points, softness_px=5.5)


def _draw_abdomen(chest: Chest, body: Image) -> None:
    lungs = np.maximum(chest.right_lung, chest.left_lung)
    rows = np.arange(HEIGHT_PX, dtype=np.float32)[:, None]
    below = 1.0 / (1.0 + np.exp(-(rows - 1290.0) / 40.0))
    chest.attenuation += (0.17 * below * body * (1.0 - lungs)).astype(np.float32)
    chest.attenuation -= 0.17 * ellipse(1090, 1440, 92, 66, -14, softness_px=9.0)  # gas in the stomach
    chest.attenuation -= 0.07 * ellipse(1010, 1600, 120, 60, 10, softness_px=22.0)  # gas in the colon
    shoulders = filled(
        ((-80, 300), (230, 250), (310, 420), (190, 700), (40, 960), (-80, 980)), softness_px=46.0
    )
    chest.attenuation += 0.075 * (shoulders + shoulders[:, ::-1]) * body
    breasts = ellipse(388, 1110, 190, 180, 8, softness_px=26.0) + ellipse(
        1116, 1116, 190, 180, -8, softness_px=26.0
    )
    chest.attenuation += 0.035 * breasts


def _draw_air(chest: Chest) -> None:
    for lung in (chest.right_lung, chest.left_lung):
        depth = np.clip(blurred(lung, 58.0) * 1.30 - 0.16, 0.0, 1.0)  # thin at the edges, deep in the middle
        chest.attenuation -= lung * (0.085 + 0.165 * depth).astype(np.float32)
    trachea = spline(((748, -20), (746, 200), (742, 400), (752, 560)), is_closed=False)
    air = np.zeros_like(chest.attenuation)
    stroke(air, trachea, 54, 1.0)
    stroke(air, spline(((752, 545), (708, 620), (650, 690)), is_closed=False), 36, 1.0)
    stroke(air, spline(((752, 545), (806, 630), (872, 690)), is_closed=False), 32, 1.0)
    chest.attenuation -= 0.085 * blurred(air, 6.0)


def _draw_mediastinum(chest: Chest) -> None:
    outline = heart_outline(chest.patient)
    chest.attenuation += outline * (0.010 + 0.045 * blurred(outline, 70.0))
    rows = np.arange(HEIGHT_PX, dtype=np.float32)[:, None]
    chest_inlet = 1.0 / (1.0 + np.exp(-(rows - 270.0) / 60.0))
    chest.attenuation += (0.050 * chest_inlet * filled(_MEDIASTINUM, softness_px=9.0)).astype(np.float32)
    chest.attenuation += 0.030 * ellipse(868, 545, 40, 58, 0, softness_px=7.0)  # aortic knob
    aorta = np.zeros_like(chest.attenuation)
    stroke(aorta, spline(((868, 560), (862, 760), (836, 1000), (806, 1300)), is_closed=False), 58, 1.0)
    chest.attenuation += 0.022 * blurred(aorta, 5.0)
    for x_px, side in ((630.0, -1.0), (884.0, 1.0)):
        hilum = ellipse(x_px, 745 - 12 * side, 44, 84, 14 * side, softness_px=17.0)
        chest.attenuation += 0.070 * hilum * np.maximum(chest.right_lung, chest.left_lung)


def _draw_vessels(chest: Chest) -> None:
    canvas = np.zeros_like(chest.attenuation)
    for x_px, y_px, side in ((640.0, 735.0, -1.0), (868.0, 715.0, 1.0)):
        for angle in (-1.45, -1.12, -0.80, -0.45, -0.12, 0.20, 0.50, 0.80, 1.10, 1.40):
            jitter = float(chest.generator.normal(0.0, 0.10))
            length = float(chest.generator.uniform(85.0, 125.0))
            width = float(chest.generator.uniform(11.0, 17.0))
            _branch(chest, canvas, (x_px, y_px), angle + jitter, side, length_px=length, width_px=width)
    lungs = np.maximum(chest.right_lung, chest.left_lung)
    fine = texture(chest.generator, coarsest_px=40.0, octaves=5)
    coarse = texture(chest.generator, coarsest_px=150.0, octaves=3)
    vessels = 0.62 * blurred(canvas, 2.0) + 0.38 * blurred(canvas, 5.0)
    mottle = np.float32(0.0075) * fine + np.float32(0.0060) * coarse
    chest.attenuation += lungs * (vessels + mottle)


def _branch(
    chest: Chest,
    canvas: Image,
    start: tuple[float, float],
    angle_rad: float,
    side: float,
    *,
    length_px: float,
    width_px: float,
) -> None:
    """Draw a vessel that tapers and forks until it is too thin to be seen."""
    if width_px < 1.5:
        return
    bend = float(chest.generator.normal(0.0, 0.16))
    end = (
        start[0] + side * length_px * float(np.cos(angle_rad + bend)),
        start[1] + length_px * float(np.sin(angle_rad + bend)),
    )
    middle = (
        (start[0] + end[0]) / 2 - side * bend * length_px * 0.3 * float(np.sin(angle_rad)),
        (start[1] + end[1]) / 2 + bend * length_px * 0.3 * float(np.cos(angle_rad)),
    )
    curve = spline((start, middle, end), is_closed=False, steps=8)
    stroke(canvas, curve, width_px, 0.010 + 0.0046 * width_px)
    spread = 0.30 + 0.12 * float(chest.generator.random())
    for turn, share in ((-spread, 0.66), (spread, 0.72)):
        _branch(
            chest,
            canvas,
            end,
            angle_rad + turn * float(chest.generator.uniform(0.6, 1.25)),
            side,
            length_px=length_px * float(chest.generator.uniform(0.72, 0.92)),
            width_px=width_px * share,
        )


def rib_curves(side: float) -> list[npt.NDArray[np.float64]]:
    """Return the ten visible ribs of one side (-1: the patient's right) from the spine round to the front."""
    curves = []
    for number in range(10):
        y_px = 262.0 + 104.0 * number
        reach = (250.0, 352.0, 424.0, 474.0, 508.0, 532.0, 548.0, 558.0, 560.0, 552.0)[number]
        drop = 30.0 + 15.5 * number
        front = max(0.0, 1.0 - number / 8.5)
        x_px = MIDLINE_PX
        points: Points = (
            (x_px + side * 46, y_px),
            (x_px + side * (46 + 0.30 * reach), y_px - 26),
            (x_px + side * (46 + 0.66 * reach), y_px + 0.22 * drop),
            (x_px + side * (34 + 0.90 * reach), y_px + 0.92 * drop),
            (x_px + side * (22 + 1.00 * reach), y_px + 1.75 * drop + 26),
            (x_px + side * (10 + 0.97 * reach), y_px + 2.15 * drop + 92),
            (x_px + side * (0.84 * reach), y_px + 2.35 * drop + 172 + 30 * front),
            (x_px + side * (0.62 * reach), y_px + 2.35 * drop + 232 + 62 * front),
        )
        curves.append(spline(points if number < 8 else points[:6], is_closed=False))
    return curves


def draw_bones(chest: Chest, *, broken_rib: tuple[float, int, float, float] | None = None) -> None:
    """Add spine, ribs, clavicles and shoulder blades.

    Parameters
    ----------
    broken_rib
        Side, number of the rib, x of the fracture (image px) and the step between its ends (px).
    """
    body = filled(_BODY, softness_px=5.0)
    _draw_spine(chest)
    for side in (-1.0, 1.0):
        for number, curve in enumerate(rib_curves(side)):
            parts = [curve]
            if broken_rib is not None and broken_rib[:2] == (side, number):
                parts = _broken(curve, side, broken_rib[2], broken_rib[3])
            canvas = np.zeros_like(chest.attenuation)
            for part in parts:
                _stroke_rib(canvas, part, len(curve), is_outer=part is not parts[0], is_low=number >= 7)
            chest.attenuation += blurred(canvas, 2.0) * body
    collar: Points = ((694, 350), (640, 352), (560, 344), (460, 306), (360, 262), (250, 246), (150, 268))
    for points in (collar, mirrored(collar)):
        canvas = np.zeros_like(chest.attenuation)
        curve = spline(points, is_closed=False)
        # Thick at the breastbone, thin in the middle, flat at the shoulder.
        along = np.linspace(0.0, 1.0, len(curve))
        thickness = 44.0 + 16.0 * np.exp(-along / 0.10) - 8.0 * np.sin(np.pi * along)
        for share, value in ((1.0, 0.090), (0.66, 0.066)):
            for ends, thick in zip(pairwise(curve), thickness, strict=False):
                stroke(canvas, np.array(ends), share * float(thick), value)
        chest.attenuation += blurred(canvas, 2.6) * body
    blade: Points = (
        (60, 380),
        (190, 372),
        (262, 470),
        (268, 640),
        (232, 820),
        (200, 872),
        (150, 700),
        (80, 520),
    )
    for points in (blade, mirrored(blade)):
        chest.attenuation += 0.034 * filled(points, softness_px=5.0)
        edge = np.zeros_like(chest.attenuation)
        stroke(edge, spline(points, is_closed=True), 10.0, 0.030)
        chest.attenuation += blurred(edge, 4.0)
    for x_px in (22.0, 2 * MIDLINE_PX - 22.0):
        chest.attenuation += 0.075 * ellipse(x_px, 452, 92, 100, 0, softness_px=6.0) * body  # arm bones


def _stroke_rib(
    canvas: Image, part: npt.NDArray[np.float64], whole: int, *, is_outer: bool, is_low: bool
) -> None:
    """Draw a rib as a tube with bright walls, strong behind, fading towards its cartilage in front.

    `part` is the first or (`is_outer`) the last piece of a curve of `whole` points.
    """
    along = np.arange(len(part)) / whole
    if is_outer:
        along = along + 1.0 - len(part) / whole
    strength = np.interp(along, (0.0, 0.45, 0.62, 0.86, 1.0), (1.0, 1.0, 0.8, 0.6, 0.0))
    if is_low:  # below the diaphragm the liver hides it
        strength = strength * np.interp(along, (0.0, 0.7, 1.0), (1.0, 0.7, 0.2))
    for width, value in ((32.0, 0.060), (23.0, 0.037)):
        for ends, strong in zip(pairwise(part), strength, strict=False):
            stroke(canvas, np.array(ends), width, value * float(strong))


def _broken(
    curve: npt.NDArray[np.float64], side: float, x_px: float, step_px: float
) -> list[npt.NDArray[np.float64]]:
    """Return the two ends of a rib that is cut at x on its way out, the far end moved down."""
    behind = curve[: int(len(curve) * 0.72)]
    cut = int(np.argmin(np.abs(behind[:, 0] - x_px)))
    far = curve[cut + 1 :] + np.array([side * 3.0, step_px])
    return [curve[:cut], far]


def _draw_spine(chest: Chest) -> None:
    bodies, pedicles, processes = (np.zeros_like(chest.attenuation) for _ in range(3))
    for number in range(18):
        y_px = 40.0 + 96.0 * number + 0.9 * number**1.4
        width = 52.0 + 1.0 * number
        box: Points = (
            (MIDLINE_PX - width, y_px - 40), (MIDLINE_PX, y_px - 36), (MIDLINE_PX + width, y_px - 40),
            (MIDLINE_PX + width - 7, y_px), (MIDLINE_PX + width, y_px + 40), (MIDLINE_PX, y_px + 37),
            (MIDLINE_PX - width, y_px + 40), (MIDLINE_PX - width + 7, y_px),
        )  # fmt: skip
        cv2.fillPoly(bodies, [fixed_point(spline(box, is_closed=True))], 1.0, cv2.LINE_8, shift=4)
        for side in (-1.0, 1.0):
            dot(pedicles, MIDLINE_PX + side * width * 0.58, y_px - 12, 11, 17)
        dot(processes, MIDLINE_PX, y_px + 26, 9, 28)
    chest.attenuation += 0.036 * blurred(bodies, 3.5) + 0.022 * (
        blurred(pedicles, 3.0) + blurred(processes, 4.0)
    )


def finished(chest: Chest) -> npt.NDArray[np.uint16]:
    """Return the radiograph: scatter, tone curve, noise, collimation and marker on 12 bits."""
    total = 0.86 * chest.attenuation + 0.14 * blurred(chest.attenuation, 60.0)
    total += 0.010 * texture(chest.generator, coarsest_px=420.0, octaves=2) * (total > 0.1)
    # The tone curve of a processing workstation: lungs in the middle greys, air black, bone not burnt out.
    tone = 1.0 / (1.0 + np.exp(-(total - 0.36) * 7.4))
    lowest, highest = 1.0 / (1.0 + np.exp(0.36 * 7.4)), 0.985
    grey = np.clip((tone - lowest) / (highest - lowest), 0.0, 1.0)
    grain = cv2.GaussianBlur(chest.generator.standard_normal(grey.shape).astype(np.float32), (0, 0), 0.8)
    grey = grey + chest.patient.noise * np.asarray(grain) * (1.25 - 0.5 * grey) * 1.6
    values: npt.NDArray[Any] = np.clip(grey, 0.0, 1.0) * 3950.0 + 60.0
    _collimate_and_mark(values)
    stored: npt.NDArray[np.uint16] = np.rint(np.clip(values, 0, 4095)).astype(np.uint16)
    return stored


def _collimate_and_mark(values: npt.NDArray[Any]) -> None:
    edge = 26
    shutter = np.zeros(values.shape, np.float32)
    shutter[edge + 6 : -edge, edge : -edge - 8] = 1.0
    shutter = np.asarray(cv2.GaussianBlur(shutter, (0, 0), 1.6))
    values *= shutter
    values += 30.0 * (1.0 - shutter)
    marker = np.zeros(values.shape, np.float32)
    # Strokes, not a font: fonts differ between versions of OpenCV, phantoms must not.
    for points in (
        ((96, 200), (96, 160), (96, 116)),
        ((96, 116), (128, 117), (146, 128), (147, 146), (130, 157), (96, 158)),
        ((118, 158), (134, 178), (152, 200)),
    ):
        stroke(marker, spline(points, is_closed=False), 11.0, 1.0)
    marker = np.asarray(cv2.GaussianBlur(marker, (0, 0), 1.3))
    values += (4060.0 - values) * marker
