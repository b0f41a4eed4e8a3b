"""Reading EGD: its long tables by reading, the place of each image by its pads, boxes and transcripts.

A reading is an image shown in a session. The tables name no reader. The size of an image is nowhere: it is
worked out of the positions on image and screen, and the file of the image decides where it is found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray
from gaze_core.rows import GAZE, Rows
from gaze_core.streams import PupilUnit
from recordings_schema.formats.egd_pads import (
    SCREEN_HEIGHT_PX,
    SCREEN_WIDTH_PX,
    Pads,
    canvas_pads,
    fitting_side,
)
from recordings_schema.formats.egd_parts import box_shape, words_of_transcript
from recordings_schema.formats.egd_plan import PAD_COLUMNS, EgdImportOptions, EgdPlaces, egd_places
from recordings_schema.formats.import_tables import (
    needed,
    number_columns,
)
from recordings_schema.formats.importing import (
    SOURCE_FACT,
    UNNAMED_READER,
    Hole,
    ImportCaseError,
    ImportedCase,
    ImportedImage,
    ImportedTracker,
    PlannedImport,
)
from recordings_schema.formats.importing_rows import combined_gaze, fixation_rows, view_row
from recordings_schema.formats.reading import Origin, ReadLabel
from recordings_schema.formats.setups import likely_rate_hz, setup_of
from recordings_schema.formats.table_index import block_content

MASTER_FACT: Final = "egd_master_sheet"
"""Key of the facts of a case under which the row of the master sheet is kept, JSON."""

_ONLY_FIXATIONS: Final = "It is not in eye_gaze.csv: its fixations are there and no samples."
_NO_FIXATIONS: Final = "It is not in fixations.csv: its samples are there."
_SAMPLE_COLUMNS: Final = (
    "Time (in secs)", "TIMETICK(f=10000000)", "FPOGX", "FPOGY", "FPOGS", "FPOGD", "FPOGID", "FPOGV", "BPOGX",
    "BPOGY", "BPOGV", "LPMM", "LPMMV", "RPMM", "RPMMV", "X_ORIGINAL", "Y_ORIGINAL",
)  # fmt: skip
_NS_PER_TICK: Final = 100
_TIME_ROUNDING_NS: Final = 5_000  # of 5 decimals
_DISTANCE_MM: Final = 650.0


def read_egd(folder: Path, planned: PlannedImport, options: EgdImportOptions) -> ImportedCase:
    """Return a reading of an EGD folder.

    Raises
    ------
    ImportCaseError
        If it cannot be used.
    """
    del options
    return reading_of_egd(json.loads(planned.key), egd_places(folder), folder)


def reading_of_egd(key: Mapping[str, Any], places: EgdPlaces, folder: Path) -> ImportedCase:
    """Return the reading that rows of the tables hold; `folder` may have a provenance file.

    Raises
    ------
    ImportCaseError
        If it cannot be used.
    """
    setup = setup_of(folder, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX, are_pixels_fixed=True)
    holes: list[Hole] = []
    samples = _table(places.gaze, key["gaze"])
    last_rows = _table(places.fixations, key["fixations"])
    if samples is None:
        holes.append(Hole(what=_ONLY_FIXATIONS, where=key["dicom_id"]))
    if last_rows is None and samples is not None:
        holes.append(Hole(what=_NO_FIXATIONS, where=key["dicom_id"]))
        last_rows = _last_rows(samples)
    if last_rows is None:
        raise ImportCaseError("No table holds gaze on it.")
    known = tuple(key.get("size", (-1, -1)))
    pads = _pads(key["master"], known)
    width, height = _size([each for each in (samples, last_rows) if each is not None], pads)
    if width < 0 and min(known) > 0:
        width, height = known[0] + known[0] % 2, known[1] + known[1] % 2
    _move(key["offset_px"], *(each for each in (samples, last_rows) if each is not None))
    gaze, zero_ns = _gaze(samples)
    view = view_row(
        t_ns=min(0, *gaze["t_host_ns"][:1].tolist()),
        src_image_px=(0.0, 0.0, float(max(width, 1)), float(max(height, 1))),
        dst_screen_px=(
            float(pads.left), float(pads.top), float(SCREEN_WIDTH_PX - pads.left - pads.right),
            float(SCREEN_HEIGHT_PX - pads.top - pads.bottom),
        ),
    )  # fmt: skip
    onsets_ns, offsets_ns, kept = _fixation_times(last_rows, gaze["t_host_ns"])
    fixations = fixation_rows(
        onsets_ns, offsets_ns, last_rows["FPOGX"][kept], last_rows["FPOGY"][kept], view, setup.screen
    )
    if len(onsets_ns):
        view["t_presented_host_ns"] = view["t_asked_host_ns"] = min(
            int(view["t_presented_host_ns"][0]), int(onsets_ns.min())
        )
    words, digits = words_of_transcript(key, places.transcripts, holes)
    labels = tuple(dict.fromkeys(name for name, *_ in key["boxes"]))
    return ImportedCase(
        case_id=key["dicom_id"],
        reader=UNNAMED_READER,
        trial=key["media"] if key["media"] >= 0 else -1,
        given_id=f"EGD{key['session']:04d}R{digits}" if digits else "",
        given_split=key.get("split", ""),
        patient=key["master"].get("patient_id", ""),
        task_kind="read",
        images=(
            ImportedImage(
                name=key["master"].get("path") or key["dicom_id"], width_px=width, height_px=height,
                is_size_worked_out=True,
            ),
        ),
        screen=setup.screen,
        is_screen_size_known=setup.is_screen_size_known,
        distance_mm=_DISTANCE_MM,
        tracker=ImportedTracker(
            model=setup.tracker_model or "Gazepoint GP3 HD",
            rate_hz=likely_rate_hz(gaze["t_host_ns"]),
            pupil_unit=PupilUnit.MM,
            is_simulated=setup.is_simulated,
        ),
        first_host_ns=zero_ns,
        origins_ns={Origin.IMAGE_SHOWN: 0, **({Origin.AUDIO_START: 0} if words else {})},
        gaze=gaze,
        fixations=fixations,
        viewport=view,
        words=words,
        shapes=tuple(box_shape(each) for each in key["boxes"]),
        labels=tuple(
            ReadLabel(name=name, is_exclusive=False, is_other=False, needs_shape=True) for name in labels
        ),
        facts={SOURCE_FACT: "egd", MASTER_FACT: json.dumps(key["master"], ensure_ascii=True)},
        holes=tuple(holes),
    )  # fmt: skip


def _table(path: Path, place: Sequence[int] | None) -> dict[str, FloatArray] | None:
    if place is None:
        return None
    columns = number_columns(block_content(path, *place), path.name, _SAMPLE_COLUMNS)
    if np.isnan(columns["Time (in secs)"]).any():
        raise ImportCaseError(f"{path.name} has an empty time.")
    return columns


def _last_rows(samples: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the last valid sample of each fixation."""
    number = np.where(samples["FPOGV"] > 0, samples["FPOGID"], np.nan)
    is_last = np.isfinite(number) & (number != np.append(number[1:], np.nan))
    return {name: values[is_last] for name, values in samples.items()}


def _gaze(samples: Mapping[str, FloatArray] | None) -> tuple[Rows, int | None]:
    """Return the samples with times from the zero of the reading, and the zero on the tracker's clock."""
    if samples is None or not len(samples["FPOGX"]):
        return GAZE.empty(0), None
    shown_ns = np.round(samples["Time (in secs)"] * 1e9).astype(np.int64)
    ticks = samples["TIMETICK(f=10000000)"]
    zero_ns: int | None = None
    times_ns = shown_ns
    if np.isfinite(ticks).all() and np.all(ticks >= 0) and np.all(ticks < 2**53):
        on_clock_ns = np.round(ticks * _NS_PER_TICK).astype(np.int64)
        low = int((on_clock_ns - shown_ns).max()) - _TIME_ROUNDING_NS + 1
        high = int((on_clock_ns - shown_ns).min()) + _TIME_ROUNDING_NS - 1
        if low <= high:  # the ticks tell the same times, more exactly
            zero_ns = (low + high) // 2
            times_ns = on_clock_ns - zero_ns
    if np.any(np.diff(times_ns) < 0):
        raise ImportCaseError("Its samples are not in order of time.")
    is_seen = samples["BPOGV"] > 0
    rows = combined_gaze(
        times_ns, np.where(is_seen, samples["BPOGX"], np.nan), np.where(is_seen, samples["BPOGY"], np.nan)
    )
    for side, letter in (("left", "L"), ("right", "R")):
        is_known = (samples[f"{letter}PMMV"] > 0) & np.isfinite(samples[f"{letter}PMM"])
        rows[f"{side}_pupil"] = np.where(is_known, samples[f"{letter}PMM"], np.nan)
        rows[f"{side}_pupil_valid"] = is_known
    return rows, zero_ns


def _fixation_times(
    last_rows: Mapping[str, FloatArray], times_ns: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.intp]]:
    """Return begin and end of each valid fixation, and which rows they are.

    A fixation begins with the sample that has its time, and ends where the sample after its last one begins.
    """
    is_whole = (last_rows["FPOGV"] > 0) & np.isfinite(last_rows["FPOGS"]) & np.isfinite(last_rows["FPOGX"])
    kept = np.flatnonzero(is_whole & np.isfinite(last_rows["FPOGY"]))
    onsets_ns = np.round(last_rows["FPOGS"][kept] * 1e9).astype(np.int64)
    lasts_ns = np.round(last_rows["Time (in secs)"][kept] * 1e9).astype(np.int64)
    if not len(times_ns):
        lengths = np.round(np.nan_to_num(last_rows["FPOGD"][kept]) * 1e9).astype(np.int64)
        return onsets_ns, onsets_ns + np.maximum(lengths, 1), kept
    onsets_ns = _nearest(times_ns, onsets_ns)
    lasts_ns = _nearest(times_ns, lasts_ns)
    interval_ns = int(np.median(np.diff(times_ns))) if len(times_ns) > 1 else 1
    after = np.searchsorted(times_ns, lasts_ns, side="right")
    following = np.append(times_ns, times_ns[-1] + interval_ns)[after]
    offsets_ns = np.minimum(following, lasts_ns + max(interval_ns, 1))
    return onsets_ns, np.maximum(offsets_ns, onsets_ns + 1), kept


def _nearest(times_ns: npt.NDArray[np.int64], wanted_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the sample times that were rounded to `wanted_ns`; those where there is none."""
    places = np.clip(np.searchsorted(times_ns, wanted_ns - 2 * _TIME_ROUNDING_NS), 0, len(times_ns) - 1)
    is_same = np.abs(times_ns[places] - wanted_ns) <= 2 * _TIME_ROUNDING_NS
    return np.where(is_same, times_ns[places], wanted_ns)


def _move(offset_px: Sequence[float], *tables: dict[str, FloatArray]) -> None:
    """Move the gaze of tables by px of the display."""
    for axis, offset, extent in zip("XY", offset_px, (SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX), strict=True):
        for table in tables if offset else ():
            for name in (f"FPOG{axis}", f"BPOG{axis}"):
                table[name] = table[name] + offset / extent


def _pads(row: Mapping[str, str], size_px: tuple[int, int]) -> Pads:
    """Return the pads of the master sheet; where it has none, those of an image of that size."""
    if not any(row.get(name) for name in PAD_COLUMNS) and min(size_px) > 0:
        return canvas_pads(*size_px)
    top, bottom, left, right = (
        round(needed({name: "", **row}, name, "The master sheet")) for name in PAD_COLUMNS
    )
    is_possible = (
        min(top, bottom, left, right) >= 0
        and left + right < SCREEN_WIDTH_PX
        and top + bottom < SCREEN_HEIGHT_PX
    )
    if not is_possible:
        raise ImportCaseError("Its pads in the master sheet leave no place for the image.")
    return Pads(top=top, bottom=bottom, left=left, right=right)


def _size(tables: Iterable[Mapping[str, FloatArray]], pads: Pads) -> tuple[int, int]:
    """Return width and height that put every position where the tables have it; -1 where none does."""
    joined = {
        name: np.concatenate([table[name] for table in tables])
        for name in ("FPOGX", "FPOGY", "X_ORIGINAL", "Y_ORIGINAL")
    }
    width = fitting_side(
        joined["FPOGX"] * SCREEN_WIDTH_PX, joined["X_ORIGINAL"], pads.left,
        SCREEN_WIDTH_PX - pads.left - pads.right,
    )  # fmt: skip
    height = fitting_side(
        joined["FPOGY"] * SCREEN_HEIGHT_PX, joined["Y_ORIGINAL"], pads.top,
        SCREEN_HEIGHT_PX - pads.top - pads.bottom,
    )  # fmt: skip
    return (width, height) if width > 0 and height > 0 else (-1, -1)
