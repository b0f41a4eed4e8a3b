"""McGIP and GzPT: gaze, maps, and the matrices that say which readings are positive pairs in training.

gaze/<sample>.json           raw gaze on the canvas
heat/<sample>.png            8-bit map of the whole reading, 800 x 800
heatCluster/<sample>/<k>.jpg map of each burst
relation_<measure>.npy       N x N float64, symmetric, diagonal 1
preTrain.json namelist.txt data.json   the same order of names, as three training codes read it
pairs_<measure>.csv          pairs strictly above the threshold
meta.json                    constants, canvas, thresholds
images/<sample>.jpg          where asked for
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Final

import numpy as np

from gaze_core.similarity import gaze_relation, positive_pairs, reading_features, reading_maps
from gaze_core.similarity.clusters import MAX_POINTS
from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.image_files import write_jpeg
from recordings_schema.formats.mcgip_check import mcgip_problems
from recordings_schema.formats.mcgip_facts import features_from_json, features_to_json
from recordings_schema.formats.mcgip_gaze import Points, canvas_gaze, canvas_scale
from recordings_schema.formats.mcgip_lists import json_bytes, meta_of, write_lists
from recordings_schema.formats.mcgip_options import RELATION_NAMES, McgipOptions, Part, measures_of
from recordings_schema.formats.pictures import jpeg, not_at_hand, png
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.formats.splits import split_of
from recordings_schema.formats.tables import header, quoted_lines

QUEUE_LEAST: Final = 700
"""MoCo's queue begins with random indices below this: training with fewer samples indexes wrongly."""

_DECIMALS: Final = 3
_FORBIDDEN: Final = str.maketrans(dict.fromkeys('<>:"/\\|?*', "-"))


class McgipFormat(Format[McgipOptions]):
    """What the pretraining of McGIP and GzPT loads."""

    name: ClassVar[str] = "mcgip"
    title: ClassVar[str] = "McGIP / GzPT"
    summary: ClassVar[str] = (
        "gaze similarity of all readings: N x N matrices, name lists, maps, positive pairs"
    )
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[McgipOptions]] = McgipOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Gaze is on a canvas of 800 x 800 at one rate without times; lost gaze and gaze beside the image are "
        "left out.",
        "Views, pupils, fixations, words, shapes and answers but the chosen labels are left out.",
        "Maps of bursts are JPEG, as published; the matrices are of the maps before that loss.",
    )

    def key_problem(self, key: ReadingKey, options: McgipOptions) -> str:
        """Return why a case is not among those compared."""
        measures_of(options)
        if len(key.image_names) != 1:
            return "Several images were shown at once, or none; this format holds one."
        split = split_of(key, options.train_share, options.validate_share)
        if options.part is not Part.ALL and split != options.part.value:
            return f"It lies in another part of the split than {options.part.value}."
        return ""

    def problem(self, reading: CaseReading, options: McgipOptions) -> str:
        """Return why a reading cannot be compared."""
        x_px, _ = canvas_gaze(reading, options.points, options.rate_hz, options.mapping)
        if not len(x_px):
            if options.points is Points.SAMPLES and not len(reading.samples) and len(reading.fixations):
                return "It has fixations and no samples; --option points=fixations compares those."
            return "No gaze lies on the image."
        if len(x_px) > MAX_POINTS:
            return f"It has {len(x_px)} points of gaze, more than {MAX_POINTS}; choose a lower rate_hz."
        return not_at_hand(reading.images[0]) if options.images else ""

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: McgipOptions
    ) -> Facts:
        """Write gaze and maps of a reading; keep its features."""
        image = reading.images[0]
        sample = f"{image.stem.translate(_FORBIDDEN)}_{planned.digits}"
        # What is written is what is compared: anyone can compute the matrices again from the files.
        x_px, y_px = (
            np.round(values, _DECIMALS)
            for values in canvas_gaze(reading, options.points, options.rate_hz, options.mapping)
        )
        maps = reading_maps(x_px, y_px)
        gaze = {
            "gaze": np.column_stack((x_px, y_px)).tolist(),
            "img": f"images/{sample}.jpg",
            "case": planned.key.case_id,
            "gt": "|".join(_present(reading)),
        }
        sink.file(f"gaze/{sample}.json", json_bytes(gaze))
        if options.maps:
            sink.file(f"heat/{sample}.png", png(maps.whole))
            digits = len(str(max(0, len(maps.bursts) - 1)))  # in the order of the alphabet also from 10 on
            for number, burst in enumerate(maps.bursts):
                sink.file(f"heatCluster/{sample}/{number:0{digits}d}.jpg", jpeg(burst))
        if options.images:
            write_jpeg(sink, f"images/{sample}.jpg", image)
        across, down = canvas_scale(image, options.mapping)
        return {
            "sample": sample,
            "points": len(x_px),
            "scale": [across, down],
            "features": features_to_json(reading_features(x_px, y_px, maps)),
        }

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: McgipOptions) -> Facts:
        """Compare all readings; write matrices, lists, pairs and constants."""
        samples = [str(case.facts["sample"]) for case in cases]
        readings = [features_from_json(case.facts["features"]) for case in cases]
        counts: dict[str, int] = {}
        for measure in measures_of(options):
            relation = gaze_relation(measure, readings, options.reduction)
            buffer = io.BytesIO()
            np.save(buffer, relation, allow_pickle=False)
            sink.file(f"{RELATION_NAMES[measure]}.npy", buffer.getvalue())
            pairs = positive_pairs(relation, options.threshold)
            counts[measure.value] = len(pairs.value)
            if options.pairs:
                order = np.lexsort((pairs.second, pairs.first))
                columns = (pairs.first[order], pairs.second[order], pairs.value[order])
                rows = zip(*(column.tolist() for column in columns), strict=True)
                sink.file(f"pairs_{measure.value}.csv", header(("i", "j", "sim")) + quoted_lines(rows))
        write_lists(samples, sink, options)
        sink.file("meta.json", json_bytes(meta_of(cases, counts, options, self.version)))
        warnings = []
        splits = {split_of(case.planned.key, options.train_share, options.validate_share) for case in cases}
        if len(splits) > 1:
            warnings.append(
                f"The matrices compare readings across {', '.join(sorted(splits))}: train with those of "
                "--option part=train alone."
            )
        if len(samples) < QUEUE_LEAST:
            warnings.append(
                f"{len(samples)} samples: the published MoCo code fills its queue with indices below "
                f"{QUEUE_LEAST} and needs as many; BYOL and SimSiam do not."
            )
        return {"samples": len(samples), "positive_pairs": counts, "warnings": warnings}

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in a dataset breaks the rules of McGIP."""
        return mcgip_problems(folder)


def _present(reading: CaseReading) -> list[str]:
    """Return what is there by the reference standard, else what the reader chose."""
    known = [each.finding for each in reading.reference if each.is_present]
    return known if reading.reference else list(reading.chosen)
