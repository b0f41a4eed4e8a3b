"""MIMIC-Eye-Heat: pictures that can be drawn again, records, the patient on one side, videos."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from gaze_core.heat_overlay import overlay_alpha
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.mimic_eye_heat import (
    Frames,
    MimicEyeHeatFormat,
    MimicEyeHeatOptions,
    Partition,
    Profile,
    Video,
)
from recordings_schema.formats.mimic_eye_heat_case import FullHeatmap, fixations_of, read_fixations, source_of
from recordings_schema.formats.pictures import decoded
from recordings_schema.formats.reading import CaseReading, ReadAnswer
from recordings_schema.formats.testing import FormatConformance, content_of, export, with_key
from recordings_schema.formats.testing_images import image_readings, with_image
from recordings_schema.formats.testing_readings import make_reading

HEAT = MimicEyeHeatFormat()


class TestMimicEyeHeat(FormatConformance):
    @pytest.fixture
    def published(self) -> MimicEyeHeatFormat:
        return HEAT

    @pytest.fixture
    def readings(self, tmp_path: Path) -> list[CaseReading]:
        folder = tmp_path / "images"
        folder.mkdir()
        return image_readings(folder)


@pytest.fixture
def readings(tmp_path: Path) -> list[CaseReading]:
    return image_readings(tmp_path)


def records_of(folder: Path, part: str) -> list[dict[str, Any]]:
    return list(json.loads((folder / f"mimic-eye-heat-{part}.json").read_text(encoding="utf-8")))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def said(folder: Path) -> dict[str, Any]:
    kept = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    return dict(kept["said_by_the_format"])


def test_the_heat_layer_is_that_of_the_fixations_in_their_table(readings, tmp_path: Path) -> None:
    data = tmp_path / "data"
    export(HEAT, readings[:1], data, train_share=1.0)
    record = records_of(data, "train")[0]
    heat = decoded((data / record["heatmap_image_id"]).read_bytes())
    base = decoded((data / record["image_id"]).read_bytes())
    assert base.shape == (512, 426)
    assert heat.shape == (512, 426, 4)
    table = (data / record["heatmap_image_id"].replace("_heatmap.png", "_fixations.csv")).read_bytes()
    fixations, size = read_fixations(table)
    assert size == (readings[0].images[0].width_px, readings[0].images[0].height_px)
    assert len(fixations.x_image_px) == len(readings[0].fixations)
    alpha = overlay_alpha(fixations.x_image_px, fixations.y_image_px, fixations.duration_s, size)
    assert alpha.max() == 255
    assert (heat[alpha == 255] == [0, 0, 0, 255]).all()
    assert np.array_equal(heat[alpha == 0][:, 0], base[alpha == 0])


def test_a_record_has_the_published_keys_in_their_order_and_our_own_behind(readings, tmp_path: Path) -> None:
    export(HEAT, readings, tmp_path / "data", train_share=0.5)
    train, test = (records_of(tmp_path / "data", part) for part in ("train", "test"))
    assert len(train) + len(test) == 4
    assert {tuple(record) for record in (*train, *test)} == {
        ("image_id", "heatmap_image_id", "findings", "findings_org", "impression", "differential_diagnosis",
         "split", "source", "question", "answer", "reading_id")
    }  # fmt: skip
    assert all(record["findings"] == record["findings_org"] == "The heart, is enlarged." for record in train)
    content = (tmp_path / "data" / "mimic-eye-heat-train.json").read_text(encoding="utf-8")
    assert content == json.dumps(train)


def test_patients_lie_on_one_side_whatever_else_is_exported(readings, tmp_path: Path) -> None:
    same = [with_key(reading, patient="P0") for reading in readings]
    export(HEAT, same, tmp_path / "data", train_share=0.5)
    sizes = [len(records_of(tmp_path / "data", part)) for part in ("train", "test")]
    assert sorted(sizes) == [0, 4]
    assert any("No reading is left" in text for text in said(tmp_path / "data")["warnings"])


def imported(reading: CaseReading, study: str, **changed: Any) -> CaseReading:
    given_id = {"REFLACX": "P102R558314", "EGD": "EGD0003R000012"}[study]
    return with_key(replace(reading, study=study), given_id=given_id, **changed)


def test_by_source_reflacx_is_trained_and_eye_gaze_tested_with(readings, tmp_path: Path) -> None:
    mixed = [
        imported(readings[0], "REFLACX", given_split="validate"),
        imported(readings[1], "EGD"),
        imported(readings[2], "EGD", patient="P0"),
        readings[3],
    ]
    result = export(HEAT, mixed, tmp_path / "data", partition=Partition.SOURCE)
    train, test = (records_of(tmp_path / "data", part) for part in ("train", "test"))
    assert [(record["source"], record["split"]) for record in train] == [("REFLACX", "validate")]
    assert [record["source"] for record in test] == ["EG"]
    assert any("trained with" in text for text in result.warnings)  # P0 is in both sources
    assert "partition=patient" in result.left_out[0].reason
    assert source_of(readings[0]) == "test"
    assert source_of(replace(readings[0], more={"egd_master": "{}"})) == "EG"


def test_by_patient_imported_readings_stay_on_their_side_and_validation_is_tested_with(
    readings, tmp_path: Path
) -> None:
    named = ("train", "validate", "val", "test")  # val: as a repository that draws its own splits has it
    mixed = [
        imported(reading, "REFLACX", given_split=split)
        for reading, split in zip(readings, named, strict=True)
    ]
    export(HEAT, mixed, tmp_path / "data")
    train, test = (records_of(tmp_path / "data", part) for part in ("train", "test"))
    assert [record["split"] for record in train] == ["train"]
    assert [record["split"] for record in test] == ["validate", "validate", "test"]


def test_a_fixation_of_eye_gaze_lasts_since_the_one_before(readings) -> None:
    own, theirs = fixations_of(readings[0]), fixations_of(imported(readings[0], "EGD"))
    assert theirs.t_end_s.tolist() == own.t_end_s.tolist()
    assert theirs.t_start_s[0] == 0.0
    assert theirs.t_start_s[1:].tolist() == own.t_end_s[:-1].tolist()
    assert theirs.duration_s.sum() > own.duration_s.sum()


def test_patients_with_several_images_can_be_left_out_as_published(readings, tmp_path: Path) -> None:
    some = [with_key(readings[0], patient="P1"), *readings[1:3]]
    result = export(HEAT, some, tmp_path / "data", one_image_patients=True)
    assert sum(len(records_of(tmp_path / "data", part)) for part in ("train", "test")) == 1
    assert any("2 readings are in no record" in text for text in result.warnings)


def test_two_readings_of_an_image_have_a_layer_each_and_share_the_base(readings, tmp_path: Path) -> None:
    first = readings[0]
    again = replace(first, key=replace(first.key, trial=1, reader="R02"))
    export(HEAT, [first, again], tmp_path / "data", train_share=1.0)
    records = records_of(tmp_path / "data", "train")
    assert len({record["image_id"] for record in records}) == 1
    assert len({record["heatmap_image_id"] for record in records}) == 2
    assert len({record["reading_id"] for record in records}) == 2


def test_images_of_mimic_lie_where_its_loaders_look(readings, tmp_path: Path) -> None:
    name = "files/p10/p10000032/s50414267/02aa804e-bde0afdd.1.jpg"
    export(HEAT, [with_image(make_reading(), tmp_path, name)], tmp_path / "data", train_share=1.0)
    record = records_of(tmp_path / "data", "train")[0]
    assert record["image_id"] == "patient_10000032/CXR-JPG/s50414267/02aa804e-bde0afdd.1_512.png"
    assert record["heatmap_image_id"].endswith("02aa804e-bde0afdd.1_heatmap.png")


def test_names_no_computer_takes_are_replaced(readings, tmp_path: Path) -> None:
    odd = with_key(readings[0], patient='P:1/"?', case_id="a|b. ")
    export(HEAT, [odd], tmp_path / "data")
    assert any(path.startswith("patient_P-1-/CXR-JPG/a-b/") for path in content_of(tmp_path / "data"))


def test_a_case_without_its_image_or_without_heat_is_left_out_with_a_sentence(
    readings, tmp_path: Path
) -> None:
    gone = replace(readings[1], images=(replace(readings[1].images[0], path=None),))
    fixations = readings[2].fixations.copy()
    fixations["x_image_px"] = 1.0
    result = export(HEAT, [readings[0], gone, replace(readings[2], fixations=fixations)], tmp_path / "data")
    reasons = [each.reason for each in result.left_out]
    assert "is not on this computer" in reasons[0]
    assert "no heat to show" in reasons[1]


def test_an_image_of_another_size_stops_the_export(readings, tmp_path: Path) -> None:
    image = readings[0].images[0]
    other = cv2.imencode(".png", np.zeros((9, 9), np.uint8))[1].tobytes()
    image.path.write_bytes(other)
    with pytest.raises(FormatError, match="9 x 9 px"):
        export(HEAT, readings[:1], tmp_path / "data")
    image.path.write_bytes(b"no picture")
    with pytest.raises(FormatError, match="cannot be drawn"):
        export(HEAT, readings[:1], tmp_path / "other")


def test_questions_of_question_tasks_become_vqa(readings, tmp_path: Path) -> None:
    answer = ReadAnswer(screen="answer", kind="choice", name="answer", value="yes")
    asked = replace(readings[0], question="Is there a nodule?", answers=(answer,))
    export(HEAT, [asked, readings[1]], tmp_path / "data", train_share=0.0, system=" Be brief. ")
    lines = lines_of(tmp_path / "data" / "VQA" / "MICCAI_heatmap.jsonl")
    assert [(line["answer"], line["sys"]) for line in lines] == [("yes", "Be brief.")]
    assert "Is there a nodule?\nY. yes.\nN. no.\n" in lines[0]["text"]
    assert len(lines_of(tmp_path / "data" / "DDX" / "MICCAI_default.jsonl")) == 2


@pytest.mark.parametrize("frames", list(Frames))
def test_the_video_shows_each_fixation_as_long_as_it_lasted(readings, tmp_path: Path, frames: Frames) -> None:
    export(HEAT, readings[:1], tmp_path / "data", video=Video.MP4, video_frames=frames, video_rate_hz=10.0)
    again = tmp_path / "again"
    export(HEAT, readings[:1], again, video=Video.MP4, video_frames=frames, video_rate_hz=10.0)
    assert content_of(tmp_path / "data") == content_of(again)
    path = next((tmp_path / "data").rglob("*_gaze.mp4"))
    times = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    video = cv2.VideoCapture(str(path))
    count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    assert video.get(cv2.CAP_PROP_FPS) == 10.0
    assert count == sum(entry["frames"] for entry in times["fixations"])
    for entry in times["fixations"]:
        assert entry["frames"] == max(1, round((entry["t_end_s"] - entry["t_start_s"]) * 10))
    is_read, last = [video.read() for _ in range(count)][-1]
    assert is_read
    darker = decoded(next((tmp_path / "data").rglob("*_512.png")).read_bytes()).astype(int) - last[..., 1]
    places = cv2.connectedComponents((darker > 60).astype(np.uint8))[0] - 1
    assert (places == 1) is (frames is Frames.SINGLE)


def test_the_video_can_be_single_pictures(readings, tmp_path: Path) -> None:
    export(HEAT, readings[:1], tmp_path / "data", video=Video.PNG)
    times = json.loads(next((tmp_path / "data").rglob("*_gaze.json")).read_text(encoding="utf-8"))
    pictures = sorted((tmp_path / "data").rglob("frame_*.png"))
    assert len(pictures) == len(times["fixations"])
    assert decoded(pictures[-1].read_bytes()).shape == (512, 426, 3)


@pytest.mark.parametrize("kind", ["reflacx", "egd", "applications"])
def test_a_published_map_at_full_resolution_comes_along_when_asked_for(
    readings, tmp_path: Path, kind
) -> None:
    export(HEAT, readings[:1], tmp_path / "data", full_heatmap=FullHeatmap(kind))
    density = decoded(next((tmp_path / "data").rglob(f"*_{kind}_heatmap.png")).read_bytes())
    image = readings[0].images[0]
    assert density.shape == (image.height_px, image.width_px)
    assert density.max() == 65535


def test_the_table_of_a_layer_says_what_was_said_about_each_fixation(readings, tmp_path: Path) -> None:
    export(HEAT, readings[:1], tmp_path / "data")
    lines = next((tmp_path / "data").rglob("*_fixations.csv")).read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(",transcript")
    assert lines[1].endswith(",the heart")  # said from 0.5 s and from 1.0 s on
    assert lines[-1].endswith(",enlarged")


def test_a_dataset_that_was_changed_is_told(readings, tmp_path: Path) -> None:
    data = tmp_path / "data"
    export(HEAT, readings, data, train_share=0.5)
    assert list(HEAT.check(data)) == []
    heat = next(data.rglob("*_heatmap.png"))
    picture = cv2.imread(str(heat), cv2.IMREAD_UNCHANGED)
    picture[0, 0, 0] ^= 255
    heat.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    assert any("not what its fixations give" in text for text in HEAT.check(data))
    (data / "GEN" / "MICCAI_heatmap.jsonl").write_text("{}\n", encoding="utf-8")
    assert any("file of GEN" in text for text in HEAT.check(data))
    (data / "instruction_miccai_heatmap.json").unlink()
    (data / "mimic-eye-heat-test.json").write_text("[{}]", encoding="utf-8")
    found = list(HEAT.check(data))
    assert any("lacks a key" in text for text in found)
    assert any("instruction_miccai_heatmap.json" in text for text in found)


def test_the_profile_as_published_repeats_its_summary_task(readings, tmp_path: Path) -> None:
    texts = {}
    for profile in Profile:
        export(HEAT, readings[:1], tmp_path / profile.value, profile=profile, train_share=0.0)
        path = tmp_path / profile.value / "SUM" / "MICCAI_default.jsonl"
        texts[profile] = lines_of(path)[0]["text"]
    assert texts[Profile.FIXED].endswith("The heart, is enlarged.\nImpression: ")
    assert "no error.\nImpression: " in texts[Profile.AS_PUBLISHED]


def test_records_without_an_answer_can_be_left_out_of_the_tasks(readings, tmp_path: Path) -> None:
    export(HEAT, readings[:1], tmp_path / "data", train_share=0.0, empty_answers=False)
    assert said(tmp_path / "data")["evaluation_lines"] == {"DDX": 0, "GEN": 1, "SUM": 0, "VQA": 0, "ERR": 0}


def test_options_have_the_defaults_of_a_careful_export() -> None:
    options = MimicEyeHeatOptions()
    assert (options.profile, options.partition) == (Profile.FIXED, Partition.PATIENT)
