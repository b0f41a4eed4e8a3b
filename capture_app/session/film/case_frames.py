"""Whole frames of one recording at any time: images and maps are waited for."""

from __future__ import annotations

from typing import Final

from capture_app.session.film.outward import OutwardFrames
from capture_app.session.film.sizes import FilmError
from capture_app.session.film.terms import PictureTerms
from capture_app.session.replay import (
    FrameMaker,
    HeatmapSpan,
    ReplayFrame,
    ReplayHeatmaps,
    ReplayOptions,
    ReplayPictures,
    ReplaySource,
)

_MOST_LOOKS: Final = 50  # an image and a map need two or three


class CaseFrames:
    """Frames as films and pictures need them. One thread; a context manager.

    Parameters
    ----------
    source
        Open; whoever opened it closes it, after this.
    terms
        Whether its images may be shown.
    pictures
        Images that are there already, as in a window that shows them; None: of its own.
    """

    def __init__(
        self, source: ReplaySource, terms: PictureTerms, pictures: ReplayPictures | None = None
    ) -> None:
        self.source = source
        self._is_shared = pictures is not None
        self._pictures = pictures if pictures is not None else ReplayPictures(source.images)
        self._heatmaps = ReplayHeatmaps(source)
        self._maker = FrameMaker(source, self._pictures, self._heatmaps)
        self._outward = OutwardFrames(has_images=terms.has_images)

    def __enter__(self) -> CaseFrames:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the threads; idempotent."""
        self._heatmaps.close()
        if not self._is_shared:
            self._pictures.close()

    def prepare(self, options: ReplayOptions) -> None:
        """Read what frames are made of: all samples, where a map or events to be found need them."""
        source = self.source
        if not source.is_loaded and (options.heatmap is not HeatmapSpan.OFF or not len(source.events.rows)):
            source.load()

    def frame(self, t_ns: int, options: ReplayOptions) -> ReplayFrame:
        """Return what is to be seen at a time, with nothing left to wait for.

        Raises
        ------
        FilmError
            If an image or a map does not come.
        """
        for _ in range(_MOST_LOOKS):
            frame = self._maker.frame(t_ns, options)
            if not frame.is_waiting:
                return self._outward.cleaned(frame)
            self._pictures.wait()
            self._heatmaps.wait()
        raise FilmError(
            f"The picture at {self.source.seconds(t_ns):.1f} s of {self.source.path.name} could not be made. "
            "Leave out the heatmap, or check the recording with `reading-station validate`."
        )
