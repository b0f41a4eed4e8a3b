"""When images were on the screen of a case, also where a study takes them away and brings them back."""

from __future__ import annotations

from capture_app.session.replay import ReplayCase, ReplayTables, image_spans, last_shown_ns
from capture_app.session.replay.tables import _cases
from gaze_core.rows import TRIAL, VIEWPORT, join_rows
from recordings_schema.layout import DatasetKey

CASE = ReplayCase(number=3, case_id="a", first_ns=0, end_ns=1000, state="done", image_ids=(7,))


def tables(*rows: tuple[int, int, int]) -> ReplayTables:
    """Tables of one trial from (time, pane, image) of its changes."""
    viewport = VIEWPORT.empty(len(rows))
    for row, (t_ns, pane, image_id) in zip(viewport, rows, strict=True):
        row["t_presented_host_ns"], row["pane"], row["image_id"], row["trial"] = t_ns, pane, image_id, 3
    return ReplayTables(rows={DatasetKey.VIEWPORT: viewport}, problems=())


def spans(*rows: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    return [(each.image_id, each.first_ns, each.end_ns) for each in image_spans(tables(*rows), CASE)]


def test_an_image_that_comes_back_is_shown_twice():
    assert spans((100, 0, 7), (300, 0, -1), (500, 0, 7), (700, 0, -1)) == [(7, 100, 300), (7, 500, 700)]


def test_a_zoom_does_not_end_a_span_and_the_case_does():
    assert spans((100, 0, 7), (300, 0, 7), (400, 0, 7)) == [(7, 100, 1000)]


def test_panes_are_told_apart():
    assert spans((100, 0, 7), (110, 1, 8), (300, 0, -1)) == [(7, 100, 300), (8, 110, 1000)]


def test_the_last_moment_with_an_image_is_before_it_goes():
    assert last_shown_ns(tables((100, 0, 7), (700, 0, -1)), CASE) == 699
    assert last_shown_ns(tables((100, 0, 7)), CASE) == 999
    assert last_shown_ns(tables(), CASE) == 999


def test_a_case_of_a_study_keeps_its_images_though_its_last_row_names_none():
    rows = [
        TRIAL.row(t_host_ns=at_ns, trial=0, case_id="a", state=state, image_ids=ids)
        for at_ns, state, ids in ((0, "open", "4,5"), (90, "done", ""))
    ]
    assert _cases(join_rows(rows), 100)[0].image_ids == (4, 5)
