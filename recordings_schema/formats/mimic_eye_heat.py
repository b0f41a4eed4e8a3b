"""MIMIC-Eye-Heat: overlay images of 512 px, prompt files and an instruction-tuning file, and gaze videos.

One record for each reading, with our own key `reading_id`; what is trained with is decided by patient, or for
readings imported from REFLACX and Eye Gaze by the published rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.mimic_eye_heat_case import (
    EYE_GAZE,
    REFLACX,
    FullHeatmap,
    HeatFixations,
    composite,
    fixation_csv,
    fixations_of,
    full_heatmap,
    place_of,
    reduced,
    source_of,
    usable_count,
    video_frames,
    video_times,
)
from recordings_schema.formats.mimic_eye_heat_check import heat_problems
from recordings_schema.formats.mimic_eye_heat_prompts import read_prompts
from recordings_schema.formats.mimic_eye_heat_records import Writing, write_records
from recordings_schema.formats.mimic_eye_heat_texts import (
    altered_reports_of,
    diagnosis_text,
    questions_of,
    texts_of,
)
from recordings_schema.formats.options import Option
from recordings_schema.formats.pictures import Picture, drawn, mp4, not_at_hand, png
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.formats.splits import split_of


class Profile(str, Enum):
    """How the prompt files are written."""

    FIXED = "fixed"
    AS_PUBLISHED = "as_published"


class Partition(str, Enum):
    """What decides whether a reading is trained or tested with."""

    PATIENT = "patient"
    SOURCE = "source"


class Video(str, Enum):
    """Videos of the gaze."""

    NONE = "none"
    MP4 = "mp4"
    PNG = "png"


class Frames(str, Enum):
    """What a frame of a video shows."""

    CUMULATIVE = "cumulative"
    SINGLE = "single"


@dataclass(frozen=True, slots=True, kw_only=True)
class MimicEyeHeatOptions:
    """Options of MIMIC-Eye-Heat."""

    profile: Annotated[Profile, Option("as_published repeats the mistakes of the published prompt files")] = (
        Profile.FIXED
    )
    partition: Annotated[
        Partition, Option("train and test by patient, or source: REFLACX to train, Eye Gaze to test with")
    ] = Partition.PATIENT
    train_share: Annotated[float, Option("share of patients to train with", low=0, high=1)] = 0.8
    one_image_patients: Annotated[
        bool, Option("leave patients with several images out of the records, as published")
    ] = False
    empty_answers: Annotated[bool, Option("records whose answer nobody wrote, too, as published")] = True
    prompts: Annotated[
        str, Option("JSON file with the prompt texts; empty: this program's own", place="file")
    ] = ""
    reports: Annotated[
        str,
        Option(
            "CSV with image, case or study, findings, impression, dx1 to dx9; empty: answers and dictation",
            place="file",
        ),
    ] = ""
    questions: Annotated[
        str, Option("CSV or JSON with image, question, answer; empty: those of question tasks", place="file")
    ] = ""
    altered: Annotated[
        str, Option("CSV with image, findings_mod, label for the error task; empty: none", place="file")
    ] = ""
    system: Annotated[str, Option("the text sys of the prompt files")] = ""
    dataset: Annotated[str, Option("first word of the ids of the instruction-tuning file")] = "reflacx"
    video: Annotated[Video, Option("a video of each reading: mp4, or png for single pictures")] = Video.NONE
    video_rate_hz: Annotated[float, Option("frames of a video", "Hz", 1, 60)] = 10.0
    video_frames: Annotated[Frames, Option("all fixations so far in each frame, or a single one")] = (
        Frames.CUMULATIVE
    )
    full_heatmap: Annotated[
        FullHeatmap,
        Option("a map at full resolution, too, as 16-bit PNG: of REFLACX, EGD or the MIMIC-Eye applications"),
    ] = FullHeatmap.NONE


class MimicEyeHeatFormat(Format[MimicEyeHeatOptions]):
    """The overlay images and prompt files of MIMIC-Eye-Heat."""

    name: ClassVar[str] = "mimic-eye-heat"
    title: ClassVar[str] = "MIMIC-Eye-Heat"
    summary: ClassVar[str] = "images of 512 px with a heat layer, prompt and instruction-tuning files, videos"
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[MimicEyeHeatOptions]] = MimicEyeHeatOptions
    losses: ClassVar[tuple[str, ...]] = (
        "The pictures hold the image in its first window, reduced to 512 px: this format is made of images.",
        "Fixations beside the image, or within 5 px of the edge of the reduced one, are not in the layer.",
        "Samples, views, shapes, labels and answers other than texts are left out.",
    )

    def key_problem(self, key: ReadingKey, options: MimicEyeHeatOptions) -> str:
        """Return why a case cannot have a heat layer."""
        del options
        if len(key.image_names) != 1:
            return "Several images were shown at once, or none; this format holds one."
        return ""

    def problem(self, reading: CaseReading, options: MimicEyeHeatOptions) -> str:
        """Return why a reading cannot be in this format."""
        image = reading.images[0]
        if text := not_at_hand(image):
            return text
        if not usable_count(fixations_of(reading), (image.width_px, image.height_px)):
            return "No fixation lies on its image, away from the edge: there is no heat to show."
        if options.partition is Partition.SOURCE and source_of(reading) not in (REFLACX, EYE_GAZE):
            return (
                "It was imported neither from REFLACX nor from Eye Gaze; the published rule knows no other "
                "source. Use --option partition=patient."
            )
        return ""

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: MimicEyeHeatOptions
    ) -> Facts:
        """Write the pictures of a reading."""
        image = reading.images[0]
        size_px = (image.width_px, image.height_px)
        fixations = fixations_of(reading)
        shared, own = place_of(planned, reading)
        base = reduced(drawn(image))
        sink.file(f"{shared}_512.png", png(base))
        sink.file(f"{own}_heatmap.png", png(composite(base, fixations, size_px)))
        sink.file(f"{own}_fixations.csv", fixation_csv(reading, fixations))
        if options.full_heatmap is not FullHeatmap.NONE:
            kind = options.full_heatmap
            sink.file(f"{own}_{kind.value}_heatmap.png", png(full_heatmap(reading, kind)))
        if options.video is not Video.NONE:
            _write_video(sink, own, base, fixations, size_px, options)
        return {
            "image_id": f"{shared}_512.png",
            "heatmap_image_id": f"{own}_heatmap.png",
            "reading_id": planned.digits,
            "patient": shared.partition("/")[0],
            "image": image.sha256,
            "left_out_fixations": len(reading.fixations) - usable_count(fixations, size_px),
            **_texts(reading, options),
            **_partition(reading, options),
        }

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: MimicEyeHeatOptions) -> Facts:
        """Write records, prompt files and the instruction-tuning file."""
        writing = Writing(
            prompts=read_prompts(_path(options.prompts)),
            system=options.system,
            dataset=options.dataset,
            is_published=options.profile is Profile.AS_PUBLISHED,
            has_empty_answers=options.empty_answers,
            has_one_image_patients=options.one_image_patients,
        )
        return write_records(cases, sink, writing)

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in a dataset breaks the rules of MIMIC-Eye-Heat."""
        return heat_problems(folder)


def _texts(reading: CaseReading, options: MimicEyeHeatOptions) -> dict[str, Any]:
    texts = texts_of(reading, _path(options.reports))
    has_heading = options.profile is Profile.AS_PUBLISHED and source_of(reading) == EYE_GAZE
    heading = read_prompts(_path(options.prompts))["DDX_HEADING"]
    return {
        "findings": texts.findings,
        "impression": texts.impression,
        "differential_diagnosis": diagnosis_text(texts.diagnoses, heading, is_heading_always=has_heading),
        "questions": questions_of(reading, _path(options.questions)),
        "altered": altered_reports_of(reading, _path(options.altered)),
    }


def _partition(reading: CaseReading, options: MimicEyeHeatOptions) -> dict[str, str]:
    source = source_of(reading)
    split = split_of(reading.key, options.train_share, 0.0)
    is_trained = source == REFLACX if options.partition is Partition.SOURCE else split == "train"
    return {"source": source, "split": split, "part": "train" if is_trained else "test"}


def _write_video(
    sink: CaseSink,
    own: str,
    base: Picture,
    fixations: HeatFixations,
    size_px: tuple[int, int],
    options: MimicEyeHeatOptions,
) -> None:
    is_cumulative = options.video_frames is Frames.CUMULATIVE
    shown = [number for number, _ in video_frames(base, fixations, size_px, is_cumulative=is_cumulative)]
    counts, times = video_times(fixations, shown, options.video_rate_hz, is_cumulative=is_cumulative)
    frames = video_frames(base, fixations, size_px, is_cumulative=is_cumulative)
    if options.video is Video.PNG:
        for place, (_, frame) in enumerate(frames):
            sink.file(f"{own}_gaze/frame_{place:04d}.png", png(frame))
    else:
        repeated = (frame for count, (_, frame) in zip(counts, frames, strict=True) for _ in range(count))
        sink.file(f"{own}_gaze.mp4", mp4(repeated, options.video_rate_hz))
    sink.file(f"{own}_gaze.json", times)


def _path(option: str) -> Path | None:
    return Path(option) if option else None
