"""What exports of many cases cost: ``python -m benchmarks.exporting [--cases N]``.

Cases of 20 s at 600 Hz. First what reading one from its recording takes: fixations, accuracy, samples on the
images. Then what each tabular or JSON format takes for it, with its checks and checksums, all in one process
and in processor time, as others share the machine. Both together, on two cores, are scaled up to 500 cases.
What image formats cost is told by `image_formats`.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.long_reading import write_long_reading
from capture_app.session.export import ExportOrder, Workers, export_recordings, recordings_in
from capture_app.session.export.case_keys import keys_of
from capture_app.session.export.case_reader import CaseReader
from recordings_schema.formats.bids import BidsFormat
from recordings_schema.formats.contract import Format
from recordings_schema.formats.csv_format import CsvFormat
from recordings_schema.formats.egd import EgdFormat
from recordings_schema.formats.gazesearch import GazesearchFormat
from recordings_schema.formats.mcgip import McgipFormat
from recordings_schema.formats.mimic_eye import MimicEyeFormat
from recordings_schema.formats.parquet_format import ParquetFormat
from recordings_schema.formats.reflacx import ReflacxFormat
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_reading
from recordings_schema.formats.xdf_format import XdfFormat
from recordings_schema.reader import Recording

RATE_HZ: Final = 600.0
CASE_S: Final = 20.0
GOAL_CASES: Final = 500
CORES: Final = 2
RECORDINGS: Final = 2
FORMATS: Final[tuple[Format[Any], ...]] = (
    CsvFormat(), ParquetFormat(), ReflacxFormat(), EgdFormat(), MimicEyeFormat(), GazesearchFormat(),
    McgipFormat(), BidsFormat(), XdfFormat(),
)  # fmt: skip


def processor_s(doing: Callable[[], object]) -> float:
    """Return what something takes of the processor in this process, s."""
    begun = time.process_time()
    doing()
    return time.process_time() - begun


def recordings_of(folder: Path, cases: int) -> tuple[Path, ...]:
    """Return recordings with so many cases together."""
    for number in range(1, RECORDINGS + 1):
        session = folder / f"R{number:02d}"
        session.mkdir(parents=True)
        write_long_reading(
            session / f"R{number:02d}.gazeh5", CASE_S * cases / RECORDINGS, rate_hz=RATE_HZ, case_s=CASE_S,
            reader=f"R{number:02d}", seed=number,
        )  # fmt: skip
    return recordings_in([folder])


def read_all(paths: tuple[Path, ...]) -> None:
    """Read every case of some recordings as an export does."""
    for path in paths:
        with Recording.open(path) as recording:
            keys = keys_of(recording, None)
        with CaseReader(Recording.open(path), None) as reader:
            for key in keys:
                reader.read(key)


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def format_lines(folder: Path, cases: int, reading_s: float) -> None:
    """Print a line for each format."""
    readings = [make_reading(trial=trial, seconds=CASE_S, rate_hz=RATE_HZ) for trial in range(cases)]
    for published in FORMATS:
        place = folder / published.name
        spent_s = processor_s(lambda published=published, place=place: export(published, readings, place))  # type: ignore[misc]
        case_s = spent_s / cases
        whole_s = (reading_s + case_s) * GOAL_CASES / CORES
        size = size_of(place) / cases / 1e6
        print(f"| {published.name} | {case_s:.3f} | {size:.2f} | {whole_s:.0f} |", flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20)
    cases = parser.parse_args().cases
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = recordings_of(folder / "recordings", cases)
        reading_s = processor_s(lambda: read_all(paths)) / cases
        print(f"Reading a case from its recording: {reading_s:.3f} s of the processor.\n")
        print(f"| format | processor s a case | MB a case | {GOAL_CASES} cases on {CORES} cores, s |")
        print("|---|---|---|---|")
        format_lines(folder, cases, reading_s)
        order = ExportOrder(
            format_name="csv", recordings=paths, destination=folder / "whole",
            workers=Workers(processes=CORES),
        )  # fmt: skip
        begun = time.perf_counter()
        export_recordings(order)
        spent_s = time.perf_counter() - begun
        print(
            f"\ncsv of {cases} cases from the recordings by {CORES} processes: {spent_s:.1f} s by the clock."
        )
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"Most memory: {peaks[0] / 1e3:,.0f} MB here, {peaks[1] / 1e3:,.0f} MB in a process that writes.")


if __name__ == "__main__":
    main()
