"""Questions and answers of a replay are those of the session, at every moment of it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from study_rig import ReadStudy, read_study

from capture_app.session.reading import Stage
from capture_app.session.replay import ReplaySource, ShownScreens
from capture_app.session.study.presets import preset_text

PARTS = (
    "screen", "text", "answer", "shapes", "missing", "can_go_back", "jumps", "chosen_labels", "grade",
    "trial", "attempt",
)  # fmt: skip


@pytest.fixture(scope="module", params=["reflacx", "gazesearch"])
def read(request, tmp_path_factory) -> ReadStudy:
    return read_study(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture
def source(read):
    opened = ReplaySource.open(read.path)
    opened.study = read.opened
    yield opened
    opened.close()


def test_each_moment_shows_what_the_session_showed(source, read):
    screens = ShownScreens(source)
    compared = set()
    for t_ns, view in read.moments:
        state = screens.state_at(t_ns)
        if view.stage is not Stage.CASE or not view.is_presented:
            continue
        assert state is not None, view
        for part in PARTS:
            if part == "missing" and view.screen.KIND == "transcript":
                continue  # since when its text was there is not recorded
            assert repr(getattr(state.view, part)) == repr(getattr(view, part)), part  # NaN is NaN
        compared.add(view.screen.KIND)
    assert {"instruction", "image", "end"} <= compared
    assert {each.KIND for each in read.opened.study.screens} <= compared | {"text", "instruction"}


def test_going_back_in_time_takes_answers_back(source, read):
    screens, forwards = ShownScreens(source), {}
    for t_ns, _ in read.moments:
        state = screens.state_at(t_ns)
        forwards[t_ns] = None if state is None else repr(state.view)
    for t_ns, _ in reversed(read.moments):
        state = screens.state_at(t_ns)
        assert (None if state is None else repr(state.view)) == forwards[t_ns]


def test_a_state_stays_the_same_object_while_nothing_changes(source, read):
    screens = ShownScreens(source)
    t_ns = next(t for t, view in read.moments if view.stage is Stage.CASE and view.is_presented)
    assert screens.state_at(t_ns) is screens.state_at(t_ns + 1)


def test_between_cases_nothing_is_asked(source, read):
    screens = ShownScreens(source)
    over = source.tables.cases[0].end_ns
    assert screens.state_at(over + 1) is None
    assert screens.state_at(source.first_ns - 1) is None


def test_without_the_study_there_are_no_screens(source, read):
    source.study = None
    assert ShownScreens(source).state_at(read.moments[len(read.moments) // 2][0]) is None


def lying_in(folder: Path, text: str) -> Path:
    """Return a recording as a session of a study leaves it, below its study folder."""
    sha256 = hashlib.sha256(text.encode("utf-8")).hexdigest()
    place = folder / "sessions" / "R07" / "p1" / "R07_p1_s001"
    place.mkdir(parents=True)
    return read_study(place, cases=1, study_sha256=sha256).path


def study_of(path: Path):
    source = ReplaySource.open(path)
    source.close()
    return source.study


def test_the_study_is_found_by_its_checksum_wherever_it_lies(tmp_path):
    text = preset_text("reflacx")
    path = lying_in(tmp_path, text)
    assert study_of(path) is None
    own = tmp_path / "reflacx.gazestudy"
    own.write_text(text, encoding="utf-8")
    found = study_of(path)
    assert (found.path, found.folder, found.study.study.study_id) == (own, tmp_path, "reflacx")

    own.write_text(text + "\n# changed since", encoding="utf-8")
    assert study_of(path) is None, "another study than that of the recording"
    kept = tmp_path / "sessions" / "study-12345678.gazestudy"
    kept.write_text(text, encoding="utf-8")
    found = study_of(path)
    assert (found.path, found.folder) == (kept, tmp_path)

    shutil.move(path, tmp_path / "elsewhere.gazeh5")
    kept.unlink()
    assert study_of(tmp_path / "elsewhere.gazeh5") is None
