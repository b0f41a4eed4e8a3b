"""What leaves the station: images as their terms say, no names of files, sheets of any number of cases."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.film import (
    CaseFrames,
    FilmError,
    PictureTerms,
    region_of,
    sheet_layout,
    stamp_of,
    terms_of,
)
from capture_app.session.film.outward import MISSING_WORDS
from capture_app.session.replay import HeatmapSpan, ReplayOptions, ReplaySource, ViewMode
from capture_app.session.study.presets import preset_text

S = 1_000_000_000
ALLOWED = PictureTerms(has_images=True)


@pytest.fixture
def source(readers):
    opened = ReplaySource.open(readers[0].path)
    yield opened
    opened.close()


def test_a_frame_is_never_waiting_and_its_map_is_that_of_the_case(source):
    options = ReplayOptions(heatmap=HeatmapSpan.CASE)
    with CaseFrames(source, ALLOWED) as frames:
        frames.prepare(options)
        frame = frames.frame(3 * S, options)
    assert not frame.is_waiting
    assert len(frame.live.reader.panes) == 1
    assert frame.live.heatmaps[0].rgba[..., 3].any()


def test_images_that_terms_keep_inside_are_an_even_grey_with_the_gaze_on_it(source):
    with CaseFrames(source, PictureTerms(has_images=False)) as frames:
        frame = frames.frame(3 * S, ReplayOptions())
        again = frames.frame(3 * S, ReplayOptions())
    grey = frame.live.reader.panes[0].grey
    assert np.unique(grey).size == 1
    assert frame.live.gaze is not None
    assert again.live.reader.panes[0].grey is grey


def test_a_missing_image_leaves_no_name_of_a_file_in_a_picture(source):
    source.images._images = source.images._images.copy()
    source.images._images["sha256"] = b"0" * 64
    with CaseFrames(source, ALLOWED) as frames:
        frame = frames.frame(3 * S, ReplayOptions())
    assert frame.problems == (MISSING_WORDS,)


def test_the_stamp_is_pseudonym_case_and_time(source):
    case = source.tables.cases[1]
    assert stamp_of(source, case, case.first_ns + 62_340_000_000) == "R07  follow-up  1:02.3"


def test_a_recording_without_a_study_shows_its_images(source):
    assert terms_of(source) == ALLOWED


@pytest.fixture(scope="module")
def of_a_study(tmp_path_factory, readers):
    """A recording of a study, made of that of a reader by naming the study in it."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "sessions").mkdir()
    path = Path(shutil.copy(readers[0].path, folder / "sessions"))
    return folder, path


def of_the_study(path: Path) -> ReplaySource:
    source = ReplaySource.open(path)
    session = replace(source.metadata.session, study="reflacx")
    source.metadata = replace(source.metadata, session=session)
    return source


@pytest.mark.parametrize(("is_shown", "words"), [(True, ""), (False, "terms of the study")])
def test_the_study_decides_whether_images_are_shown(of_a_study, is_shown, words):
    folder, path = of_a_study
    text = preset_text("reflacx").replace(
        "is_shown_in_reports = true", f"is_shown_in_reports = {is_shown}".lower()
    )
    (folder / "own.gazestudy").write_text(text, encoding="utf-8")
    source = of_the_study(path)
    terms = terms_of(source)
    source.close()
    assert terms.has_images is is_shown
    assert words in terms.sentence
    (folder / "own.gazestudy").unlink()


def test_a_study_that_is_not_here_keeps_its_images(of_a_study):
    source = of_the_study(of_a_study[1])
    terms = terms_of(source)
    source.close()
    assert not terms.has_images
    assert "not beside the recording" in terms.sentence


@pytest.mark.parametrize("count", [1, 2, 7, 50, 500])
def test_cells_of_a_sheet_never_touch_and_lie_on_it(count):
    layout = sheet_layout(count)
    assert len(layout.cells) == count
    for number, cell in enumerate(layout.cells):
        assert cell.right <= layout.width_px
        assert cell.bottom <= layout.height_px
        others = layout.cells[number + 1 :]
        assert not any(
            cell.x < other.right and other.x < cell.right and cell.y < other.bottom and other.y < cell.bottom
            for other in others[:20]
        )


def test_a_sheet_of_no_case_is_refused():
    with pytest.raises(FilmError, match="no case"):
        sheet_layout(0)


def test_whole_images_are_what_a_region_is_about(source):
    with CaseFrames(source, ALLOWED) as frames:
        frame = frames.frame(3 * S, ReplayOptions(mode=ViewMode.WHOLE_IMAGE))
    region = region_of(frame)
    assert (region.y, region.h) == pytest.approx((0.0, 1.0))
    assert region.w == pytest.approx(500 / 600 * 1080 / 1920)
    assert region_of(replace(frame, panes=())).w == 1.0
