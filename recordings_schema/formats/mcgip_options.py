"""Every parameter of the McGIP export, and what its measures and files are called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final

from gaze_core.similarity import GazeMeasure, MultiMatchReduction
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.mcgip_gaze import CanvasMapping, Points
from recordings_schema.formats.options import Option

RELATION_NAMES: Final = {
    GazeMeasure.DHASH: "relation_dhash",
    GazeMeasure.MOMENT: "relation_moment",
    GazeMeasure.DENTAL: "relation_tdd_heat",
    GazeMeasure.MOMENT_SEQUENCE: "relation_moment_sequence",
    GazeMeasure.TIMA: "relation_tima",
    GazeMeasure.HEAT: "relation_heat",
    GazeMeasure.MULTIMATCH: "relation_multimatch",
}
"""Files as the published scripts call them, where they do."""


class NameLists(str, Enum):
    """Which lists of names are written."""

    ALL = "all"
    PRETRAIN = "preTrain"
    NAMELIST = "namelist"
    DATA = "data"


class Part(str, Enum):
    """Which readings are in the matrices, by the splits of patients."""

    ALL = "all"
    TRAIN = "train"
    VALIDATE = "validate"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class McgipOptions:
    """Options of McGIP."""

    measures: Annotated[
        str, Option(f"{', '.join(measure.value for measure in GazeMeasure)}: some, with commas, or all")
    ] = "all"
    threshold: Annotated[float, Option("pairs strictly above are positive", low=0, high=1)] = 0.95
    reduction: Annotated[
        MultiMatchReduction, Option("how the five values of MultiMatch become the one that training needs")
    ] = MultiMatchReduction.MEAN5
    rate_hz: Annotated[float, Option("gaze is thinned to this rate for all readings", "Hz", 1, 2000)] = 60.0
    points: Annotated[Points, Option("samples, or fixations repeated for as long as they lasted")] = (
        Points.SAMPLES
    )
    mapping: Annotated[CanvasMapping, Option("how an image lies on the canvas of 800 x 800")] = (
        CanvasMapping.STRETCH
    )
    lists: Annotated[NameLists, Option("lists of names to write")] = NameLists.ALL
    pairs: Annotated[bool, Option("write the positive pairs as tables")] = True
    maps: Annotated[bool, Option("write the maps as pictures")] = True
    part: Annotated[Part, Option("readings of one side of the split by patients, or all")] = Part.ALL
    train_share: Annotated[float, Option("share of patients to train with", low=0, high=1)] = 0.7
    validate_share: Annotated[float, Option("share of patients to validate with", low=0, high=1)] = 0.15
    images: Annotated[bool, Option("copy the images as images/<sample>.jpg")] = False


def measures_of(options: McgipOptions) -> tuple[GazeMeasure, ...]:
    """Return the measures that are asked for, in their order.

    Raises
    ------
    FormatError
        If one of them is not known.
    """
    names = [name.strip() for name in options.measures.split(",") if name.strip()]
    if names == ["all"]:
        return tuple(GazeMeasure)
    known = [measure.value for measure in GazeMeasure]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise FormatError(
            f"measures is {options.measures!r}; name some of {', '.join(known)} with commas between them, or "
            "all."
        )
    return tuple(measure for measure in GazeMeasure if measure.value in names)
