"""Several readings of one image at the same time since it was shown: one frame of each."""

from __future__ import annotations

import numpy as np

from capture_app.session.compare.readings import SharedImage
from capture_app.session.replay import (
    FrameMaker,
    ReplayFrame,
    ReplayHeatmaps,
    ReplayOptions,
    ReplayPictures,
    ReplaySource,
)


class SidePlayer:
    """Makes the frames of all readings. One thread; nothing here waits.

    Parameters
    ----------
    sources
        All recordings, open; whoever opened them closes them, after this.
    """

    def __init__(self, sources: tuple[ReplaySource, ...]) -> None:
        self.sources = sources
        self._pictures = {id(source): ReplayPictures(source.images) for source in sources}
        self._heatmaps: dict[int, ReplayHeatmaps] = {}
        self._makers: list[FrameMaker] = []
        self.image: SharedImage | None = None

    def show(self, image: SharedImage) -> None:
        """Take another image."""
        self._close_heatmaps()
        self.image = image
        self._makers = []
        for number, reading in enumerate(image.readings):
            # One reader may have read it twice: each reading has a map of its own.
            self._heatmaps[number] = ReplayHeatmaps(reading.source)
            pictures = self._pictures[id(reading.source)]
            self._makers.append(FrameMaker(reading.source, pictures, self._heatmaps[number]))

    def frames(self, t_ns: int, options: ReplayOptions) -> tuple[ReplayFrame, ...]:
        """Return the frame of each reading so long after its image was shown; its last one after its end."""
        if self.image is None:
            return ()
        return tuple(
            maker.frame(min(reading.onset_ns + t_ns, reading.end_ns - 1), options)
            for maker, reading in zip(self._makers, self.image.readings, strict=True)
        )

    def fixation_onsets_ns(self) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
        """Return when each reader's fixations began, ns since the image was shown."""
        if self.image is None:
            return ()
        return tuple(
            np.asarray(reading.fixations()["onset_host_ns"], np.int64) - reading.onset_ns
            for reading in self.image.readings
        )

    def wait(self) -> None:
        """Wait for images and maps that are on their way."""
        for pictures in self._pictures.values():
            pictures.wait()
        for heatmaps in self._heatmaps.values():
            heatmaps.wait()

    def close(self) -> None:
        """Let go of the threads; idempotent."""
        self._close_heatmaps()
        for pictures in self._pictures.values():
            pictures.close()

    def _close_heatmaps(self) -> None:
        for heatmaps in self._heatmaps.values():
            heatmaps.close()
        self._heatmaps.clear()
