"""Prompt records are the published ones; texts come from files, answers or the dictation."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.mimic_eye_heat import MimicEyeHeatFormat
from recordings_schema.formats.mimic_eye_heat_prompts import (
    OWN_PROMPTS,
    TASKS,
    evaluation_record,
    published_keys,
    read_prompts,
    tuning_record,
)
from recordings_schema.formats.mimic_eye_heat_texts import (
    altered_reports_of,
    diagnosis_text,
    questions_of,
    sections_of,
    texts_of,
)
from recordings_schema.formats.reading import ReadAnswer
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_images import image_readings
from recordings_schema.formats.testing_readings import make_reading

HEAT = MimicEyeHeatFormat()


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye_heat.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("task", TASKS)
def test_records_are_those_of_the_worked_examples(vectors: dict[str, Any], task: str) -> None:
    prompts = {key: f"{{{key}}}" for key in OWN_PROMPTS}
    for name, expected in vectors["records_out"]["eval"][task.lower()].items():
        found = evaluation_record(
            task,
            vectors["record_in"],
            7,
            prompts,
            system="SYS",
            has_heat=name == "heatmap",
            is_published=True,
        )
        assert json.dumps(found) == json.dumps(expected)  # the order of the keys, too
    tuning = tuning_record(task, vectors["record_in"], 7, prompts, dataset="reflacx")
    assert json.dumps(tuning) == json.dumps(vectors["records_out"]["instruct"][task.lower()])


def test_our_texts_are_none_of_the_published_ones_but_end_like_them(vectors: dict[str, Any]) -> None:
    assert published_keys(OWN_PROMPTS) == []
    for key, print_of in vectors["prompt_text_fingerprints"].items():
        assert OWN_PROMPTS[key].count("\n") == print_of["newlines"]
        ending = print_of["trailing_repr"].strip("'").encode().decode("unicode_escape")
        assert OWN_PROMPTS[key][-1] == ending[-1]
    assert all(vectors["prompt_text_identical_in_both_files"].values())


def test_pasted_texts_are_known_by_length_and_checksum(vectors: dict[str, Any], monkeypatch) -> None:
    from recordings_schema.formats import mimic_eye_heat_prompts as module

    prints = vectors["prompt_text_fingerprints"]
    assert {key: (one["chars"], one["sha256"]) for key, one in prints.items()} == module._PUBLISHED
    pasted = "What is there?"
    known = {**module._PUBLISHED, "DEFAULT_DDX": (len(pasted), hashlib.sha256(pasted.encode()).hexdigest())}
    monkeypatch.setattr(module, "_PUBLISHED", known)
    assert published_keys({**OWN_PROMPTS, "DEFAULT_DDX": pasted}) == ["DEFAULT_DDX"]
    assert published_keys({**OWN_PROMPTS, "DEFAULT_DDX": f"{pasted} "}) == []


def test_a_prompt_file_is_used_and_kept_with_the_dataset(tmp_path: Path) -> None:
    path = tmp_path / "my-prompts.json"
    path.write_text(json.dumps({**OWN_PROMPTS, "DEFAULT_GEN": "Berichte, bitte."}), encoding="utf-8")
    export(HEAT, image_readings(tmp_path, 1), tmp_path / "data", prompts=str(path), train_share=1.0)
    assert read_prompts(tmp_path / "data" / "prompts.json")["DEFAULT_GEN"] == "Berichte, bitte."
    tuning = json.loads((tmp_path / "data" / "instruction_miccai_heatmap.json").read_text(encoding="utf-8"))
    texts = {entry["id"]: entry["conversations"][0]["value"] for entry in tuning}
    assert texts["reflacx_gen_0"].endswith("Berichte, bitte.")
    assert set(texts) == {"reflacx_ddx_0", "reflacx_gen_0", "reflacx_sum_0"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON"),
        ("[1]", "one JSON object"),
        ('{"DEFAULT_DDX": "x"}', "lacks DEFAULT_ERR"),
        (None, "cannot be read"),
    ],
)
def test_a_prompt_file_that_cannot_be_used_is_named(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "prompts.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=words):
        read_prompts(path)


@pytest.mark.parametrize(
    ("spoken", "findings", "impression"),
    [
        ("The heart is large. Impression: Cardiomegaly.", "The heart is large.", "Cardiomegaly."),
        ("Findings. Clear lungs. Impression. Normal.", "Clear lungs.", "Normal."),
        ("Clear. My impression is normal.", "Clear. My impression is normal.", ""),
        ("conclusion: none", "", "none"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_sections_begin_where_their_heading_is_said(spoken: str, findings: str, impression: str) -> None:
    assert sections_of(tuple(spoken.split())) == (findings, impression)


def test_a_report_table_comes_before_answers_and_answers_before_the_dictation(tmp_path: Path) -> None:
    answer = ReadAnswer(screen="impression", kind="text", name="text", value="Large  heart.")
    listed = ReadAnswer(screen="differential", kind="text", name="text", value="Failure; Effusion\n")
    reading = replace(make_reading(), answers=(answer, listed))
    spoken = texts_of(reading, None)
    assert (spoken.findings, spoken.impression) == ("The heart, is enlarged.", "Large heart.")
    assert spoken.diagnoses == ("Failure", "Effusion")
    table = tmp_path / "reports.csv"
    table.write_text(
        'image,findings,dx1,dx2\nfiles/case-0.dcm,"Seen\n twice",CHF,\ncase-1,x,,\n', encoding="utf-8"
    )
    read = texts_of(reading, table)
    assert (read.findings, read.impression, read.diagnoses) == ("Seen twice", "Large heart.", ("CHF",))
    assert texts_of(make_reading(trial=3), table).findings == "The heart, is enlarged."


def test_the_published_table_of_report_sections_is_joined_by_examination(tmp_path: Path) -> None:
    table = tmp_path / "mimic_cxr_sectioned.csv"
    table.write_text(
        "study,impression,findings,last_paragraph,comparison\ns20000001,Other.,,,\ns20000002,Normal.,Clear.,,\n",
        encoding="utf-8",
    )
    reading = make_reading()
    image = replace(reading.images[0], name="files/p10/p10000001/s20000002/case-0.dcm")
    found = texts_of(replace(reading, images=(image,)), table)
    assert (found.findings, found.impression) == ("Clear.", "Normal.")


@pytest.mark.parametrize("name", ["case-0", "case-0.png", "p10/s2/case-0.JPG", "images\\case-0.dcm"])
def test_tables_name_images_with_or_without_folder_and_ending(tmp_path: Path, name: str) -> None:
    table = tmp_path / "questions.csv"
    table.write_text(f"image_path,question,answer\n{name},Any mass?,yes\n", encoding="utf-8")
    assert questions_of(make_reading(), table) == [("Any mass?", ["yes"])]


def test_diagnoses_are_numbered_below_a_heading() -> None:
    assert diagnosis_text(("A", "B"), "Head:", is_heading_always=False) == "Head:\n1. A.\n2. B."
    assert diagnosis_text((), "Head:", is_heading_always=False) == ""
    assert diagnosis_text((), "Head:", is_heading_always=True) == "Head:"


def test_a_question_table_trains_with_every_question_and_tests_with_one_yes_or_no(tmp_path: Path) -> None:
    table = tmp_path / "vqa.json"
    rows = [
        {"image_id": "case-0", "question": "Which side?", "answer": ["left", "right"]},
        {"image_id": "case-0", "question": "Any nodule?", "answer": ["no"]},
        {"image_id": "case-0", "question": "Any mass?", "answer": ["yes"]},
        {"image_id": "case-0", "question": "Unanswered?", "answer": []},
    ]
    table.write_text(json.dumps(rows), encoding="utf-8")
    assert len(questions_of(make_reading(), table)) == 3
    readings = image_readings(tmp_path, 1)
    export(HEAT, readings, tmp_path / "test", questions=str(table), train_share=0.0)
    lines = (tmp_path / "test" / "VQA" / "MICCAI_default.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["answer"] for line in lines] == ["no"]
    export(HEAT, readings, tmp_path / "train", questions=str(table), train_share=1.0)
    records = json.loads((tmp_path / "train" / "mimic-eye-heat-train.json").read_text(encoding="utf-8"))
    assert [record["answer"] for record in records] == ["left", "no", "yes"]


def test_a_question_table_may_be_csv_with_lists_in_its_cells(tmp_path: Path) -> None:
    table = tmp_path / "vqa.csv"
    table.write_text(
        "image,question,answer\ncase-0,A?,\"['yes']\"\ncase-0,B?,no\ncase-0,C?,\n", encoding="utf-8"
    )
    assert questions_of(make_reading(), table) == [("A?", ["yes"]), ("B?", ["no"])]


def test_altered_reports_make_the_error_task(tmp_path: Path) -> None:
    table = tmp_path / "altered.csv"
    table.write_text(
        "image,findings_mod,label\ncase-0,Small heart.,replace\ncase-0,The heart is enlarged.,original\n",
        encoding="utf-8",
    )
    readings = image_readings(tmp_path, 1)
    export(HEAT, readings, tmp_path / "test", altered=str(table), train_share=0.0)
    lines = (tmp_path / "test" / "ERR" / "MICCAI_heatmap.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["label"] for line in lines] == ["replace", "original"]
    assert list(HEAT.check(tmp_path / "test")) == []
    export(HEAT, readings, tmp_path / "train", altered=str(table), train_share=1.0)
    tuning = json.loads((tmp_path / "train" / "instruction_miccai_heatmap.json").read_text(encoding="utf-8"))
    answers = {entry["id"]: entry["conversations"][1]["value"] for entry in tuning}
    assert (answers["reflacx_err_0"], answers["reflacx_err_1"]) == ("Y", "N")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("image,findings_mod,label\ncase-0,x,changed\n", "the label 'changed'"),
        ("text\nx\n", "no image, case or study"),
        (None, "cannot be read"),
    ],
)
def test_a_table_of_texts_that_cannot_be_used_is_named(
    tmp_path: Path, content: str | None, words: str
) -> None:
    table = tmp_path / "altered.csv"
    if content is not None:
        table.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=words):
        altered_reports_of(make_reading(), table)


def test_a_json_table_without_rows_is_named(tmp_path: Path) -> None:
    table = tmp_path / "vqa.json"
    for content in ("{}", "[1]", "{"):
        table.write_text(content, encoding="utf-8")
        with pytest.raises(FormatError, match="cannot be read as a table"):
            questions_of(make_reading(), table)
