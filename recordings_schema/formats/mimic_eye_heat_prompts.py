"""Prompt texts and prompt records of MIMIC-Eye-Heat: what a model is asked, and what it should answer.

The texts of this program are its own. Whoever wants the published ones pastes them into the file named by the
option `prompts`; `published_keys` then says which of them are the published ones, by length and checksum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from recordings_schema.formats.contract import FormatError

Prompts = Mapping[str, str]
Record = dict[str, Any]

TASKS: Final = ("DDX", "GEN", "SUM", "VQA", "ERR")
ANSWER_KEYS: Final = {
    "DDX": "differential_diagnosis", "GEN": "findings", "SUM": "impression", "VQA": "answer", "ERR": "label",
}  # fmt: skip
ERROR_CHOICES: Final = {"remove": "Y", "insert": "Y", "replace": "Y", "original": "N"}

OWN_PROMPTS: Final[Prompts] = {
    "DEFAULT_DDX": "Which differential diagnoses does this chest radiograph suggest?",
    "DEFAULT_ERR": "Compare the report below with the chest radiograph. Does the report contain an error? "
    "Choose Y or N.\n\n",
    "DEFAULT_GEN": "Write the findings of a report on this chest radiograph, with every abnormality.",
    "DEFAULT_SUM": "Write the impression of a report from the image and the findings below.\nFindings: ",
    "DEFAULT_VQA": "Answer the question about the image with the letter of an option. ",
    "HEATMAP_DESC": "The red dots over the image show where a radiologist looked: the darker, the longer.\n",
    "ERR_OPTION_LINES": "\nY. the report contains an error.\nN. the report contains no error.\n",
    "DDX_HEADING": "Differential diagnoses:",
}
"""Texts by key. The last two are no constants of the published files: a prompt file may do without."""

_OPTIONAL: Final = ("ERR_OPTION_LINES", "DDX_HEADING")
_LARGEST_BYTES: Final = 1 << 20
_PUBLISHED: Final = {
    "DEFAULT_DDX": (62, "6181595bb0c511f183d2a876c79f980aea57c7efd560b21b95c1e3c1393a1ac3"),
    "DEFAULT_ERR": (172, "99921a75ebba425a7d129c6b72ee5a88a9a160247b2060a14dd1a626719d7f48"),
    "DEFAULT_GEN": (109, "d41170c6260b4fa187aca35935e320d48be9b36765c1b6397eb1af073bda49a8"),
    "DEFAULT_SUM": (150, "7efca51950273fe885d342b730765ec12f67a5ed26ec0e7abfdb77ca550c93d8"),
    "DEFAULT_VQA": (65, "24d9a26b76361810ac5f9d5f501a7ba3ef2882d1ee955d1f6385bc124dc6e652"),
    "HEATMAP_DESC": (213, "1d9373564c9792cafe8ce9dea4949ae7e8aa71d8d061fc6a01c354dfdf0908b9"),
    "ERR_OPTION_LINES": (77, "fbf34c065de3befc6456fdc776345b805b91dabe6c0e38c111b4b03095025d55"),
}
"""Length and SHA-256 of the published texts; from the vectors of the specification."""


def read_prompts(path: Path | None) -> Prompts:
    """Return the texts of a prompt file; our own without one.

    Raises
    ------
    FormatError
        If the file cannot be read, is no JSON object of texts, or lacks one of the six keys.
    """
    if path is None:
        return OWN_PROMPTS
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise FormatError(f"{path} is too large for a file of prompts.", path=path)
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise FormatError(
            f"The prompts {path} cannot be read ({err.strerror}). Name the file.", path=path
        ) from err
    except ValueError as err:
        raise FormatError(
            f"{path} is no JSON: {err}. Begin with a copy of prompts.json of an export.", path=path
        ) from err
    if not isinstance(content, dict) or not all(isinstance(text, str) for text in content.values()):
        raise FormatError(f"{path} has to hold one JSON object of keys and texts.", path=path)
    missing = [key for key in OWN_PROMPTS if key not in content and key not in _OPTIONAL]
    if missing:
        raise FormatError(f"{path} lacks {', '.join(missing)}. Add the keys with their texts.", path=path)
    return {**OWN_PROMPTS, **content}


def published_keys(prompts: Prompts) -> list[str]:
    """Return which texts are the published ones, by length and checksum."""
    found = []
    for key, (letters, sha256) in _PUBLISHED.items():
        text = prompts.get(key, "")
        if len(text) == letters and hashlib.sha256(text.encode()).hexdigest() == sha256:
            found.append(key)
    return found


def evaluation_record(
    task: str,
    record: Record,
    number: int,
    prompts: Prompts,
    *,
    system: str,
    has_heat: bool,
    is_published: bool,
) -> Record:
    """Return the line of an evaluation file.

    Parameters
    ----------
    task
        One of `TASKS`.
    record
        Of a reading; `ERR` needs `findings_mod` and `label`, `VQA` `question` and `answer`.
    number
        Place in the file, from 0.
    prompts, system
        The texts.
    has_heat
        Whether the image is the one with the heat layer.
    is_published
        Whether the summary task ends with the option lines of the error task, as in the published files.
    """
    answer = record["findings_org" if task == "GEN" else ANSWER_KEYS[task]]
    return {
        "image": str(record["heatmap_image_id" if has_heat else "image_id"]).strip(),
        "sys": system.strip(),
        "text": _text(task, record, prompts, has_heat=has_heat, has_options=is_published),
        "question_id": number,
        ANSWER_KEYS[task]: str(answer).strip(),
    }


def tuning_record(task: str, record: Record, number: int, prompts: Prompts, *, dataset: str) -> Record:
    """Return an entry of the instruction-tuning file; always with the heat layer."""
    answer = str(record["findings_org" if task == "GEN" else ANSWER_KEYS[task]]).strip()
    text = _text(task, record, prompts, has_heat=True, has_options=False)
    return {
        "id": f"{dataset}_{task.lower()}_{number}",
        "image": str(record["heatmap_image_id"]).strip(),
        "conversations": [
            {"from": "human", "value": f"<image>\n{text}"},
            {"from": "gpt", "value": ERROR_CHOICES[answer] if task == "ERR" else answer},
        ],
    }


def _text(task: str, record: Record, prompts: Prompts, *, has_heat: bool, has_options: bool) -> str:
    begin = (prompts["HEATMAP_DESC"] if has_heat else "") + prompts[f"DEFAULT_{task}"]
    if task == "SUM":
        between = prompts["ERR_OPTION_LINES"] if has_options else "\n"
        return f"{begin}{record['findings_org']}{between}Impression: "
    if task == "VQA":
        return f"{begin}{record['question']}\nY. yes.\nN. no.\n"
    if task == "ERR":
        return f"{begin}{record['findings_mod']}{prompts['ERR_OPTION_LINES']}"
    return begin
