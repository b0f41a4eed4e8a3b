"""What was on the reader's screen at a moment, and where image points lie in the picture drawn now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.presentation import ShownImage
from capture_app.session.replay.options import ViewMode
from capture_app.session.replay.pictures import ReplayPictures
from capture_app.session.replay.source import ReplaySource
from capture_app.session.replay.tables import ReplayCase
from capture_app.session.states import PaneState
from capture_app.session.viewport import GreyRange, Layout, PaneView
from gaze_core.geometry import Placement
from gaze_core.mapping import map_to_image, placement_of, rows_in_force
from gaze_core.rows import Rows
from recordings_schema.layout import DatasetKey
from recordings_schema.stimuli import Window

_PLAIN: Final = GreyRange(low=0.0, high=255.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPane:
    """One image as it is drawn: where, and in which window."""

    pane: int
    image_id: int
    width_px: int  # of the whole image
    height_px: int
    placement: Placement
    window: Window | None  # None: as the image begins


class ReplayLayout:
    """Panes by time. One thread."""

    def __init__(self, source: ReplaySource) -> None:
        self._source = source
        self._viewport = source.tables.rows[DatasetKey.VIEWPORT]
        self._times: npt.NDArray[np.int64] = self._viewport["t_presented_host_ns"]
        self._sizes = {
            int(row["image_id"]): (max(int(row["width_px"]), 1), max(int(row["height_px"]), 1), _aspect(row))
            for row in source.tables.rows[DatasetKey.IMAGES]
        }
        self._place = -2
        self._in_force: Rows = self._viewport[:0]

    def in_force(self, t_ns: int) -> Rows:
        """Return the VIEWPORT rows in force at a time, by pane; panes without an image are left out."""
        place = int(np.searchsorted(self._times, t_ns, side="right")) - 1
        if place != self._place:
            rows = self._viewport[: place + 1]
            found = rows_in_force(rows, t_ns)
            self._place = place
            self._in_force = rows[[found[pane] for pane in sorted(found)]]
        return self._in_force

    def between(self, first_ns: int, end_ns: int) -> Rows:
        """Return the rows that decide where gaze of a stretch lies: those in force, and those that follow."""
        first = int(np.searchsorted(self._times, first_ns, side="right"))
        end = int(np.searchsorted(self._times, end_ns, side="right"))
        before = self._viewport[:first]
        last = [np.flatnonzero(before["pane"] == pane)[-1] for pane in np.unique(before["pane"])]
        chosen: Rows = self._viewport[[*sorted(last), *range(first, end)]]
        return chosen

    def panes(self, t_ns: int, mode: ViewMode, case: ReplayCase | None) -> tuple[ShownPane, ...]:
        """Return what is to be drawn at a time."""
        if mode is ViewMode.WHOLE_IMAGE and case is not None:
            return self._whole(case, self.in_force(t_ns))
        return tuple(
            ShownPane(
                pane=int(row["pane"]), image_id=int(row["image_id"]),
                width_px=self._size(int(row["image_id"]))[0], height_px=self._size(int(row["image_id"]))[1],
                placement=placement_of(row),
                window=Window(centre=float(row["window_centre"]), width=float(row["window_width"])),
            )
            for row in self.in_force(t_ns)
        )  # fmt: skip

    def placed(
        self,
        x_norm: npt.NDArray[np.float64],
        y_norm: npt.NDArray[np.float64],
        t_host_ns: npt.NDArray[np.int64],
        panes: tuple[ShownPane, ...],
        mode: ViewMode,
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return where gaze lies in the picture, as fractions of it.

        On the whole image each sample lies where it was on the image, whatever the zoom was; gaze while no
        image was shown is NaN.
        """
        if mode is ViewMode.AS_READ or not len(t_host_ns):
            return x_norm, y_norm
        viewport = self.between(int(t_host_ns.min()), int(t_host_ns.max()))
        screen = self._source.geometry.screen
        mapped = map_to_image(x_norm, y_norm, t_host_ns, viewport, screen)
        is_mapped = mapped["viewport_row"] >= 0
        images = np.full(len(mapped), -1)
        images[is_mapped] = viewport["image_id"][mapped["viewport_row"][is_mapped]]
        placed_x, placed_y = np.full(len(x_norm), np.nan), np.full(len(x_norm), np.nan)
        for pane in panes:
            own = images == pane.image_id
            x_px, y_px = pane.placement.image_to_screen(mapped["x_image_px"][own], mapped["y_image_px"][own])
            placed_x[own], placed_y[own] = screen.screen_px_to_norm(x_px, y_px)
        return placed_x, placed_y

    def _whole(self, case: ReplayCase, in_force: Rows) -> tuple[ShownPane, ...]:
        screen = self._source.geometry.screen
        ids = tuple(dict.fromkeys(each for each in case.image_ids if each in self._sizes))
        ids = ids or tuple(dict.fromkeys(int(row["image_id"]) for row in in_force))
        size_px = (float(screen.width_px), float(screen.height_px))
        areas = Layout.for_count(max(len(ids), 1)).areas(*size_px, 1.0)
        windows = {
            int(row["image_id"]): Window(centre=float(row["window_centre"]), width=float(row["window_width"]))
            for row in in_force
        }
        panes = []
        for number, (image_id, area) in enumerate(zip(ids, areas, strict=False)):
            width, height, aspect = self._size(image_id)
            view = PaneView.fitted(
                image_width_px=width,
                image_height_px=height,
                area_screen_px=area,
                grey_range=_PLAIN,
                start_window=Window(centre=128.0, width=256.0),
                pixel_aspect=aspect,
            )
            panes.append(
                ShownPane(
                    pane=number,
                    image_id=image_id,
                    width_px=width,
                    height_px=height,
                    placement=view.placement,
                    window=windows.get(image_id),
                )
            )
        return tuple(panes)

    def _size(self, image_id: int) -> tuple[int, int, float]:
        return self._sizes.get(image_id, (1, 1, 1.0))


def drawn_panes(
    panes: tuple[ShownPane, ...], pictures: ReplayPictures
) -> tuple[tuple[PaneState, ...], tuple[ShownPane, ...], tuple[str, ...], bool]:
    """Return the drawn images, the panes without one, the sentences why, and whether some still load."""
    drawn, empty, problems, is_waiting = [], [], [], False
    for pane in panes:
        image = pictures.take(pane.image_id)
        if isinstance(image, ShownImage):
            drawn.append(_drawn(pane, image))
            continue
        empty.append(pane)
        if image is None:
            is_waiting = True
        else:
            problems.append(image)
    return tuple(drawn), tuple(empty), tuple(dict.fromkeys(problems)), is_waiting


def _drawn(pane: ShownPane, image: ShownImage) -> PaneState:
    start = image.stimulus.start_window
    window = start
    if pane.window is not None:
        window = replace(pane.window, function=start.function)
        if not window.is_usable:
            window = start
    picture = image.picture.draw(window, pane.placement)
    return PaneState(
        pane=pane.pane,
        image_id=pane.image_id,
        image_width_px=image.stimulus.width_px,
        image_height_px=image.stimulus.height_px,
        grey=picture.grey,
        grey_screen_px=picture.screen_px,
        grey_version=picture.version,
        placement=pane.placement,
    )


def _aspect(row: np.void) -> float:
    aspect = float(row["spacing_y_mm"]) / float(row["spacing_x_mm"]) if row["spacing_x_mm"] else float("nan")
    return aspect if np.isfinite(aspect) and aspect > 0 else 1.0
