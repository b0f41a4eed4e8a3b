"""Images of the session: decoded by a worker thread, the next case ahead, each known by its content."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.cases import Case, Places
from capture_app.session.looked_at import likely_places
from capture_app.session.phantoms import PhantomError
from capture_app.session.picture import Picture
from capture_app.session.presentation import ShownImage
from gaze_core.rows import Rows
from recordings_schema.stimuli import Stimulus, StimulusError, image_row, load_image

_log = logging.getLogger(__name__)

KEPT_CASES: Final = 3
"""The case on the screen, the one before and the one ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCase:
    """A case whose images are decoded, or the sentence that says why they are not."""

    index: int
    images: tuple[ShownImage, ...] = ()
    problem: str = ""


class ImageStore:
    """Decodes cases in the background; `take` and `ask` never wait."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="images")
        self._lock = threading.Lock()
        self._ids: dict[str, int] = {}
        self._rows: list[Rows] = []
        self._told = 0  # of these
        self._loading: OrderedDict[int, Future[LoadedCase]] = OrderedDict()

    def all_rows(self) -> tuple[Rows, ...]:
        """Return the IMAGE rows of all images decoded so far; row i has image_id i."""
        with self._lock:
            self._told = len(self._rows)
            return tuple(self._rows)

    def new_rows(self) -> tuple[Rows, ...]:
        """Return the IMAGE rows of images decoded since the last call of this or of `all_rows`."""
        with self._lock:
            first, self._told = self._told, len(self._rows)
            return tuple(self._rows[first:])

    def ask(self, index: int, case: Case) -> None:
        """Begin to decode a case, unless it is there or on its way."""
        if index in self._loading:
            self._loading.move_to_end(index)
            return
        self._loading[index] = self._pool.submit(self._load, index, case)
        while len(self._loading) > KEPT_CASES:
            _, oldest = self._loading.popitem(last=False)
            oldest.cancel()

    def take(self, index: int) -> LoadedCase | None:
        """Return an asked-for case once it is decoded, None until then."""
        future = self._loading.get(index)
        if future is None or not future.done() or future.cancelled():
            return None
        return future.result()

    def close(self) -> None:
        """Stop decoding and let the images go."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._loading.clear()

    def _load(self, index: int, case: Case) -> LoadedCase:
        if case.problem:
            return LoadedCase(index=index, problem=case.problem)
        try:
            made = case.make() if case.make is not None else ()
            shown = tuple(
                self._shown(load_image(path), made[pane] if pane < len(made) else ())
                for pane, path in enumerate(case.images)
            )
        except (StimulusError, PhantomError) as err:
            return LoadedCase(index=index, problem=str(err))
        except MemoryError:
            return LoadedCase(index=index, problem="The image needs more memory than this computer has free.")
        except Exception as err:  # noqa: BLE001  # see below
            # The top of this thread: an error nobody expected must not come back with every frame.
            _log.exception("A case could not be decoded")
            return LoadedCase(index=index, problem=f"The image cannot be shown ({type(err).__name__}).")
        return LoadedCase(index=index, images=shown)

    def _shown(self, stimulus: Stimulus, places: Places) -> ShownImage:
        with self._lock:
            # Known by content: the same picture under two names is one image, with the name met first.
            image_id = self._ids.get(stimulus.sha256)
            if image_id is None:
                image_id = len(self._ids)
                self._ids[stimulus.sha256] = image_id
                self._rows.append(image_row(stimulus, image_id, self._root))
        return ShownImage(
            image_id=image_id,
            stimulus=stimulus,
            picture=Picture(stimulus),
            places_image_px=places or likely_places(stimulus),
        )
