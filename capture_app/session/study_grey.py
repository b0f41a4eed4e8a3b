"""The mean grey of a study's images as they are first shown, computed in the background.

Targets on such a grey leave the pupil as wide as the images will: a pupil of another size moves the gaze that
is measured. Of many images a sample is taken, evenly over the case list.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from capture_app.session.study import OpenedStudy
from recordings_schema.stimuli import Stimulus, StimulusError, StimulusRenderer, load_image, mean_luminance

MOST_IMAGES: Final = 20
_LONGER_SIDE_PX: Final = 256.0  # of the picture that is averaged; the mean hardly depends on it
_log = logging.getLogger(__name__)

_known: dict[tuple[tuple[str, int, int], ...], int] = {}  # by the files: names, sizes, times of change
_known_lock: Final = threading.Lock()


class StudyGrey:
    """Computes one study's grey in a thread of its own; `value` never waits.

    Parameters
    ----------
    opened
        The study; its images are read from the disk.
    """

    def __init__(self, opened: OpenedStudy) -> None:
        self._paths = sampled_images(path for case in opened.cases for path in case.images)
        self._value: int | None = None
        self._is_given_up = threading.Event()
        # A daemon: a decoder that hangs on a damaged file must not keep the process from ending.
        self._thread = threading.Thread(target=self._compute, name="grey of the study", daemon=True)
        self._thread.start()

    @property
    def value(self) -> int | None:
        """0 black to 255 white; None while it is not known, or where no image can be read."""
        return self._value

    def wait(self, timeout_s: float) -> int | None:
        """Return the value once it is known, waiting at most so long."""
        self._thread.join(timeout_s)
        return self._value

    def close(self) -> None:
        """Give up; idempotent."""
        self._is_given_up.set()

    def _compute(self) -> None:
        key = _key_of(self._paths)
        with _known_lock:
            known = _known.get(key)
        if known is None:
            greys = []
            for path in self._paths:
                if self._is_given_up.is_set():
                    return
                greys += _grey_of(path)
            if not greys:
                return
            known = round(float(np.mean(greys)))
            with _known_lock:
                _known[key] = known
        self._value = known


def sampled_images(paths: Iterable[Path], most: int = MOST_IMAGES) -> tuple[Path, ...]:
    """Return at most so many different files, evenly over their order."""
    different = tuple(dict.fromkeys(paths))
    if len(different) <= most:
        return different
    return tuple(different[int(index)] for index in np.linspace(0, len(different) - 1, most).round())


def mean_grey(stimulus: Stimulus) -> float:
    """Return the mean grey (0..255) of an image in its starting window."""
    width, height = float(stimulus.width_px), float(stimulus.height_px)
    scale = min(1.0, _LONGER_SIDE_PX / max(width, height))
    shown = (max(1.0, round(width * scale)), max(1.0, round(height * scale)))
    grey, _, _ = StimulusRenderer(stimulus).render(
        stimulus.start_window,
        src_image_px=(0.0, 0.0, width, height),
        dst_screen_px=(0.0, 0.0, *shown),
    )
    return 255.0 * mean_luminance(grey)


def _grey_of(path: Path) -> list[float]:
    try:
        return [mean_grey(load_image(path))]
    except (StimulusError, MemoryError) as err:
        _log.warning("The grey of the study is computed without an image: %s", err)
    except Exception:  # noqa: BLE001  # the top of the thread: the study's own grey stands in for this one
        _log.exception("An image could not be read for the grey of the study")
    return []


def _key_of(paths: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    key = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue  # it will not be read either
        key.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(key)
