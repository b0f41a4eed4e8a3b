"""Records of MIMIC-Eye-Heat and the prompt files made of them.

mimic-eye-heat-train.json, mimic-eye-heat-test.json    the records, one line of JSON
<TASK>/MICCAI_default.jsonl, MICCAI_heatmap.jsonl      of the test records
instruction_miccai_heatmap.json                        of the training records, shuffled
prompts.json                                           the texts they were made with
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from recordings_schema.formats.contract import DatasetSink, Facts, FinishedCase
from recordings_schema.formats.mimic_eye_heat_prompts import (
    ANSWER_KEYS,
    TASKS,
    Prompts,
    Record,
    evaluation_record,
    published_keys,
    tuning_record,
)

PARTS: Final = ("train", "test")
TUNING_NAME: Final = "instruction_miccai_heatmap.json"
PROMPTS_NAME: Final = "prompts.json"
YES_NO: Final = (["yes"], ["no"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How records and prompts are written."""

    prompts: Prompts
    system: str
    dataset: str
    is_published: bool
    has_empty_answers: bool
    has_one_image_patients: bool


def records_name(part: str) -> str:
    """Return the name of the file with the records of train or test."""
    return f"mimic-eye-heat-{part}.json"


def write_records(cases: Sequence[FinishedCase], sink: DatasetSink, writing: Writing) -> Facts:
    """Write everything about all readings; return what the provenance file shall say of it."""
    kept, left_out = _kept(cases, writing)
    records = {part: [record for each in kept[part] for record in _records(each, part)] for part in PARTS}
    for part in PARTS:
        sink.file(records_name(part), json.dumps(records[part]).encode("utf-8"))
    lines: dict[str, int] = {}
    for task in TASKS:
        found = _of_task(task, records["test"], writing)
        lines[task] = len(found)
        if found or task != "ERR":
            for name, has_heat in (("default", False), ("heatmap", True)):
                entries = [
                    evaluation_record(
                        task, record, number, writing.prompts, system=writing.system, has_heat=has_heat,
                        is_published=writing.is_published,
                    )
                    for number, record in enumerate(found)
                ]  # fmt: skip
                content = "".join(f"{json.dumps(entry)}\n" for entry in entries)
                sink.file(f"{task}/MICCAI_{name}.jsonl", content.encode("utf-8"))
    tuning = [
        tuning_record(task, record, number, writing.prompts, dataset=writing.dataset)
        for task in TASKS
        for number, record in enumerate(_of_task(task, records["train"], writing))
    ]
    tuning.sort(key=lambda entry: hashlib.sha256(str(entry["id"]).encode()).digest())  # the same every time
    sink.file(TUNING_NAME, json.dumps(tuning).encode("utf-8"))
    texts = json.dumps(dict(writing.prompts), indent=2, ensure_ascii=False)
    sink.file(PROMPTS_NAME, f"{texts}\n".encode())
    return {
        "warnings": _warnings(cases, kept, records, left_out),
        "records": {part: len(records[part]) for part in PARTS},
        "evaluation_lines": lines,
        "tuning_entries": len(tuning),
        "published_prompts": published_keys(writing.prompts),
        "readers": {
            part: sorted({each.planned.key.reader for each in kept[part]}) for part in PARTS
        },
        "left_out_fixations": sum(int(each.facts["left_out_fixations"]) for each in cases),
    }  # fmt: skip


def _kept(
    cases: Sequence[FinishedCase], writing: Writing
) -> tuple[dict[str, list[FinishedCase]], dict[str, int]]:
    """Return the readings of both parts, no patient in both, and how many are left out for what."""
    images: dict[str, set[str]] = {}
    for each in cases:
        images.setdefault(str(each.facts["patient"]), set()).add(str(each.facts["image"]))
    trained = {str(each.facts["patient"]) for each in cases if each.facts["part"] == "train"}
    kept: dict[str, list[FinishedCase]] = {part: [] for part in PARTS}
    left_out: Counter[str] = Counter()
    for each in cases:
        patient, part = str(each.facts["patient"]), str(each.facts["part"])
        if writing.has_one_image_patients and len(images[patient]) > 1:
            left_out["their patients have several images"] += 1
        elif part == "test" and patient in trained:
            left_out["their patients are trained with"] += 1
        else:
            kept[part].append(each)
    return kept, dict(left_out)


def _records(case: FinishedCase, part: str) -> list[Record]:
    """Return the records of a reading: one for each question about its image, at least one."""
    facts = case.facts
    shared: dict[str, Any] = {
        "image_id": facts["image_id"], "heatmap_image_id": facts["heatmap_image_id"],
        "findings": facts["findings"], "findings_org": facts["findings"], "impression": facts["impression"],
        "differential_diagnosis": facts["differential_diagnosis"], "split": facts["split"],
        "source": facts["source"],
    }  # fmt: skip
    asked = [(question, answers) for question, answers in facts["questions"]]
    if part == "test":
        asked = [each for each in asked if each[1] in YES_NO][:1]
    records = [
        {**shared, "question": question, "answer": answers[0], "reading_id": facts["reading_id"]}
        for question, answers in asked or [("", [""])]
    ]
    altered: list[dict[str, str]] = facts["altered"]
    for place, change in enumerate(altered):
        if place < len(records):
            records[place].update(change)
        else:  # more altered reports than questions
            unasked = {"question": "", "answer": ""}
            records.append({**shared, **unasked, "reading_id": facts["reading_id"], **change})
    return records


def _of_task(task: str, records: Sequence[Record], writing: Writing) -> list[Record]:
    """Return the records of a task: of each reading one, of questions and altered reports every one."""
    if task == "VQA":
        return [record for record in records if record["question"]]
    if task == "ERR":
        return [record for record in records if "label" in record]
    first = list({record["reading_id"]: record for record in reversed(records)}.values())[::-1]
    if writing.has_empty_answers:
        return first
    return [record for record in first if str(record[ANSWER_KEYS[task]]).strip()]


def _warnings(
    cases: Sequence[FinishedCase],
    kept: dict[str, list[FinishedCase]],
    records: dict[str, list[Record]],
    left_out: dict[str, int],
) -> list[str]:
    told = [f"{count} readings are in no record: {why}." for why, count in left_out.items()]
    told += [f"No reading is left to {part} with." for part in PARTS if not kept[part]]
    every = [record for part in PARTS for record in records[part]]
    for name, words in (("findings", "findings"), ("impression", "an impression")):
        count = sum(not case.facts[name] for case in cases)
        if count:
            told.append(f"{count} of {len(cases)} readings have no {words.removeprefix('an ')}.")
    if not any(record["question"] for record in every):
        told.append("There is no question: the files of the task VQA are empty.")
    return told
