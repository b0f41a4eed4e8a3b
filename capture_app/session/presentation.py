"""What the reader's screen shows, and the VIEWPORT rows that follow when it really was shown.

Every change raises the revision. The window reports which revision reached the screen and when; only then
do rows come out, each with the time it was asked for and the time it was presented. A change that was
replaced before any frame showed it becomes a row without a presented time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from capture_app.session.pane_changes import Change, row_of
from capture_app.session.picture import Picture
from capture_app.session.states import DotState, PaneState, ReaderState
from capture_app.session.viewport import (
    GreyRange,
    Layout,
    PanePlacement,
    PaneView,
    Room,
    ViewerControls,
    pane_at,
)
from drivers.contract import Scene, ScenePane
from gaze_core.geometry import Rect, Screen
from gaze_core.rows import NO_TIME, VIEWPORT, Rows
from recordings_schema.stimuli import Stimulus

MAX_PENDING: Final = 4096
_ALL_CAUSES: Final = frozenset(("zoom", "pan", "window"))
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownImage:
    """An image ready to be put into a pane."""

    image_id: int
    stimulus: Stimulus
    picture: Picture
    places_image_px: tuple[tuple[float, float, float], ...] = ()  # x, y, weight: for a simulated eye


class Presentation:
    """The panes on the reader's screen."""

    def __init__(self, screen: Screen, controls: ViewerControls, background_grey: int) -> None:
        self._screen = screen
        self._controls = controls
        self._background_grey = background_grey
        self._images: tuple[ShownImage, ...] = ()
        self._views: list[PaneView] = []
        self._trial = -1
        self._room = Room()
        self._allowed = _ALL_CAUSES
        self._pending: list[Change] = []
        self._in_force: dict[int, Rows] = {}
        self._dragged_pane: int | None = None
        self._pointed_pane = 0  # what keys without a pointer mean
        self._patch_state = False
        self._patch_revision = 0  # that asked for this state of the patch
        self._presented_patch_state = False
        self._is_patch_on = False
        self._is_pending_cut = False
        self._targets_grey: int | None = None  # background while targets are shown
        self._state = ReaderState(revision=0, background_grey=background_grey)

    @property
    def state(self) -> ReaderState:
        """What the reader's window is to paint."""
        return self._state

    @property
    def images(self) -> tuple[ShownImage, ...]:
        """The images in the panes."""
        return self._images

    @property
    def _grey(self) -> int:
        """The background now, 0..255."""
        return self._background_grey if self._targets_grey is None else self._targets_grey

    @property
    def rows_in_force(self) -> Rows:
        """The last presented VIEWPORT row of each pane, for a recording that begins: of no trial yet."""
        if not self._in_force:
            return VIEWPORT.empty(0)
        rows = np.concatenate(list(self._in_force.values()))
        rows["trial"] = -1  # that of an earlier recording is none of this one
        return rows

    def placement_of(self, image_id: int) -> PanePlacement | None:
        """Return how an image lies on the screen now, None where it is not shown."""
        for image, view in zip(self._images, self._views, strict=True):
            if image.image_id == image_id:
                return view.placement
        return None

    def configure(
        self,
        screen: Screen,
        controls: ViewerControls,
        background_grey: int,
        t_asked_host_ns: int,
        *,
        has_patch: bool,
    ) -> None:
        """Take another screen, other controls, grey or patch; what is shown stays shown."""
        is_same = (screen, controls, background_grey, has_patch) == (
            self._screen,
            self._controls,
            self._background_grey,
            self._is_patch_on,
        )
        if is_same:
            return
        self._screen, self._controls, self._background_grey = screen, controls, background_grey
        self._is_patch_on = has_patch
        areas = self._areas(len(self._views))
        self._views = [
            replace(view.in_area(area), controls=controls)
            for view, area in zip(self._views, areas, strict=False)
        ]
        self._changed(range(len(self._views)), "layout", t_asked_host_ns)

    def show(
        self,
        images: Sequence[ShownImage],
        trial: int,
        t_asked_host_ns: int,
        *,
        progress: str = "",
        room: Room | None = None,
    ) -> None:
        """Put images into panes, fitted, in their starting windows; `room` is left free at the edges."""
        before = len(self._views)
        self._room = room if room is not None else Room()
        areas = self._areas(len(images))
        self._images = tuple(images)
        self._views = [
            PaneView.fitted(
                image_width_px=image.stimulus.width_px,
                image_height_px=image.stimulus.height_px,
                area_screen_px=area,
                grey_range=GreyRange(low=image.stimulus.low_value, high=image.stimulus.high_value),
                start_window=image.stimulus.start_window,
                pixel_aspect=image.stimulus.pixel_aspect,
                controls=self._controls,
            )
            for image, area in zip(images, areas, strict=False)
        ]
        self._trial = trial
        # Against what was last seen: of two images asked for, only one may reach the screen.
        self._patch_state = not self._presented_patch_state
        self._patch_revision = self._state.revision + 1
        self._state = replace(self._state, progress=progress, message="")
        self._changed(range(len(self._views)), "show", t_asked_host_ns)
        self._emptied(range(len(self._views), before), t_asked_host_ns)

    def clear(self, trial: int, t_asked_host_ns: int, *, message: str = "") -> None:
        """Show nothing but the background and, where given, one sentence."""
        before = len(self._views)
        self._images, self._views = (), []
        self._trial = trial
        self._state = replace(self._state, progress="", message=message)
        self._changed((), "clear", t_asked_host_ns)
        self._emptied(range(before), t_asked_host_ns)

    def show_targets(self, *, is_on: bool, grey: int | None = None) -> None:
        """Let the screen belong to a calibration, which shows nothing but its dot, or give it back.

        `grey` (0..255) is the background meanwhile; None: that of the images.
        """
        self._targets_grey = grey if is_on else None
        state = replace(self._state, has_targets=is_on, dot=None, message="", progress="")
        self._redraw(replace(state, background_grey=self._grey))

    def show_dot(self, dot: DotState | None, *, is_onset: bool) -> int:
        """Show the dot of a calibration, or none; return the revision that has it.

        `is_onset`: it stands at another target than before, and the corner patch changes with it.
        """
        if is_onset:
            self._patch_state = not self._presented_patch_state
            self._patch_revision = self._state.revision + 1
        if dot != self._state.dot or is_onset:
            self._redraw(replace(self._state, dot=dot))
        return self._state.revision

    def allow(self, *, zoom: bool, window: bool) -> None:
        """Say what the reader may do to the images from here on: zoom and pan, change the window."""
        self._allowed = frozenset(cause for cause in _ALL_CAUSES if (window if cause == "window" else zoom))

    def zoom(
        self, x_screen_px: float, y_screen_px: float, notches: float, pane: int | None, t_asked_host_ns: int
    ) -> None:
        """Zoom one pane about a point of the screen."""
        chosen = self._pane(pane, x_screen_px, y_screen_px)
        if chosen is not None:
            view = self._views[chosen].zoom_about(x_screen_px, y_screen_px, notches)
            self._replace_view(chosen, view, "zoom", t_asked_host_ns)

    def pan(self, dx_screen_px: float, dy_screen_px: float, pane: int | None, t_asked_host_ns: int) -> None:
        """Move one image by physical px."""
        chosen = self._pane(pane)
        if chosen is not None:
            view = self._views[chosen].pan(dx_screen_px, dy_screen_px)
            self._replace_view(chosen, view, "pan", t_asked_host_ns)

    def window_level(
        self, dx_logical_px: float, dy_logical_px: float, pane: int | None, t_asked_host_ns: int
    ) -> None:
        """Change window and level of one pane by a drag in logical px."""
        chosen = self._pane(pane)
        if chosen is not None:
            view = self._views[chosen].drag_window(dx_logical_px, dy_logical_px)
            self._replace_view(chosen, view, "window", t_asked_host_ns)

    def drag_started(self, x_screen_px: float, y_screen_px: float) -> None:
        """Hold on to the pane under the point until `drag_ended`."""
        self._dragged_pane = self._pane(None, x_screen_px, y_screen_px)

    def drag_ended(self) -> None:
        """Let go of the pane."""
        self._dragged_pane = None

    def fit(self, t_asked_host_ns: int) -> None:
        """Fit all images; windows stay."""
        self._views = [view.fit() for view in self._views]
        self._changed(range(len(self._views)), "fit", t_asked_host_ns)

    def reset(self, t_asked_host_ns: int) -> None:
        """Fit all images and take their starting windows."""
        self._views = [view.reset() for view in self._views]
        self._changed(range(len(self._views)), "reset", t_asked_host_ns)

    def presented(self, revision: int, t_host_ns: int, frame: int, frames_late: int) -> Rows:
        """Return the VIEWPORT rows of every change up to `revision`, now that a frame showed it."""
        due = [change for change in self._pending if change.revision <= revision]
        self._pending = [change for change in self._pending if change.revision > revision]
        last = {change.pane: change.revision for change in due}
        if revision >= self._patch_revision:
            self._presented_patch_state = self._patch_state
        rows = []
        shown = {(change.pane, change.image_id) for change in due if change.cause == "show"}
        for change in due:
            is_shown = change.revision == last[change.pane]
            if is_shown and (change.pane, change.image_id) in shown:
                # Zoomed or moved before its first frame: this is the frame that shows the image.
                change = replace(change, cause="show")
            row = row_of(change, t_host_ns if is_shown else NO_TIME, frame, frames_late)
            if is_shown:
                self._in_force[change.pane] = row
            rows.append(row)
        return np.concatenate(rows) if rows else VIEWPORT.empty(0)

    def luminance(self) -> float:
        """Return the mean grey (0..1) of the whole reader's screen as it is asked to look now."""
        total_px = float(self._screen.width_px * self._screen.height_px)
        background = self._grey / 255.0
        bright = background * total_px
        for image, view in zip(self._images, self._views, strict=True):
            dst = view.placement.dst_screen_px
            mean = image.picture.draw(view.window, view.placement).luminance
            bright += (mean - background) * dst.w * dst.h
        return bright / total_px

    def scene(self, t_host_ns: int) -> Scene:
        """Return what a simulated eye is to be told of the screen."""
        width, height = float(self._screen.width_px), float(self._screen.height_px)
        panes = []
        for image, view in zip(self._images, self._views, strict=True):
            src, dst = view.placement.src_image_px, view.placement.dst_screen_px
            panes.append(
                ScenePane(
                    image_id=image.image_id,
                    src_image_px=(src.x, src.y, src.w, src.h),
                    dst_norm=(dst.x / width, dst.y / height, dst.w / width, dst.h / height),
                    places_image_px=image.places_image_px,
                    luminance=image.picture.draw(view.window, view.placement).luminance,
                )
            )
        return Scene(t_host_ns=t_host_ns, panes=tuple(panes), luminance=self.luminance())

    def _areas(self, count: int) -> tuple[Rect, ...]:
        ratio = self._screen.device_pixel_ratio
        width, height = self._screen.width_px / ratio, self._screen.height_px / ratio
        return Layout.for_count(max(count, 1)).areas(width, height, ratio, self._room)

    def _pane(self, pane: int | None, x_px: float | None = None, y_px: float | None = None) -> int | None:
        """Return the pane meant: named, else dragged, else under the point, else pointed at last."""
        if not self._views:
            return None
        chosen = pane if pane is not None else self._dragged_pane
        if chosen is None and x_px is not None and y_px is not None:
            chosen = pane_at(tuple(view.area_screen_px for view in self._views), x_px, y_px)
            self._pointed_pane = chosen if chosen is not None else self._pointed_pane
        elif chosen is None:
            chosen = self._pointed_pane if self._pointed_pane < len(self._views) else 0
        return chosen if chosen is not None and 0 <= chosen < len(self._views) else None

    def _replace_view(self, pane: int, view: PaneView, cause: str, t_asked_host_ns: int) -> None:
        if view != self._views[pane] and cause in self._allowed:
            self._views[pane] = view
            self._changed((pane,), cause, t_asked_host_ns)

    def _changed(self, panes: Sequence[int], cause: str, t_asked_host_ns: int) -> None:
        revision = self._state.revision + 1
        luminance = self.luminance()
        for pane in panes:
            view = self._views[pane]
            self._remember(
                Change(
                    revision=revision,
                    pane=pane,
                    t_asked_host_ns=t_asked_host_ns,
                    cause=cause,
                    trial=self._trial,
                    image_id=self._images[pane].image_id,
                    placement=view.placement,
                    window=view.window,
                    luminance_mean=luminance,
                )
            )
        shown = tuple(
            self._pane_state(pane, image, view)
            for pane, (image, view) in enumerate(zip(self._images, self._views, strict=True))
        )
        self._redraw(replace(self._state, panes=shown, background_grey=self._grey))

    def _redraw(self, state: ReaderState) -> None:
        patch = self._patch_state if self._is_patch_on else None
        self._state = replace(state, revision=self._state.revision + 1, patch=patch)

    def _emptied(self, panes: Sequence[int], t_asked_host_ns: int) -> None:
        luminance = self.luminance()
        for pane in panes:
            self._remember(
                Change(
                    revision=self._state.revision,
                    pane=pane,
                    t_asked_host_ns=t_asked_host_ns,
                    cause="clear",
                    trial=self._trial,
                    image_id=-1,
                    placement=None,
                    window=None,
                    luminance_mean=luminance,
                )
            )

    def _remember(self, change: Change) -> None:
        # A window that never paints (hidden by the system) must not let the list grow without end.
        if len(self._pending) >= MAX_PENDING:
            if not self._is_pending_cut:
                _log.warning(
                    "The reader's window paints nothing; only the last %d changes are kept", MAX_PENDING
                )
            self._is_pending_cut = True
            del self._pending[0]
        self._pending.append(change)

    def _pane_state(self, pane: int, image: ShownImage, view: PaneView) -> PaneState:
        drawn = image.picture.draw(view.window, view.placement)
        return PaneState(
            pane=pane,
            image_id=image.image_id,
            image_width_px=image.stimulus.width_px,
            image_height_px=image.stimulus.height_px,
            grey=drawn.grey,
            grey_screen_px=drawn.screen_px,
            grey_version=drawn.version,
            placement=view.placement,
        )
