"""Writes the documentation's page on measures from the declared figures and columns.

``python -m capture_app.session.measures.reference_page``; a test compares the page with the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from capture_app.session.kept_files import replace_file
from capture_app.session.measures.table_columns import CASES, READING, TABLES, TableColumn
from gaze_core.measures import FIGURES

DEFAULT_PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "reference" / "metrics.md"
_INTRODUCTION: Final = """# Measures and tables

This page is generated from `capture_app/session/measures`; do not edit it. Make it again with `python -m
capture_app.session.measures.reference_page`. How to go about it: [Measure](../how-to/measure.md).

One implementation (`gaze_core.measures`) serves the replay, the command `metrics` and its tables. What
all measures have in common:

- Times are seconds since the image was presented on the screen. Looking at an image again after it was
  left is not pooled.
- Degrees are exact angles at the eye, from the place on the screen where the image lay at that moment.
- Fixations and saccades are those of one layer, which every table names: the detector the study froze
  (`ivt` without a study), as in reports and exports; or the events found while recording. Fixations begun
  before the image was shown do not count.
- A sample stands for the time until the next one, at most one and a half intervals: what never came
  counts for nothing.
- "Never" is not zero: the cell is empty, `is_censored` is 1 and `observed_s` says how long it could have
  happened.
- A fixation is on an area where its centroid lies on the image and inside the area, or no farther from
  its outline than the margin. Areas are measured as they are and grown by the accuracy of the validations
  around the case; beside these with the margin that was asked for.
- A fixation on several areas belongs, in transitions, to the smallest of them.
- A mark of the reader lies on a finding where the centre of one is inside the other.
"""
_FILES: Final = {
    "cases.csv": "One line for each reading.",
    "findings.csv": "One line for each finding of the reference standard in each reading: the long table.",
    "areas.csv": "One line for each area in each reading and margin.",
    "transitions.csv": "How often one fixation followed another, from area to area.",
    "misses.csv": "One line for each missed finding with a region, in readings that count. "
    "[What the classes mean](../explanations/perceptual-errors.md).",
    "dwell_curve.csv": "The shares of the classes of all misses against the cut-off.",
    "flow.csv": "The exclusion flow in numbers; `flow.svg` is its picture.",
}
_REST: Final = """## Further files

| file | what it is |
|---|---|
| `codebook.csv` | every column of every table: unit, definition, what an empty cell means |
| `rjafroc/froc.xlsx` | sheets `Truth`, `FP` and `TP` with the columns of RJafroc's new Excel format |
| `rjafroc/*.csv` | the same sheets as CSV |
| `imrmc/scores.imrmc` | readerID, caseID, modalityID, score; the truth is reader -1 of modality 0 |
| `ids.csv` | which number stands for which reader, case and modality (arm) in these |
| `errors.html` | the perceptual error report |
| `measures.json` | program, study, options, recordings with checksum and detector, files left out |

Ratings are certainties as the study exports them; a mark of a study without certainties has 1. The score
of a reading for iMRMC is its highest rating, 0 without any mark; where presence was asked for, the
certainty of "present", and minus that of "absent". Only readings that count, of cases the reference
standard speaks of, are in these files. RJafroc takes a factorial design: every reader reads every case
under every modality.
"""


def reference_page() -> str:
    """Return the page in Markdown."""
    parts = [_INTRODUCTION, "## Figures of a case\n", _figures()]
    parts += [
        "## Whose reading\n",
        "These columns stand first in every table of readings.\n",
        _table(READING),
    ]
    for name, columns in TABLES.items():
        own = [each for each in columns if each not in READING]
        if columns is CASES:
            own = [each for each in own if each.name not in FIGURES]
        parts += [f"## `{name}`\n", f"{_FILES[name]}\n"]
        if columns is CASES:
            parts.append("The figures of the case stand in it as well.\n")
        parts.append(_table(own))
    return "\n".join([*parts, _REST])


def _figures() -> str:
    rows = [f"| {info.title} | `{name}` | {info.unit} | {info.doc} |" for name, info in FIGURES.items()]
    return "\n".join(["| figure | column | unit | definition |", "|---|---|---|---|", *rows, ""])


def _table(columns: Sequence[TableColumn]) -> str:
    rows = [
        f"| `{each.name}` | {each.unit} | {each.doc} | {each.missing} |".replace("|  |", "| |")
        for each in columns
    ]
    return "\n".join(["| column | unit | definition | empty means |", "|---|---|---|---|", *rows, ""])


def main() -> None:
    """Write the page."""
    replace_file(DEFAULT_PAGE, reference_page().encode("utf-8"))


if __name__ == "__main__":
    main()
