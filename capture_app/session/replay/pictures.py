"""The images of a replay: found and decoded by a thread, the next case ahead."""

from __future__ import annotations

import logging
from collections import OrderedDict
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from capture_app.session.picture import Picture
from capture_app.session.presentation import ShownImage
from capture_app.session.replay.image_search import ImageSearch

_KEPT: Final = 6
_log = logging.getLogger(__name__)


class ReplayPictures:
    """Images by their number in the recording; nothing here waits."""

    def __init__(self, search: ImageSearch) -> None:
        self._search = search
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="replay-images")
        self._loading: OrderedDict[int, Future[ShownImage | str]] = OrderedDict()
        self.version = 0  # changes when everything is looked for again

    def ask(self, image_id: int) -> None:
        """Begin to load an image, unless it is there or on its way."""
        if image_id in self._loading:
            self._loading.move_to_end(image_id)
            return
        self._loading[image_id] = self._pool.submit(self._load, image_id)
        while len(self._loading) > _KEPT:
            _, oldest = self._loading.popitem(last=False)
            oldest.cancel()

    def take(self, image_id: int) -> ShownImage | str | None:
        """Return an image, or the sentence why there is none; None while it is loaded."""
        self.ask(image_id)
        future = self._loading[image_id]
        return future.result() if future.done() and not future.cancelled() else None

    def wait(self) -> None:
        """Wait for the images that are on their way: for pictures and films, which are made in no hurry."""
        futures.wait(self._loading.values())

    def look_in(self, folder: Path) -> None:
        """Look for all images again, in this folder first."""
        self._search.add_folder(folder)
        for future in self._loading.values():
            future.cancel()
        self._loading.clear()
        self.version += 1

    def close(self) -> None:
        """Stop loading; waits for what is on its way, as it may read the recording."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._loading.clear()

    def _load(self, image_id: int) -> ShownImage | str:
        try:
            found = self._search.find(image_id)
            if found.stimulus is None:
                return found.problem
            return ShownImage(image_id=image_id, stimulus=found.stimulus, picture=Picture(found.stimulus))
        except Exception:  # noqa: BLE001  # the top of this thread: the gaze can be looked at without the image
            _log.exception("An image could not be loaded for a replay")
            return "The image cannot be shown; details are in the log. Its place stays empty."
