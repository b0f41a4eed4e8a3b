"""Options of GazeMedSeg, from which command line and dialogs are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final

from gaze_core.crf import CrfParameters
from gaze_core.heat_grid import LEVELS, PROSTATE_LEVELS
from recordings_schema.formats.options import Option

SHORTEST_MS: Final = 50.0


class Tasks(str, Enum):
    """Whose fixations are meant as a mask."""

    SEGMENT = "segment"
    ALL = "all"


class Maps(str, Enum):
    """What is made of the fixations."""

    TABLE = "table"
    HEATMAP = "heatmap"
    CRF = "crf"


class Layout(str, Enum):
    """Which of the published loaders shall read the folder."""

    KVASIR = "kvasir"
    PROSTATE = "prostate"


_SIGMA_CELLS: Final = {Layout.KVASIR: 70.0, Layout.PROSTATE: 50.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class GazemedsegOptions:
    """Options of GazeMedSeg."""

    tasks: Annotated[Tasks, Option("cases of these tasks; masks are meant to come from segment tasks")] = (
        Tasks.SEGMENT
    )
    shortest_ms: Annotated[float, Option("fixations shorter than this are dropped", "ms", 50, 1000)] = (
        SHORTEST_MS
    )
    maps: Annotated[Maps, Option("the table alone, heat maps, or heat maps refined with the image")] = (
        Maps.CRF
    )
    layout: Annotated[Layout, Option("kvasir: JPEG with PNG beside; prostate: PNG, images as DICOM")] = (
        Layout.KVASIR
    )
    images: Annotated[bool, Option("copy the images into the dataset")] = False
    reference_masks: Annotated[
        str, Option("folder of masks named like the images; Dice is computed against them", place="folder")
    ] = ""
    train_share: Annotated[float, Option("share of patients to train with", low=0, high=1)] = 0.8
    levels: Annotated[int, Option("masks of the kvasir layout; prostate always has 2", low=1, high=5)] = 2
    sigma_cells: Annotated[
        float, Option("blur of the heat map; 0: 70 for kvasir, 50 for prostate", "of 768 cells", 0, 384)
    ] = 0.0
    crf_place_sigma_px: Annotated[float, Option("reach of the refinement", "px of the image", 1, 1000)] = 80.0
    crf_colour_sigma: Annotated[float, Option("its reach in colour", "levels of 255", 1, 255)] = 13.0
    crf_compatibility: Annotated[float, Option("its strength", low=0, high=100)] = 1.0
    crf_iterations: Annotated[int, Option("its steps", low=0, high=100)] = 10
    crf_longest_px: Annotated[
        int, Option("larger images are refined at this size; 0: never", "px", 0, 8192)
    ] = 1024

    @property
    def sigma(self) -> float:
        """Cells of the blur."""
        return self.sigma_cells or _SIGMA_CELLS[self.layout]

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Of the masks, one for each level."""
        return PROSTATE_LEVELS if self.layout is Layout.PROSTATE else LEVELS[self.levels]

    @property
    def crf(self) -> CrfParameters:
        """The refinement."""
        return CrfParameters(
            place_sigma_px=self.crf_place_sigma_px, colour_sigma=self.crf_colour_sigma,
            compatibility=self.crf_compatibility, iterations=self.crf_iterations,
        )  # fmt: skip

    @property
    def crf_folder(self) -> str:
        """Name of the folder of refined maps."""
        return f"crf_compat{self.crf_compatibility:g}"

    @property
    def ending(self) -> str:
        """Of maps and masks the loaders read."""
        return ".jpg" if self.layout is Layout.KVASIR else ".png"
