"""The fingerprint that ties layers to the samples they were made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from recordings_schema.layers.records import LayersError, LayerSource
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


def source_of(recording: Recording, *, is_given_up: Callable[[], bool] = lambda: False) -> LayerSource:
    """Return the fingerprint of a recording: all its samples are read, for seconds of an hour.

    Parameters
    ----------
    recording
        Finished: the samples of one that still grows are not all there.
    is_given_up
        Asked now and then whether nobody waits for it any more.

    Raises
    ------
    LayersError
        If the recording is not finished, or it was given up.
    RecordingError
        If samples cannot be read.
    """
    if not recording.is_finished:
        raise LayersError(
            f"{recording.path.name} is not closed yet, and layers need all of it. End the session, or close "
            "it with `reading-station recover`.",
            path=recording.path,
        )
    digest = hashlib.sha256()
    for key in (DatasetKey.RAW, DatasetKey.GAZE):
        for block in recording.blocks(key):
            if is_given_up():
                raise LayersError(f"{recording.path.name}: its layers were not waited for.")
            digest.update(block.tobytes())
    return LayerSource(
        session_id=recording.metadata.session.session_id,
        sample_count=recording.count(DatasetKey.GAZE),
        samples_sha256=digest.hexdigest(),
    )
