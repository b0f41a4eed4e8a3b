"""The files of a McGIP dataset that are about all samples: lists of names in one order, and constants."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from recordings_schema.formats.contract import DatasetSink, FinishedCase
from recordings_schema.formats.mcgip_facts import measure_facts
from recordings_schema.formats.mcgip_options import RELATION_NAMES, McgipOptions, NameLists, measures_of


def write_lists(samples: Sequence[str], sink: DatasetSink, options: McgipOptions) -> None:
    """Write the lists of names; row i of every matrix is entry i of each list."""
    names = [f"images/{sample}.jpg" for sample in samples]
    contents = {
        NameLists.PRETRAIN: ("preTrain.json", json_bytes(names)),
        NameLists.NAMELIST: ("namelist.txt", "".join(f"{name}\n" for name in names).encode("utf-8")),
        NameLists.DATA: ("data.json", json_bytes({"train": [{"img": name} for name in names]})),
    }
    for kind, (path, content) in contents.items():
        if options.lists in (kind, NameLists.ALL):
            sink.file(path, content)


def meta_of(
    cases: Sequence[FinishedCase], counts: Mapping[str, int], options: McgipOptions, version: str
) -> dict[str, Any]:
    """Return what `meta.json` says: thresholds, constants, canvas, versions."""
    scales = sorted({tuple(case.facts["scale"]) for case in cases})
    return {
        "samples": len(cases),
        "order": "row and column i of every matrix is line i of the name lists",
        "threshold": options.threshold,
        "comparison": "strictly greater",
        "positive_pairs": dict(counts),
        "rate_hz": options.rate_hz,
        "points": options.points.value,
        "mapping": options.mapping.value,
        "canvas_px_per_image_px": [list(scale) for scale in scales],
        "part": options.part.value,
        "measures": {
            measure.value: {
                "file": f"{RELATION_NAMES[measure]}.npy",
                **measure_facts(measure, options.reduction),
            }
            for measure in measures_of(options)
        },
        "format_version": version,
    }


def json_bytes(value: object) -> bytes:
    """Return a JSON document of one line."""
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8")
