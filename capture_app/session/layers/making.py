"""Makes a layer of a whole recording: every sample goes through the detector once, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

import numpy as np
import numpy.typing as npt

import capture_app
from capture_app.session.layers.choice import LayerChoice, LayerError
from capture_app.session.layers.drift import measured_drift
from capture_app.session.layers.finding import EventFinder, found_between
from capture_app.session.report.source import ReportSource, source_of
from gaze_core.drift_correction import GAZE_OFFSET
from gaze_core.fixations import create_detector, parameters_to_json
from gaze_core.rows import Rows
from recordings_schema.layers import Layer, LayerFacts, free_name
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


def make_layer(
    recording: Recording,
    name: str,
    choice: LayerChoice,
    *,
    note: str = "",
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    on_share: Callable[[float], None] = lambda _share: None,
    is_given_up: Callable[[], bool] = lambda: False,
) -> Layer | None:
    """Return a layer of a recording, not stored yet; None where it was given up.

    Parameters
    ----------
    recording
        Open; only read.
    name, note
        Of the layer.
    choice
        Detector, parameters and gaze.
    now
        The time of day, UTC.
    on_share
        Told how much is done, 0..1.
    is_given_up
        Asked now and then whether nobody waits for it any more.

    Raises
    ------
    LayerError
        If gaze is to be corrected and the recording does not say by how much.
    RecordingError
        If the recording cannot be read, or no layer can have that name.
    """
    free_name(name)  # told before the work is done
    source = source_of(recording, None)
    drift = None if choice.drift is None else measured_drift(recording, source.signal, choice.drift)
    if choice.drift is not None and drift is None:
        raise LayerError(
            f"{recording.path.name} holds no {choice.drift.source.value} with an offset up to "
            f"{choice.drift.largest_deg:g} deg, so its gaze cannot be corrected by them. Choose the other "
            "source, or gaze as recorded."
        )
    detector = create_detector(choice.detector, choice.parameters)
    finder = EventFinder(
        detector,
        source.geometry,
        choice.parameters.eye,
        viewport=recording.rows(DatasetKey.VIEWPORT),
        trials=recording.rows(DatasetKey.TRIALS),
        correction=None if drift is None else drift.correction,
    )
    found = found_between(finder, _told(source, on_share), is_given_up)
    if found is None:
        return None
    facts = LayerFacts(
        name=name,
        note=note,
        detector=detector.name.value,
        detector_version=detector.version,
        parameters=parameters_to_json(detector.parameters),
        signal=choice.parameters.eye.value,
        gaze="recorded" if drift is None else "drift_corrected",
        gaze_parameters="" if drift is None else drift.settings.to_json(),
        judgement="" if drift is None else drift.judgement_json(),
        distance_mm=source.geometry.distance_mm,
        created=now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        software=f"reading-station {capture_app.__version__}",
    )
    return Layer(
        facts=facts,
        events=found[0],
        thresholds=found[1],
        offsets=GAZE_OFFSET.empty(0) if drift is None else drift.correction.offsets,
    )


def _told(
    source: ReportSource, on_share: Callable[[float], None]
) -> Iterator[tuple[Rows, npt.NDArray[np.int64]]]:
    done = 0
    for gaze, t_host_ns in source.blocks():
        yield gaze, t_host_ns
        done += len(gaze)
        on_share(done / len(source.t_host_ns))
