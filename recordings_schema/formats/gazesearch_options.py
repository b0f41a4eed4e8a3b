"""Every parameter of the GazeSearch export; all of them stand in the provenance file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from recordings_schema.formats.options import Option


class Findings(str, Enum):
    """Where it comes from which findings a sentence is about."""

    TRANSCRIPT = "transcript"  # affirmed by the words of the sentence
    LABELS = "labels"  # named in the sentence, and chosen by the reader


class Keep(str, Enum):
    """Which fixations stay when there are more than fit."""

    LAST = "last"  # nearest to the mention, or to the answer
    FIRST = "first"


class Mentions(str, Enum):
    """Which sentence counts where several name one finding."""

    FIRST = "first"
    LAST = "last"


class SplitRule(str, Enum):
    """How training, validation and test are drawn."""

    PATIENT = "patient"  # all readings of a patient on one side
    ORIGINAL = "original"  # each image and task by itself, as the published file: images leak


@dataclass(frozen=True, slots=True, kw_only=True)
class GazesearchOptions:
    """Options of GazeSearch."""

    source: Annotated[
        Findings,
        Option(
            "read tasks: findings affirmed by the dictation, or named there and chosen as labels; without a "
            "dictation labels take the whole reading"
        ),
    ] = Findings.TRANSCRIPT
    findings: Annotated[
        str,
        Option(
            "JSON file with keywords, denials and labels of the findings; empty: the shipped table",
            place="file",
        ),
    ] = ""
    mentions: Annotated[Mentions, Option("sentence that counts where several name one finding")] = (
        Mentions.FIRST
    )
    lead_s: Annotated[
        float, Option("fixations count from so long before the end of the previous sentence", "s", 0, 60)
    ] = 1.5
    radius_deg: Annotated[
        float, Option("keep fixations this near to the finding's shape; 0: wherever they are", "deg", 0, 20)
    ] = 0.0
    shortest_ms: Annotated[float, Option("fixations shorter than this are dropped", "ms", 0, 1000)] = 0.0
    max_len: Annotated[int, Option("fixations of a scanpath at most", low=1, high=100)] = 6
    min_len: Annotated[int, Option("fixations of a scanpath at least; 6 as in REFLACX", low=1, high=100)] = 1
    keep: Annotated[Keep, Option("which fixations stay when there are more")] = Keep.LAST
    centre_prepended: Annotated[
        bool, Option("begin each scanpath at the centre (112, 112), which the published file leaves out")
    ] = False
    extended: Annotated[bool, Option("fill bbox with the finding's shape; zeros otherwise, as published")] = (
        False
    )
    split: Annotated[SplitRule, Option("by patient, or as published: each image and task by itself")] = (
        SplitRule.PATIENT
    )
    train_share: Annotated[float, Option("share to train with", low=0, high=1)] = 0.8
    validate_share: Annotated[float, Option("share to validate with", low=0, high=1)] = 0.1
    images: Annotated[
        bool, Option("copy the images as images/<name>, where the published loader looks for them")
    ] = False
