"""XDF: one file for each reading with its gaze, fixations, views and events as streams of one clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray
from recordings_schema.formats.bids_tables import label_of
from recordings_schema.formats.contract import (
    NO_GAZE,
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.csv_format import reading_id
from recordings_schema.formats.options import Option
from recordings_schema.formats.reading import CaseReading, Origin
from recordings_schema.formats.xdf_file import MAGIC, Description, XdfChannel, XdfStream, xdf_file

_SIDES: Final = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class XdfOptions:
    """Options of XDF."""

    views: Annotated[bool, Option("write the stream of views: which part of which image lay where")] = True


class XdfFormat(Format[XdfOptions]):
    """Streams as the Lab Streaming Layer records them."""

    name: ClassVar[str] = "xdf"
    title: ClassVar[str] = "XDF"
    summary: ClassVar[str] = "an XDF file for each reading: streams of gaze, fixations, views, events"
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[XdfOptions]] = XdfOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Samples while no image was visible, and looking at images again, are left out.",
        "The tracker's raw channels, clock readings and the sound are left out.",
        "Earlier versions of texts and answers are left out.",
        "No stream has a nominal rate: measured times would be replaced by regular ones.",
    )

    def problem(self, reading: CaseReading, options: XdfOptions) -> str:
        """Return why a reading cannot be in this format."""
        del options
        return "" if len(reading.samples) else NO_GAZE

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: XdfOptions
    ) -> Facts:
        """Write the file of one reading."""
        streams = [_gaze(reading), _fixations(reading)]
        if options.views:
            streams.append(_views(reading))
        streams.append(_events(reading))
        path = f"{label_of(planned.key.reader)}/{reading_id(planned.key)}.xdf"
        sink.file(path, xdf_file(streams))
        return {"path": path}

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: XdfOptions) -> Facts:
        """Add nothing: each file stands for itself."""
        del cases, sink, options
        return {
            "clock": "s of the recording's host clock; the event image_shown is the zero of other formats"
        }

    def check(self, folder: Path) -> Iterator[str]:
        """Yield a sentence for each file that is no XDF file."""
        for path in sorted(folder.rglob("*.xdf")):
            with path.open("rb") as file:
                if file.read(len(MAGIC)) != MAGIC:
                    yield f"{path.name} does not begin as an XDF file."


def _gaze(reading: CaseReading) -> XdfStream:
    samples = reading.samples
    channels = [
        XdfChannel(label="x_norm", unit="norm", meaning="analysed signal on the display area, 0 left"),
        XdfChannel(label="y_norm", unit="norm", meaning="analysed signal on the display area, 0 top"),
        XdfChannel(label="image_id", unit="count", meaning="image under the gaze; -1: none"),
        XdfChannel(label="x_image_px", unit="px", meaning="in the image; never clamped"),
        XdfChannel(label="y_image_px", unit="px", meaning="in the image; never clamped"),
    ]
    columns: list[npt.ArrayLike] = [
        samples.x_norm, samples.y_norm, samples.mapped["image_id"],
        samples.mapped["x_image_px"], samples.mapped["y_image_px"],
    ]  # fmt: skip
    for side in _SIDES:
        is_valid = samples.gaze[f"{side}_valid"] != 0
        for axis in ("x", "y"):
            name = f"{side}_{axis}_norm"
            channels.append(XdfChannel(label=name, unit="norm", meaning="as delivered; NaN: invalid"))
            columns.append(np.where(is_valid, samples.gaze[name], np.nan))
        has_pupil = samples.gaze[f"{side}_pupil_valid"] != 0
        unit = reading.tracker.pupil_unit
        channels.append(XdfChannel(label=f"{side}_pupil", unit=unit, meaning="as delivered; NaN: invalid"))
        columns.append(np.where(has_pupil, samples.gaze[f"{side}_pupil"], np.nan))
    tracker = reading.tracker
    acquisition: Description = [
        ("model", tracker.model),
        ("rate_hz", f"{tracker.rate_hz:g}"),
        ("signal", tracker.signal),
        ("is_simulated", str(int(tracker.is_simulated))),
        ("distance_mm", f"{reading.geometry.distance_mm:.1f}"),
        ("screen_width_px", f"{reading.geometry.screen.width_px:g}"),
        ("screen_height_px", f"{reading.geometry.screen.height_px:g}"),
        ("screen_width_mm", f"{reading.geometry.screen.width_mm:g}"),
        ("screen_height_mm", f"{reading.geometry.screen.height_mm:g}"),
    ]
    return XdfStream(
        name="gaze", kind="Gaze", channels=tuple(channels), times_s=_seconds(samples.t_host_ns),
        values=_stacked(columns), about=[("acquisition", acquisition)],
    )  # fmt: skip


def _fixations(reading: CaseReading) -> XdfStream:
    rows, tracker = reading.fixations, reading.tracker
    named = (
        ("duration_ms", "ms", "end minus begin; the time stamp is the begin"),
        ("x_norm", "norm", "centroid on the display area"),
        ("y_norm", "norm", "centroid on the display area"),
        ("image_id", "count", "image looked at; -1: none"),
        ("x_image_px", "px", "mean in the image; never clamped"),
        ("y_image_px", "px", "mean in the image; never clamped"),
        ("dispersion_deg", "deg", "extent in azimuth plus extent in elevation"),
    )
    detector: Description = [
        ("name", tracker.detector),
        ("version", tracker.detector_version),
        ("parameters", tracker.detector_parameters),
    ]
    return XdfStream(
        name="fixations", kind="Fixations", channels=_channels(named),
        times_s=_seconds(rows["onset_host_ns"]), values=_stacked([rows[name] for name, *_ in named]),
        about=[("detector", detector)],
    )  # fmt: skip


def _views(reading: CaseReading) -> XdfStream:
    named = (
        ("pane", "count", "pane of the screen"),
        ("image_id", "count", "image shown from here on; -1: none"),
        *(
            (f"{frame}_{each}_{unit}_px", "px", f"{word} of the shown part, {where}")
            for frame, unit, where in (("src", "image", "in the image"), ("dst", "screen", "on the screen"))
            for each, word in (("x", "left"), ("y", "top"), ("w", "width"), ("h", "height"))
        ),
        ("window_centre", "stored values", "window centre after rescale"),
        ("window_width", "stored values", "window width after rescale"),
    )
    rows = reading.viewport
    return XdfStream(
        name="views", kind="Views", channels=_channels(named),
        times_s=_seconds(rows["t_presented_host_ns"]), values=_stacked([rows[name] for name, *_ in named]),
    )  # fmt: skip


def _events(reading: CaseReading) -> XdfStream:
    """Return what happened as JSON texts, in order of time."""
    events = sorted(_timed_events(reading), key=lambda event: event[0])
    return XdfStream(
        name="events",
        kind="Markers",
        channels=(XdfChannel(label="event", unit="JSON", meaning="shapes and answers stand at the end"),),
        times_s=_seconds([t_host_ns for t_host_ns, _ in events]),
        values=tuple(json.dumps(event, ensure_ascii=False) for _, event in events),
    )


def _timed_events(reading: CaseReading) -> Iterator[tuple[int, dict[str, object]]]:
    zero_ns, origin = reading.zero_ns(Origin.IMAGE_SHOWN)
    end_ns = int(reading.samples.t_host_ns[-1])
    images = [
        {"name": each.name, "sha256": each.sha256, "image_id": each.image_id} for each in reading.images
    ]
    key = reading.key
    yield zero_ns, {"event": origin.value, "case": key.case_id, "reader": key.reader, "images": images}
    for word in reading.words:
        length_s = round((word.t_offset_host_ns - word.t_onset_host_ns) * 1e-9, 6)
        yield (
            word.t_onset_host_ns,
            {"event": "word", "text": word.text, "kind": word.kind, "duration_s": length_s},
        )
    for shape in reading.shapes:
        corners = [shape.left_image_px, shape.top_image_px, shape.right_image_px, shape.bottom_image_px]
        yield (
            end_ns,
            {
                "event": "shape", "kind": shape.kind, "image_id": shape.image_id, "corners_image_px": corners,
                "labels": list(shape.labels), "certainty": shape.certainty,
            },
        )  # fmt: skip
    for answer in reading.answers:
        yield end_ns, {"event": "answer", "screen": answer.screen, "name": answer.name, "value": answer.value}


def _channels(named: Sequence[tuple[str, str, str]]) -> tuple[XdfChannel, ...]:
    return tuple(XdfChannel(label=label, unit=unit, meaning=meaning) for label, unit, meaning in named)


def _stacked(columns: Sequence[npt.ArrayLike]) -> FloatArray:
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def _seconds(t_host_ns: npt.ArrayLike) -> FloatArray:
    return np.asarray(np.asarray(t_host_ns, np.int64) * 1e-9, np.float64)
