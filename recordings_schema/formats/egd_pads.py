"""The display of EGD: 1920 x 1080 with the image between four pads, and its way from gaze to image px."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import Placement, Screen

SCREEN_WIDTH_PX: Final = 1920
SCREEN_HEIGHT_PX: Final = 1080
_CANVAS_HEIGHT_PX: Final = 1024  # of the canvas the published pads were made for


@dataclass(frozen=True, slots=True, kw_only=True)
class Pads:
    """What lies around the image on the display, px of that display."""

    top: int
    bottom: int
    left: int
    right: int


def pads_of(placement: Placement, image_width_px: int, image_height_px: int, screen: Screen) -> Pads | None:
    """Return the pads of an image on the display of EGD; None where it is not shown whole."""
    src, dst = placement.src_image_px, placement.dst_screen_px
    is_whole = (
        abs(src.x) < 0.5
        and abs(src.y) < 0.5
        and abs(src.w - image_width_px) < 1
        and abs(src.h - image_height_px) < 1
    )
    if not is_whole:
        return None
    x_scale, y_scale = SCREEN_WIDTH_PX / screen.width_px, SCREEN_HEIGHT_PX / screen.height_px
    return Pads(
        top=round(dst.y * y_scale),
        bottom=round(SCREEN_HEIGHT_PX - dst.bottom * y_scale),
        left=round(dst.x * x_scale),
        right=round(SCREEN_WIDTH_PX - dst.right * x_scale),
    )


def canvas_pads(image_width_px: int, image_height_px: int) -> Pads:
    """Return the pads that the published sheet has for an image of that size, fitted into 1920 x 1024."""
    ratio = _CANVAS_HEIGHT_PX / max(image_width_px, image_height_px)
    width, height = int(image_width_px * ratio), int(image_height_px * ratio)
    beside, above = SCREEN_WIDTH_PX - width, _CANVAS_HEIGHT_PX - height
    return Pads(top=above // 2, bottom=above - above // 2, left=beside // 2, right=beside - beside // 2)


def original_px(
    x_norm: npt.ArrayLike, y_norm: npt.ArrayLike, pads: Pads, image_width_px: int, image_height_px: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return X_ORIGINAL and Y_ORIGINAL by the published formula: truncated, -1 scaled where outside.

    An odd side counts as one px longer, as the published code pads it. NaN counts as outside.
    """
    x_px = np.asarray(x_norm, np.float64) * SCREEN_WIDTH_PX
    y_px = np.asarray(y_norm, np.float64) * SCREEN_HEIGHT_PX
    is_inside = (
        (x_px > pads.left)
        & (x_px < SCREEN_WIDTH_PX - pads.right)
        & (y_px > pads.top)
        & (y_px < SCREEN_HEIGHT_PX - pads.bottom)
    )
    x = np.where(is_inside, x_px - pads.left, -1.0)
    y = np.where(is_inside, y_px - pads.top, -1.0)
    width, height = image_width_px + image_width_px % 2, image_height_px + image_height_px % 2
    x_scale = width / (SCREEN_WIDTH_PX - pads.left - pads.right)
    y_scale = height / (SCREEN_HEIGHT_PX - pads.top - pads.bottom)
    return np.trunc(x_scale * x).astype(np.int64), np.trunc(y_scale * y).astype(np.int64)


def fitting_side(
    screen_px: npt.ArrayLike, original_px_of_it: npt.ArrayLike, pad_px: int, shown_px: int
) -> int:
    """Return the even side of an image, px, at which positions come out as they were published; -1: none.

    Parameters
    ----------
    screen_px
        Gaze on the display of EGD along one axis, shape (n,); NaN where there is none.
    original_px_of_it
        X_ORIGINAL or Y_ORIGINAL of the same rows.
    pad_px
        Left or top pad.
    shown_px
        Extent of the image on the display.
    """
    share = (np.asarray(screen_px, np.float64) - pad_px) / shown_px
    whole = np.asarray(original_px_of_it, np.float64)
    is_inside = np.isfinite(share) & np.isfinite(whole) & (share > 0) & (share < 1) & (whole > 0)
    if not is_inside.any():
        return -1
    least = float((whole[is_inside] / share[is_inside]).max())
    most = float(((whole[is_inside] + 1) / share[is_inside]).min())
    middle = 2 * round((least + most) / 4)
    for side in (middle, middle - 2, middle + 2):
        if least - 1e-6 <= side < most + 1e-6 and side > 0:
            return side
    return -1
