"""GazeSearch: the 12 keys, the pipeline from dictation to scanpath, splits, and what a loader makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazesearch import GazesearchFormat
from recordings_schema.formats.gazesearch_file import KEYS, SPLITS, TASKS, SearchEntry, entries_json
from recordings_schema.formats.gazesearch_options import Findings, Keep, Mentions, SplitRule
from recordings_schema.formats.reading import CaseReading, ReadAnswer, ReadReference, ReadWord
from recordings_schema.formats.testing import FormatConformance, content_of, export, with_key
from recordings_schema.formats.testing_readings import S, make_reading
from tests.recordings_schema.formats.gazesearch_loader import places, training_rows

HERE = Path(__file__).parent
STATS = json.loads((HERE / "vectors" / "gazesearch_stats.json").read_text(encoding="utf-8"))
METRICS = json.loads(
    (HERE.parents[1] / "gaze_core" / "similarity" / "vectors" / "gazesearch_metrics.json").read_text(
        encoding="utf-8"
    )
)


class TestGazesearch(FormatConformance):
    @pytest.fixture
    def published(self) -> GazesearchFormat:
        return GazesearchFormat()


def dictated(reading: CaseReading, text: str, *, word_s: float = 0.3, pause_s: float = 0.0) -> CaseReading:
    """A reading whose words follow each other from when the image was shown."""
    shown_ns = int(reading.viewport["t_presented_host_ns"][0])
    step_ns = round(word_s * S)
    words = [
        ReadWord(text=word, t_onset_host_ns=shown_ns + round(pause_s * S) + place * step_ns,
                 t_offset_host_ns=shown_ns + round(pause_s * S) + (place + 1) * step_ns, kind="aligned",
                 score=1.0)
        for place, word in enumerate(text.split())
    ]  # fmt: skip
    return replace(reading, words=tuple(words))


def searched(
    *, answer: bool | None = True, target: str = "Lung nodule or mass", **changed: Any
) -> CaseReading:
    reading = replace(make_reading(task_kind="search"), shapes=())
    answers = () if answer is None else (
        ReadAnswer(screen="search", kind="image", name="present", value=answer),
    )  # fmt: skip
    return replace(reading, target=target, answers=answers, **changed)


def reference(*, is_present: bool, corners: tuple[float, ...] = (np.nan,) * 4) -> tuple[ReadReference, ...]:
    left, top, right, bottom = corners
    return (
        ReadReference(finding="lung nodule or mass", is_present=is_present, source="CT",
                      image_id=0 if np.isfinite(left) else -1, left_image_px=left, top_image_px=top,
                      right_image_px=right, bottom_image_px=bottom),
    )  # fmt: skip


def entries_of(
    reading: CaseReading | list[CaseReading], folder: Path, **options: Any
) -> list[dict[str, Any]]:
    readings = reading if isinstance(reading, list) else [reading]
    export(GazesearchFormat(), readings, folder, **options)
    (path,) = (folder / "data").glob("*.json")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_keys_tasks_and_splits_are_those_of_the_published_file() -> None:
    assert list(KEYS) == STATS["keys_in_order"]
    assert list(TASKS) == sorted(STATS["tasks"])
    assert set(SPLITS) == set(STATS["split"])
    assert sum(STATS["split"].values()) == STATS["entries"] == STATS["unique(name,task)"]
    for split in SPLITS:
        assert sum(counts[split] for counts in STATS["tasks"].values()) == STATS["split"][split]
    lengths = {int(length): count for length, count in STATS["length"].items()}
    assert sum(length * count for length, count in lengths.items()) == STATS["fixations"]
    assert sum(STATS["images_by_source_guess"].values()) == STATS["images"]


def test_an_entry_has_the_published_order_indent_and_constants() -> None:
    constants = STATS["constant_fields"]
    entry = SearchEntry(
        name="a.jpg", subject=constants["subject"], task="edema", condition=constants["condition"],
        x_px=(0, 223), y_px=(1, 221), duration_s=(0.283, 0.2), split="train",
        is_on_target=constants["fixOnTarget"], is_correct=constants["correct"],
    )  # fmt: skip
    text = entries_json([entry]).decode()
    assert text.startswith('[\n    {\n        "name": "a.jpg",\n        "subject": 1,')
    assert not text.endswith("\n")
    (written,) = json.loads(text)
    assert list(written) == STATS["keys_in_order"]
    assert written["bbox"] == constants["bbox"]
    assert max(written["X"]) <= STATS["X"]["100"]
    assert max(written["Y"]) <= STATS["Y"]["100"]


def test_the_oracle_does_what_the_published_loader_does() -> None:
    for place, (patch, pixel, centre) in METRICS["pos_to_action"].items():
        if place != "meaning":
            x, y = json.loads(place.replace("(", "[").replace(")", "]"))
            assert places(x, y) == (patch, pixel, centre)
    published = METRICS["preprocess_fixations"]
    entry = {"name": "img.jpg", "task": "edema", "condition": "present", "subject": 1, "length": 6}
    assert training_rows({**entry, **published["input"]}) == published["rows"]
    outside = {**entry, "X": [10, 230], "Y": [10, 10], "T": [0.1, 0.1], "length": 2}
    assert len(training_rows(outside)) == METRICS["preprocess_fixations_out_of_bounds_rows"]


def test_the_loader_takes_each_scanpath_and_stops_once(tmp_path: Path) -> None:
    readings = [
        dictated(make_reading(trial=trial), "Large effusion. No edema. Nodule left.") for trial in range(3)
    ]
    for entry in entries_of(readings, tmp_path / "data"):
        rows = training_rows(entry)
        assert len(rows) == entry["length"]
        assert [row[5] for row in rows] == [False] * (entry["length"] - 1) + [True]


def test_places_are_truncated_to_the_stretched_frame(tmp_path: Path) -> None:
    reading = searched()
    (entry,) = entries_of(reading, tmp_path / "data", max_len=100)
    inside = reading.fixations[reading.fixations["image_id"] == 0]
    assert entry["X"] == [int(x * 224 / 1000) for x in inside["x_image_px"]]
    assert entry["Y"] == [int(y * 224 / 1200) for y in inside["y_image_px"]]
    assert entry["T"] == pytest.approx((inside["duration_ms"] / 1000).tolist(), abs=1e-6)


def test_affirmed_findings_get_the_fixations_before_and_in_their_sentence(tmp_path: Path) -> None:
    reading = dictated(make_reading(seconds=6.0), "No pneumothorax. Small left effusion.", word_s=0.7)
    (entry,) = entries_of(reading, tmp_path / "data", lead_s=0.5, max_len=100)
    shown_ns = int(reading.viewport["t_presented_host_ns"][0])
    begun_s = (reading.fixations["onset_host_ns"] - shown_ns) / S
    # The first sentence ends at 1.4 s, the second at 3.5 s.
    assert entry["task"] == "pleural effusion"
    assert entry["length"] == int(((begun_s >= 0.9) & (begun_s <= 3.5)).sum())


def test_two_findings_of_a_sentence_share_the_scanpath(tmp_path: Path) -> None:
    both = entries_of(dictated(make_reading(), "Atelectasis and effusion on the left."), tmp_path / "data")
    assert [entry["task"] for entry in both] == ["atelectasis", "pleural effusion"]
    assert both[0]["X"] == both[1]["X"]


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("No effusion, pneumothorax, or consolidation.", []),
        ("No effusion but a nodule.", ["lung lesion"]),
        ("Effusion has resolved.", []),
        ("No change in the effusion.", ["pleural effusion"]),
        ("The heart, is enlarged.", ["cardiomegaly"]),
        ("Without focal opacity. There is an opacity.", ["lung opacity"]),
    ],
)
def test_denied_findings_get_no_scanpath(text: str, tasks: list[str], tmp_path: Path) -> None:
    readings = [dictated(make_reading(trial=0), text), dictated(make_reading(trial=1), "A fracture.")]
    found = entries_of(readings, tmp_path / "data")
    assert [entry["task"] for entry in found if entry["name"] == "case-0.jpg"] == tasks


def test_the_sentence_that_counts_is_an_option(tmp_path: Path) -> None:
    reading = dictated(
        make_reading(seconds=6.0), "An effusion left. Lungs clear. The effusion is old.", word_s=0.5
    )
    first, last = (
        entries_of(reading, tmp_path / each.value, mentions=each, lead_s=0.0)[0] for each in Mentions
    )
    assert first["X"] != last["X"]


def test_labels_of_the_reader_can_decide_what_is_affirmed(tmp_path: Path) -> None:
    reading = dictated(make_reading(), "No mass and no effusion.")
    (entry,) = entries_of(reading, tmp_path / "data", source=Findings.LABELS)
    assert entry["task"] == "lung lesion"  # chosen as Mass


def test_without_a_dictation_chosen_labels_take_the_whole_reading(tmp_path: Path) -> None:
    reading = replace(make_reading(), words=())
    with pytest.raises(FormatError, match="source=labels takes the whole reading"):
        entries_of(reading, tmp_path / "none")
    found = entries_of(reading, tmp_path / "data", source=Findings.LABELS, max_len=100)
    assert [entry["task"] for entry in found] == ["lung lesion", "support devices"]
    assert {entry["length"] for entry in found} == {len(reading.fixations)}
    told = json.loads((tmp_path / "data" / "provenance.json").read_text(encoding="utf-8"))
    assert "1 of 1 readings have no dictation" in told["said_by_the_format"]["warnings"][0]


def test_the_kept_end_and_the_centre_are_options(tmp_path: Path) -> None:
    reading = searched()
    everything = entries_of(reading, tmp_path / "all", max_len=100)[0]["X"]
    assert entries_of(reading, tmp_path / "last", max_len=3)[0]["X"] == everything[-3:]
    assert entries_of(reading, tmp_path / "first", max_len=3, keep=Keep.FIRST)[0]["X"] == everything[:3]
    centred = entries_of(reading, tmp_path / "centre", max_len=3, centre_prepended=True)[0]
    assert (centred["X"][0], centred["Y"][0], centred["T"][0], centred["length"]) == (112, 112, 0.0, 4)


def test_fixations_far_from_the_finding_can_be_dropped(tmp_path: Path) -> None:
    far = searched(reference=reference(is_present=True, corners=(0.0, 0.0, 10.0, 10.0)))
    reading = make_reading(task_kind="search")
    x, y = reading.fixations["x_image_px"][2], reading.fixations["y_image_px"][2]
    near = searched(reference=reference(is_present=True, corners=(x - 20, y - 20, x + 20, y + 20)))
    entries = entries_of([near, with_key(far, trial=1)], tmp_path / "data", radius_deg=0.5, max_len=100)
    assert len(entries) == 1
    assert 1 <= entries[0]["length"] < len(reading.fixations)
    assert entries[0]["fixOnTarget"] is True


@pytest.mark.parametrize(
    ("answer", "is_present", "condition", "correct"),
    [
        (True, True, "present", 1), (False, True, "present", 0), (False, False, "absent", 1),
        (True, None, "present", None), (False, None, "absent", None), (None, False, "absent", None),
    ],
)  # fmt: skip
def test_condition_and_rightness_are_computed_and_unknown_is_null(
    answer: bool | None, is_present: bool | None, condition: str, correct: int | None, tmp_path: Path
) -> None:
    known = () if is_present is None else reference(is_present=is_present)
    (entry,) = entries_of(searched(answer=answer, reference=known), tmp_path / "data")
    assert (entry["condition"], entry["correct"], entry["fixOnTarget"]) == (condition, correct, None)


def test_a_search_that_nobody_answered_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="gave no answer"):
        entries_of(searched(answer=None), tmp_path / "data")


def test_a_target_that_is_no_finding_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="'left lung' is none of the table"):
        entries_of(searched(target="left lung"), tmp_path / "data")


def test_the_box_of_the_finding_stands_only_in_the_extended_profile(tmp_path: Path) -> None:
    reading = searched(reference=reference(is_present=True, corners=(100.0, 120.0, 300.0, 600.0)))
    assert entries_of(reading, tmp_path / "plain")[0]["bbox"] == [0, 0, 0, 0]
    assert entries_of(reading, tmp_path / "extended", extended=True)[0]["bbox"] == [22, 22, 45, 90]


def test_no_patient_lies_in_two_splits_unless_the_original_rule_is_asked_for(tmp_path: Path) -> None:
    text = "Atelectasis and effusion and edema and fracture and pneumonia and nodule."
    readings = [with_key(dictated(make_reading(trial=n), text), patient=f"P{n // 2}") for n in range(12)]
    shares = {"train_share": 0.5, "validate_share": 0.2}
    safe = entries_of(readings, tmp_path / "safe", **shares)
    splits: dict[int, set[str]] = {}
    for entry in safe:
        splits.setdefault(int(entry["name"][5:-4]) // 2, set()).add(entry["split"])
    assert {len(found) for found in splits.values()} == {1}
    assert len({entry["split"] for entry in safe}) > 1
    original = entries_of(readings, tmp_path / "original", split=SplitRule.ORIGINAL, **shares)
    assert len({entry["split"] for entry in original if entry["name"] == "case-0.jpg"}) > 1
    told = json.loads((tmp_path / "original" / "provenance.json").read_text(encoding="utf-8"))
    assert told["said_by_the_format"]["images_in_several_splits"] > 0


def test_readers_are_numbered_by_their_names(tmp_path: Path) -> None:
    readings = [with_key(searched(), trial=n, reader=reader) for n, reader in enumerate(("R2", "R1", "R2"))]
    assert [entry["subject"] for entry in entries_of(readings, tmp_path / "data")] == [2, 1, 2]


def test_names_lose_what_the_published_code_splits_at(tmp_path: Path) -> None:
    reading = searched()
    image = replace(reading.images[0], name="images/a_b*c.dcm")
    (entry,) = entries_of(replace(reading, images=(image,)), tmp_path / "data")
    assert entry["name"] == "a-b-c.jpg"


def test_two_images_that_would_share_a_name_are_refused(tmp_path: Path) -> None:
    readings = []
    for trial, stem in enumerate(("a_b", "a-b")):
        reading = with_key(searched(), trial=trial, image_names=(f"{stem}.png",), image_sha256s=(stem,))
        readings.append(replace(reading, images=(replace(reading.images[0], name=f"{stem}.png"),)))
    with pytest.raises(FormatError, match=r"a_b and a-b would both be called a-b\.jpg"):
        entries_of(readings, tmp_path / "data")


def test_images_are_copied_only_when_asked_for(tmp_path: Path) -> None:
    import cv2

    place = tmp_path / "case-0.png"
    cv2.imwrite(str(place), np.full((1200, 1000), 90, np.uint8))
    reading = searched()
    reading = replace(reading, images=(replace(reading.images[0], path=place),))
    entries_of(reading, tmp_path / "without")
    assert not any(path.startswith("images/") for path in content_of(tmp_path / "without"))
    entries_of(reading, tmp_path / "with", images=True)
    copied = cv2.imread(str(tmp_path / "with" / "images" / "case-0.jpg"), cv2.IMREAD_GRAYSCALE)
    assert copied.shape == (1200, 1000)
    assert abs(int(copied[600, 500]) - 90) <= 1


def test_a_changed_table_is_used_written_and_named_by_its_checksum(tmp_path: Path) -> None:
    table = json.loads((Path(GazesearchFormat.finish.__globals__["SHIPPED"])).read_text(encoding="utf-8"))
    table["findings"][0]["keywords"].append("plate like thing")
    place = tmp_path / "mine.json"
    place.write_text(json.dumps(table), encoding="utf-8")
    reading = dictated(make_reading(), "A plate like thing.")
    (entry,) = entries_of(reading, tmp_path / "data", findings=str(place))
    assert entry["task"] == "atelectasis"
    assert (tmp_path / "data" / "gazesearch_findings.json").read_bytes() == place.read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1", "no table of findings"),
        ('{"findings": [{"task": "cough", "labels": [], "keywords": []}]}', "'cough' is none of the 13"),
        ('{"findings": []}', "is missing"),
    ],
)
def test_an_unusable_table_is_refused_by_name(content: str, said: str, tmp_path: Path) -> None:
    place = tmp_path / "mine.json"
    place.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=r"mine\.json") as error:
        entries_of(searched(), tmp_path / "data", findings=str(place))
    assert said in str(error.value)
    with pytest.raises(FormatError, match=r"nowhere\.json cannot be read"):
        entries_of(searched(), tmp_path / "data", findings=str(tmp_path / "nowhere.json"))
