"""The folder of tables: whole or not at all, the same bytes each time, in the forms other programs read."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import report_rig as rigs
from reading_rig import preset_study, quiet

from capture_app.session.measures import (
    MeasuredDataset,
    MeasureError,
    MeasureOptions,
    MeasureOrder,
    write_measures,
)
from capture_app.session.measures.table_columns import TABLES
from capture_app.session.measures.xlsx import Sheet, workbook_bytes
from capture_app.session.study import OpenedStudy
from gaze_core.measures import MissRule

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    study = quiet(preset_study("reflacx"), cases=2, are_practised=True)
    study = replace(study, readers=replace(study.readers, planned=("R01", "R02")))
    made = rigs.opened_study(tmp_path_factory.mktemp("study"), study, count=2, practice=1)
    (made.folder / "reference.csv").write_text(
        "case_id,finding,present,source,region,x_image_px,y_image_px,width_image_px,height_image_px\n"
        "study-0,Lung nodule or mass,yes,construction,ellipse,300,400,100,80\n"
        "study-0,Consolidation,yes,construction,ellipse,800,900,60,60\n"
        "study-1,Normal radiograph,yes,construction,,,,,\n",
        encoding="utf-8",
    )
    return made


@pytest.fixture(scope="module")
def recordings(opened: OpenedStudy, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("sessions")
    paths = []
    for reader in ("R01", "R02"):
        about = rigs.metadata(opened.study.study.study_id, reader, study_period="1")
        about = replace(about, session=replace(about.session, session_id=f"{reader}_p1_s001-ab"))
        rig = rigs.session(opened, reader=reader)
        paths.append(rigs.write(folder / f"{reader}_p1_s001.gazeh5", rig, opened, about=about))
    return tuple(paths)


@pytest.fixture(scope="module")
def written(
    opened: OpenedStudy, recordings: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> MeasuredDataset:
    broken = recordings[0].parent / "broken.gazeh5"
    broken.write_bytes(b"not a recording")
    destination = tmp_path_factory.mktemp("out") / "measures"
    order = MeasureOrder(
        recordings=(*recordings, broken), destination=destination, opened=opened,
        options=MeasureOptions(margin_deg=0.5, rule=MissRule(radius_deg=1.0)),
    )  # fmt: skip
    return write_measures(order)


def rows_of(written: MeasuredDataset, name: str) -> list[dict[str, str]]:
    with (written.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_bad_file_is_named_and_counted_and_the_others_measured(written: MeasuredDataset) -> None:
    assert written.recording_count == 2
    assert written.case_count == written.counted == 4
    (left_out,) = written.left_out
    assert left_out.name == "broken.gazeh5"
    assert [row for row in rows_of(written, "flow.csv") if row["step"] == "left_out"]


def test_one_long_table_holds_every_finding_of_every_reading(written: MeasuredDataset) -> None:
    rows = rows_of(written, "findings.csv")
    assert {(row["reader"], row["case_id"], row["finding"]) for row in rows} == {
        (reader, "study-0", finding)
        for reader in ("R01", "R02")
        for finding in ("Lung nodule or mass", "Consolidation")
    }
    nodule = next(row for row in rows if row["reader"] == "R01" and row["lesion"] == "1")
    assert (nodule["is_found"], nodule["found_by"], nodule["rating"]) == ("1", "shape", "5")
    assert float(nodule["mark_width_image_px"]) == pytest.approx(93.3, abs=0.1)
    assert nodule["period"] == "1"
    assert nodule["margin_deg"] == "0.5"
    missed = next(row for row in rows if row["reader"] == "R01" and row["lesion"] == "2")
    assert (missed["is_found"], missed["rating"], missed["mark_x_image_px"]) == ("0", "", "")


def test_practice_stands_in_no_table(written: MeasuredDataset) -> None:
    for name in ("cases.csv", "findings.csv", "areas.csv", "transitions.csv", "misses.csv"):
        assert not any("practice" in row["case_id"] for row in rows_of(written, name)), name


def test_a_missed_finding_has_class_limits_and_probabilities(written: MeasuredDataset) -> None:
    rows = rows_of(written, "misses.csv")
    assert [row["finding"] for row in rows] == ["Consolidation", "Consolidation"]
    assert {row["radius_deg"] for row in rows} == {"1.0"}
    for row in rows:
        shares = [float(row[f"probability_{name}"]) for name in ("search", "recognition", "decision")]
        assert sum(shares) == pytest.approx(1.0, abs=0.002)
        assert (row["other_present"], row["other_found"]) == ("1", "1")
    curve = rows_of(written, "dwell_curve.csv")
    for row in curve:
        assert sum(float(row[f"{n}_share"]) for n in ("search", "recognition", "decision")) == pytest.approx(
            1
        )


def test_every_column_is_in_the_codebook_with_what_empty_means(written: MeasuredDataset) -> None:
    book = {(row["table"], row["column"]): row for row in rows_of(written, "codebook.csv")}
    for name, columns in TABLES.items():
        with (written.folder / name).open(encoding="utf-8") as file:
            head = file.readline().rstrip("\n").split(",")
        assert head == [column.name for column in columns]
        assert all(book[name, column]["definition"] and book[name, column]["empty means"] for column in head)


def test_the_workbook_has_the_sheets_and_columns_of_rjafroc(written: MeasuredDataset) -> None:
    sheets = read_workbook((written.folder / "rjafroc" / "froc.xlsx").read_bytes())
    assert list(sheets) == ["Truth", "FP", "TP"]
    assert sheets["Truth"][0] == ["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"]
    assert sheets["Truth"][1:] == [
        ["1", "1", "0.5", "1,2", "1", "FROC"], ["1", "2", "0.5", "1,2", "1", "FCTRL"],
        ["2", "0", "0.0", "1,2", "1"],
    ]  # fmt: skip
    assert sheets["TP"][0] == ["ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"]
    assert sheets["TP"][1] == ["1", "1", "1", "1", "5"]
    assert sheets["FP"][0] == ["ReaderID", "ModalityID", "CaseID", "FP_Rating"]
    assert rows_of(written, "rjafroc/TP.csv")[0]["TP_Rating"] == "5"


def test_scores_stand_after_the_truth_in_the_form_of_imrmc(written: MeasuredDataset) -> None:
    head, _, data = (written.folder / "imrmc" / "scores.imrmc").read_text().partition("BEGIN DATA:\n")
    assert {"NR: 2", "N0: 1", "N1: 1", "NM: 1"} <= set(head.splitlines())
    lines = [line.split(",") for line in data.splitlines()]
    assert lines[:2] == [["-1", "1", "0", "1"], ["-1", "2", "0", "0"]]
    assert ["1", "1", "1", "5"] in lines[2:]
    assert ["1", "2", "1", "0"] in lines[2:]
    names = {(row["kind"], row["number"]): row["name"] for row in rows_of(written, "ids.csv")}
    assert names["case", "1"] == "study-0"


def test_the_flow_adds_up(written: MeasuredDataset) -> None:
    rows = [row for row in rows_of(written, "flow.csv") if row["reader"] == "all"]
    steps = {row["step"]: int(row["count"]) for row in rows if row["step"] not in ("excluded", "left_out")}
    excluded = sum(int(row["count"]) for row in rows if row["step"] == "excluded")
    assert steps["opened"] == steps["analysed"] + excluded
    assert steps["planned"] == steps["opened"] + steps["not_read"]
    assert steps["practice"] == 2
    picture = ElementTree.fromstring((written.folder / "flow.svg").read_bytes())  # noqa: S314 - our own
    assert picture.tag.endswith("svg")


def test_the_error_report_shows_each_miss_and_runs_nothing(written: MeasuredDataset) -> None:
    page = (written.folder / "errors.html").read_text(encoding="utf-8")
    assert page.count("<h3>Consolidation, case study-0") == 2
    assert "Satisfaction of search" in page
    assert "<script" not in page
    assert "default-src &#x27;none" in page


def test_the_same_recordings_give_the_same_bytes(
    written: MeasuredDataset, opened: OpenedStudy, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    order = MeasureOrder(
        recordings=(*recordings, recordings[0].parent / "broken.gazeh5"), destination=tmp_path / "again",
        opened=opened, options=MeasureOptions(margin_deg=0.5, rule=MissRule(radius_deg=1.0)),
    )  # fmt: skip
    write_measures(order)
    files = {each.relative_to(written.folder) for each in written.folder.rglob("*") if each.is_file()}
    assert files == {
        each.relative_to(tmp_path / "again") for each in (tmp_path / "again").rglob("*") if each.is_file()
    }
    for name in files:
        assert (written.folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    content = json.loads((written.folder / "measures.json").read_text())
    assert content["recordings"][0]["reader"] == "R01"


def test_a_folder_that_is_there_is_refused_before_anything_is_measured(
    recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    with pytest.raises(MeasureError, match="Nothing is overwritten"):
        write_measures(MeasureOrder(recordings=recordings, destination=tmp_path))


def test_where_nothing_can_be_measured_nothing_is_written(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gazeh5"
    broken.write_bytes(b"no")
    with pytest.raises(MeasureError, match="Nothing could be measured"):
        write_measures(MeasureOrder(recordings=(broken,), destination=tmp_path / "out"))
    assert [each.name for each in tmp_path.iterdir()] == ["broken.gazeh5"]


def test_what_fails_in_the_middle_leaves_nothing(
    opened: OpenedStudy, recordings: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("capture_app.session.measures.dataset.codebook_bytes", fail)
    with pytest.raises(MeasureError, match="No space left"):
        write_measures(MeasureOrder(recordings=recordings[:1], destination=tmp_path / "out", opened=opened))
    assert list(tmp_path.iterdir()) == []


def test_cells_of_a_workbook_keep_markup_and_texts_like_numbers() -> None:
    sheet = Sheet(name="One & two", lines=(("a<b", "007", 3, 0.25, ""), tuple(range(28))))
    sheets = read_workbook(workbook_bytes([sheet]))
    assert sheets == {"One & two": [["a<b", "007", "3", "0.25"], [str(each) for each in range(28)]]}
    with zipfile.ZipFile(io.BytesIO(workbook_bytes([sheet]))) as archive:
        assert b'r="AB2"' in archive.read("xl/worksheets/sheet1.xml")


def read_workbook(content: bytes) -> dict[str, list[list[str]]]:
    """Return the cells of a workbook as texts, read as other programs would."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - our own
        names = [sheet.attrib["name"] for sheet in book.iter(f"{_SHEET}sheet")]
        found = {}
        for number, name in enumerate(names, start=1):
            sheet = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
            found[name] = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{_SHEET}row")]
    return found
