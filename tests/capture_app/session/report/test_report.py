"""The report on a whole session: its numbers are those of the recording, and nothing in it is invented."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import report_rig as rigs
from reading_rig import preset_study, quiet

from capture_app.cli.accuracy import accuracy_of
from capture_app.session.report import ReportError, ReportWriteError, report_of, write_session_report
from capture_app.session.report.gathering import SessionReport, gather
from capture_app.session.report.methods import methods_items, methods_paragraph
from capture_app.session.report.source import source_of
from capture_app.session.study import OpenedStudy
from capture_app.session.study.station_keys import DateShift
from gaze_core.eyes import Eye
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    study = quiet(preset_study("reflacx"), cases=2, are_practised=True)
    study = replace(study, images=replace(study.images, is_shown_in_reports=True))
    return rigs.opened_study(tmp_path_factory.mktemp("study"), study, count=2, practice=1)


@pytest.fixture(scope="module")
def path(opened: OpenedStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rig = rigs.session(opened, blind_cases=frozenset({"study-1"}))
    rig.add(
        DatasetKey.EVENTS, rigs.note(rig.now_ns - rigs.S, "Coughed & moved on 2026-11-22 <script>x</script>")
    )
    rig.add(DatasetKey.EVENTS, rigs.baseline(rig.now_ns - rigs.S))
    rig.add(DatasetKey.ANSWERS, rigs.form_answer("has_head_rest", "true"))
    return rigs.write(tmp_path_factory.mktemp("session") / "20261122_R01.gazeh5", rig, opened)


@pytest.fixture
def report(path: Path, opened: OpenedStudy) -> SessionReport:
    with Recording.open(path) as recording:
        return gather(source_of(recording, opened))


@pytest.fixture(scope="module")
def page(path: Path, opened: OpenedStudy) -> str:
    return write_session_report(path, opened=opened).read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Names, attributes and texts of a page; fails where tags do not close in order."""

    void = frozenset({"meta", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_without_scripts_and_addresses(page: str) -> None:
    outline = Outline(page)
    assert "script" not in outline.tags
    addresses = [value for name, value in outline.attributes if name in ("href", "src", "xlink:href")]
    assert addresses
    assert all(value.startswith(("#", "data:image/png;base64,")) for value in addresses)
    assert "://" not in page
    assert not [name for name, _ in outline.attributes if name.startswith("on")]


def test_every_table_has_a_caption_and_headings(page: str) -> None:
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert len(tables) >= 8
    assert all("<caption>" in table and 'scope="col"' in table for table in tables)


def test_simulated_data_are_said_to_be_so_in_big_words(page: str) -> None:
    assert re.search(r'class="flag">SIMULATED DATA', page)


def test_texts_never_become_markup(page: str) -> None:
    assert "Coughed &amp; moved on" in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page


def test_the_offsets_are_those_the_accuracy_command_tells(report: SessionReport, path: Path) -> None:
    with Recording.open(path) as recording:
        told = {each.eye: each for each in accuracy_of(recording).result.eyes}
    last = {each.eye: each for each in report.validations[-1].result.eyes}
    assert set(last) == set(told)
    for eye, figures in told.items():
        assert last[eye].mean_offset_deg == pytest.approx(figures.mean_offset_deg, abs=1e-9)
        assert last[eye].worst_offset_deg == pytest.approx(figures.worst_offset_deg, abs=1e-9)
        assert last[eye].mean_rms_s2s_deg == pytest.approx(figures.mean_rms_s2s_deg, abs=1e-9)
    assert [each.again for each in report.validations] == ["same", "same"]


def test_a_validation_whose_figures_were_changed_is_found_out(path: Path, opened: OpenedStudy) -> None:
    with Recording.open(path) as recording:
        rows = recording.rows

        def changed(key: DatasetKey, *bounds: int) -> np.ndarray:
            found = rows(key, *bounds)
            if key is DatasetKey.VALIDATIONS:
                found["offset_deg"] *= 0.5
            return found

        recording.rows = changed  # type: ignore[method-assign]
        report = gather(source_of(recording, opened))
    assert {each.again for each in report.validations} == {"different"}


def test_the_loss_of_each_case_is_the_one_the_case_loop_judged(report: SessionReport) -> None:
    judged = [case for case in report.cases if case.entry.state == "done"]
    assert len(judged) == 4
    for case in judged:
        assert case.measured_loss.visible_ns == case.loss.visible_ns
        assert case.measured_loss.share_percent(report.source.gates.loss_counted) == pytest.approx(
            case.entry.figures["loss_percent"], abs=1e-6
        )
        assert case.measured_loss.longest_gap_ns * 1e-9 == pytest.approx(case.entry.figures["longest_gap_s"])


def test_a_blind_case_is_excluded_with_its_reason_and_a_spare_read(report: SessionReport, page: str) -> None:
    excluded = {case.entry.case_id: case.entry.exclusion for case in report.studied if case.entry.exclusion}
    assert excluded == {"study-1": "No gaze was recorded while the image was shown."}
    assert "Spares used: spare-2." in page
    assert "No gaze was recorded while the image was shown." in page


def test_practice_is_apart_and_never_counted(report: SessionReport) -> None:
    assert [case.entry.case_id for case in report.practised] == ["practice-4"]
    assert not any(case.entry.does_count for case in report.practised)
    assert "practice-4" not in {case.entry.case_id for case in report.studied}


def test_fixations_lie_where_the_gaze_was_on_the_image(report: SessionReport) -> None:
    case = next(case for case in report.studied if case.entry.does_count)
    fixations = case.fixations
    assert len(fixations) >= 2
    width_px = 1080 * rigs.WIDTH_PX / rigs.HEIGHT_PX
    expected = (fixations["x_norm"] * 1920 - (1920 - width_px) / 2) * rigs.WIDTH_PX / width_px
    assert fixations["x_image_px"] == pytest.approx(expected, abs=1e-6)
    first, end = case.visits[0].stretch.first_ns, case.visits[0].stretch.end_ns
    assert (fixations["onset_host_ns"] >= first).all()
    assert (fixations["onset_host_ns"] < end).all()


def test_the_effective_rate_is_valid_samples_over_visible_time(report: SessionReport) -> None:
    case = next(case for case in report.studied if case.entry.grade == "green")
    visible = case.visits[0]
    assert case.effective_rate_hz == pytest.approx(visible.valid_count / visible.stretch.duration_s)
    assert 50.0 < case.effective_rate_hz <= 61.0
    blind = next(case for case in report.studied if case.entry.case_id == "study-1")
    assert blind.effective_rate_hz == 0.0


def test_the_smallest_lesion_follows_from_the_worse_validation_around(report: SessionReport) -> None:
    case = report.studied[0]
    means = [each.of(Eye.AVERAGE).mean_offset_deg for each in report.validations]  # type: ignore[union-attr]
    assert case.lesion.accuracy_deg == pytest.approx(max(means))
    assert case.lesion.diameter_mm == pytest.approx(case.lesion.diameter_image_px * 0.2)


def test_without_pixel_spacing_the_millimetres_are_unknown(opened: OpenedStudy, tmp_path: Path) -> None:
    rig = rigs.session(opened)
    path = rigs.write(tmp_path / "a.gazeh5", rig, opened, spacing_mm=float("nan"))
    page = write_session_report(path, opened=opened).read_text(encoding="utf-8")
    assert "unknown: the image has no pixel spacing" in page


def test_images_are_in_the_report_only_where_their_terms_allow(
    path: Path, opened: OpenedStudy, page: str, tmp_path: Path
) -> None:
    terms = replace(opened.study.images, is_shown_in_reports=False)
    kept = replace(opened, study=replace(opened.study, images=terms))
    without = write_session_report(path, opened=kept, destination=tmp_path / "a.html").read_text(
        encoding="utf-8"
    )
    assert "data:image/png" in page
    assert "data:image/png" not in without
    assert without.count("<figcaption><strong>") == page.count("<figcaption><strong>")


def test_dates_are_shifted_or_left_out(page: str, path: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    assert "2026-11-22" not in page
    assert "20261122" not in page
    assert "(shifted)" in page
    privacy = replace(opened.study.privacy, date_shift=DateShift.NONE)
    plain = replace(opened, study=replace(opened.study, privacy=privacy))
    open_page = write_session_report(path, opened=plain, destination=tmp_path / "a.html").read_text()
    assert "moved on 2026-11-22" in open_page


def test_a_recording_is_reported_without_its_study_too(path: Path, tmp_path: Path) -> None:
    page = write_session_report(path, opened=None, destination=tmp_path / "a.html").read_text(
        encoding="utf-8"
    )
    Outline(page)
    assert "study-1" in page
    assert "data:image/png" not in page
    assert "20261122" not in page


def test_another_study_than_the_recordings_is_told_and_shows_no_images(
    path: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    other = replace(opened, study=replace(opened.study, study=replace(opened.study.study, study_id="other")))
    page = write_session_report(path, opened=other, destination=tmp_path / "a.html").read_text(
        encoding="utf-8"
    )
    assert "the study file given is that of other" in page
    assert "data:image/png" not in page


def test_the_methods_paragraph_is_filled_in_from_the_data(report: SessionReport) -> None:
    text = methods_paragraph([report])
    mean = report.validations[0].of(Eye.AVERAGE)
    assert mean is not None
    assert "THE DATA ARE SIMULATED" in text
    assert "1 reader read in 1 session." in text
    assert f"Validation on 4 fresh points gave an inaccuracy of {mean.mean_offset_deg:.2f} deg (SD" in text
    assert "1 case did not count: No gaze was recorded while the image was shown." in text
    assert "Holmqvist" not in text


def test_the_reporting_list_is_whole_and_says_what_was_not_recorded(report: SessionReport) -> None:
    items = {each.item: each.value for each in methods_items([report])}
    assert list(items) == [*(f"A{number}" for number in range(1, 13)), "B1", "C1"]
    assert items["A1"] == "Phantom eye"
    assert items["A5"] == "head rest"
    assert items["A8"] == "12 lx"
    assert "onset latency not measured" in items["B1"]
    assert "1920 x 1080 px, 528 x 297 mm" in items["C1"]


def test_several_sessions_make_one_report_over_all(path: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    second = rigs.session(opened, reader="R02")
    other = rigs.write(tmp_path / "b.gazeh5", second, opened)
    out = report_of([path, other], opened=opened, destination=tmp_path / "all.html")
    page = out.read_text(encoding="utf-8")
    Outline(page)
    assert "2 readers read in 2 sessions." in page
    assert "(over the sessions)" in page


def test_an_unfinished_recording_is_refused_with_a_remedy(opened: OpenedStudy, tmp_path: Path) -> None:
    rig = rigs.GazeRig(opened.study, cases=opened.cases)
    rig.validate()
    rig.run_to_screen("labels")
    path = rigs.write(tmp_path / "a.gazeh5", rig, opened, is_closed=False)
    with pytest.raises(ReportError, match="unfinished"):
        write_session_report(path, opened=opened)


def test_a_damaged_file_is_answered_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.gazeh5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(200))
    with pytest.raises(ReportError) as caught:
        write_session_report(path, opened=None)
    assert str(path) in str(caught.value)


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportWriteError, match="Choose another place"):
        write_session_report(path, opened=None, destination=tmp_path / "file" / "a.html")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_an_interrupted_case_is_told(opened: OpenedStudy, tmp_path: Path) -> None:
    rig = rigs.GazeRig(opened.study, cases=opened.cases)
    rig.validate()
    rig.run_to_screen("labels")
    rig.do("leave")
    path = rigs.write(tmp_path / "a.gazeh5", rig, opened)
    page = write_session_report(path, opened=opened).read_text(encoding="utf-8")
    assert "Not finished in this recording: practice-4." in page


def test_an_empty_recording_makes_a_report_that_says_so(opened: OpenedStudy, tmp_path: Path) -> None:
    from recordings_schema.writer import RecordingWriter

    path = tmp_path / "a.gazeh5"
    RecordingWriter.create(path, rigs.metadata("", "R01"), rigs.TRACKER).close("ended by the operator")
    page = write_session_report(path, opened=None).read_text(encoding="utf-8")
    Outline(page)
    assert "The recording holds no samples." in page
    assert "No case was opened in this recording." in page
    assert "No validation was recorded" in page
