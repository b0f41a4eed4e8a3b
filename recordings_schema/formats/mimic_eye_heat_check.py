"""The rules of a MIMIC-Eye-Heat dataset: pictures drawn again from their fixations, records, prompt files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from gaze_core.heat_overlay import LONGEST_SIDE_PX, reduced_size
from recordings_schema.formats.mimic_eye_heat_case import composite, read_fixations
from recordings_schema.formats.mimic_eye_heat_prompts import ANSWER_KEYS, TASKS
from recordings_schema.formats.mimic_eye_heat_records import PARTS, PROMPTS_NAME, TUNING_NAME, records_name
from recordings_schema.formats.pictures import decoded

RECORD_KEYS: Final = (
    "image_id", "heatmap_image_id", "findings", "findings_org", "impression", "differential_diagnosis",
    "split", "source", "question", "answer", "reading_id",
)  # fmt: skip


def heat_problems(folder: Path) -> Iterator[str]:
    """Yield what breaks the rules, a sentence each."""
    patients: dict[str, set[str]] = {}
    pictures: dict[str, str] = {}
    for part in PARTS:
        records = _json(folder / records_name(part))
        if not isinstance(records, list):
            yield f"{records_name(part)} is not there or holds no list of records."
            continue
        for number, record in enumerate(records):
            if any(key not in record for key in RECORD_KEYS):
                yield f"{records_name(part)}: record {number} lacks a key."
                continue
            patients.setdefault(record["image_id"].partition("/")[0], set()).add(part)
            pictures[record["heatmap_image_id"]] = record["image_id"]
    yield from (
        f"{patient} is in both training and test." for patient, parts in patients.items() if len(parts) > 1
    )
    for heatmap, base in pictures.items():
        yield from _picture_problems(folder, base, heatmap)
    for task in TASKS:
        yield from _task_problems(folder, task)
    tuning = _json(folder / TUNING_NAME)
    if not isinstance(tuning, list) or any(set(each) != {"id", "image", "conversations"} for each in tuning):
        yield f"{TUNING_NAME} is not there or has an entry with other keys."


def _picture_problems(folder: Path, base_name: str, heatmap_name: str) -> Iterator[str]:
    try:
        base, heatmap = (decoded((folder / name).read_bytes()) for name in (base_name, heatmap_name))
        table = (folder / f"{heatmap_name.removesuffix('_heatmap.png')}_fixations.csv").read_bytes()
        fixations, size_px = read_fixations(table)
    except (OSError, ValueError, IndexError) as err:
        yield f"A file of {heatmap_name} cannot be read: {err}."
        return
    if base is None or heatmap is None or base.dtype != np.uint8:
        yield f"{base_name} or {heatmap_name} is no picture."
        return
    width, height = reduced_size(*size_px)
    if base.shape[:2] != (height, width) or max(width, height) != LONGEST_SIDE_PX:
        yield f"{base_name} has {base.shape[1]} x {base.shape[0]} px instead of {width} x {height}."
    elif heatmap.shape != (height, width, 4):
        yield f"{heatmap_name} is not RGBA of {width} x {height} px."
    elif not np.array_equal(composite(np.asarray(base, np.uint8), fixations, size_px), heatmap):
        yield f"{heatmap_name} is not what its fixations give."


def _task_problems(folder: Path, task: str) -> Iterator[str]:
    files = [folder / task / f"MICCAI_{name}.jsonl" for name in ("default", "heatmap")]
    if task == "ERR" and not any(path.exists() for path in files):
        return
    description = (_json(folder / PROMPTS_NAME) or {}).get("HEATMAP_DESC", "")
    plain, heat = (_lines(path) for path in files)
    keys = ["image", "sys", "text", "question_id", ANSWER_KEYS[task]]
    if plain is None or heat is None or any(list(each) != keys for each in (*plain, *heat)):
        yield f"A file of {task} is not there, or has a line with other keys."
        return
    changed = [{**each, "text": description + each["text"], "image": ""} for each in plain]
    if changed != [{**each, "image": ""} for each in heat]:
        yield f"The two files of {task} differ in more than image and description."


def _lines(path: Path) -> list[dict[str, Any]] | None:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
