"""BIDS with eye tracking: one run for each reading, one recording for each eye.

    dataset_description.json README.md participants.tsv participants.json .bidsignore
    sub-<reader>/ses-<nnn>/beh/sub-<reader>_ses-<nnn>_task-<task>_run-<nnn>_events.tsv .json
        ..._recording-eye1_physio.tsv.gz .json              left; eye2 right, eye3 the combined gaze
        ..._recording-eye1_physioevents.tsv.gz .json        fixations

Times are s from when the image was shown, in every file of a run; compressed tables have no header.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from recordings_schema.formats.bids_tables import (
    EYES,
    events_table,
    eyes_of,
    fixation_table,
    label_of,
    sample_table,
)
from recordings_schema.formats.bids_texts import (
    DATASET_DESCRIPTION,
    PARTICIPANTS_DESCRIPTION,
    README,
    events_description,
    physio_description,
    physioevents_description,
)
from recordings_schema.formats.contract import (
    NO_GAZE,
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.options import Option
from recordings_schema.formats.reading import CaseReading, Origin, ReadingKey
from recordings_schema.formats.tables import header, lines

_JSON_FILES: Final = ("dataset_description.json", "participants.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class BidsOptions:
    """Options of BIDS."""

    words: Annotated[bool, Option("write dictated words as events")] = True


class BidsFormat(Format[BidsOptions]):
    """A BIDS dataset of eye tracking."""

    name: ClassVar[str] = "bids"
    title: ClassVar[str] = "BIDS eye tracking"
    summary: ClassVar[str] = "a BIDS dataset: a run for each reading, samples of each eye, fixations, events"
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[BidsOptions]] = BidsOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Gaze is on the screen, not on the image; the rectangles of views are left out.",
        "Answers, shapes and labels are left out.",
        "Names of readers and tasks keep letters and digits only, as BIDS asks.",
    )

    def key_problem(self, key: ReadingKey, options: BidsOptions) -> str:
        """Return why a case cannot be in this format: nothing is."""
        del key, options
        return ""

    def problem(self, reading: CaseReading, options: BidsOptions) -> str:
        """Return why a reading cannot be in this format."""
        del options
        return "" if len(reading.samples) else NO_GAZE

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: BidsOptions
    ) -> Facts:
        """Write the files of one run."""
        zero_ns, _ = reading.zero_ns(Origin.IMAGE_SHOWN)
        subject, session = label_of(planned.key.reader), f"{planned.session:03d}"
        task = label_of(planned.key.task_kind or planned.key.task or "view")
        folder = f"sub-{subject}/ses-{session}/beh"
        run = f"{folder}/sub-{subject}_ses-{session}_task-{task}_run-{planned.key.trial + 1:03d}"
        sink.file(f"{run}_events.tsv", events_table(reading, zero_ns, has_words=options.words))
        sink.file(f"{run}_events.json", _json(events_description(reading, task)))
        start_s = round(float((reading.samples.t_host_ns[0] - zero_ns) * 1e-9), 6)
        for eye in eyes_of(reading):
            name = f"{run}_recording-{eye}"
            sink.file(f"{name}_physio.tsv.gz", sample_table(reading, eye, zero_ns))
            sink.file(f"{name}_physio.json", _json(physio_description(reading, EYES[eye], start_s)))
            sink.file(f"{name}_physioevents.tsv.gz", fixation_table(reading, zero_ns))
            sink.file(f"{name}_physioevents.json", _json(physioevents_description(reading)))
        return {"subject": subject, "reader": planned.key.reader}

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: BidsOptions) -> Facts:
        """Write what is about the whole dataset."""
        del options
        readers = dict(sorted((str(case.facts["subject"]), str(case.facts["reader"])) for case in cases))
        counts = [sum(case.facts["subject"] == subject for case in cases) for subject in readers]
        columns = ([f"sub-{subject}" for subject in readers], list(readers.values()), list(map(str, counts)))
        head = header(("participant_id", "reader", "readings"), separator="\t")
        sink.file("participants.tsv", head + lines(columns, separator="\t"))
        sink.file("participants.json", _json(PARTICIPANTS_DESCRIPTION))
        sink.file("dataset_description.json", _json(DATASET_DESCRIPTION))
        sink.file("README.md", README.encode("utf-8"))
        sink.file(".bidsignore", b"provenance.json\n")
        return {"participants": len(readers)}

    def check(self, folder: Path) -> Iterator[str]:
        """Yield a sentence for each file without its description; the BIDS validator sees more."""
        for name in _JSON_FILES:
            if not (folder / name).is_file():
                yield f"{name} is missing."
        for path in sorted(folder.rglob("*.tsv.gz")):
            if not path.with_name(path.name.replace(".tsv.gz", ".json")).is_file():
                yield f"{path.name} has no description beside it."


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
