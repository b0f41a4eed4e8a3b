"""What the keys of a study say together: gates, screens, tasks, consent, terms."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_texts import STUDY_TEXT, checked

from recordings_schema.findings import Severity

END = 'screens = ["image"]\n'
LABELS = '[[labels]]\nname = "Nodule"\n\n'
SCREENS = "[[screens]]\n"


def with_table(name: str, body: str) -> tuple[str, str]:
    """Return a change that adds a table before the first screen."""
    return SCREENS, f"[{name}]\n{body}\n\n{SCREENS}"


def with_screen(body: str, used: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return changes that add a screen and use it after the image."""
    return (
        ("[[tasks]]", f"[[screens]]\n{body}\n\n[[tasks]]"),
        (END, f'screens = ["image", "{used}"]\n'),
    )


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ([with_table("gates", "average_deg = 2.0")], "gates.average_deg", "Give worst_deg at least"),
        (
            [with_table("gates", "loss_yellow_percent = 20")],
            "gates.loss_yellow_percent",
            "Yellow comes before red.",
        ),
        ([with_table("gates", "gap_yellow_s = 4")], "gates.gap_yellow_s", "Yellow comes before red."),
        ([with_table("gates", "recommended_worst_deg = 1.6")], "gates.recommended_worst_deg", "not looser"),
        ([with_table("gates", "drift_mean_deg = 3")], "gates.drift_mean_deg", "larger than the mean"),
        (
            [with_table("gates", "loss_red_percent = 0\nloss_yellow_percent = 0")],
            "gates.loss_red_percent",
            "no case could ever count",
        ),
        ([with_table("gates", 'loss_counted = ["blink", "blink"]')], "gates.loss_counted", "there twice"),
        (
            [with_table("calibration", "dwell_s = 0.3\nvalidation_window_ms = 400")],
            "calibration.validation_window_ms",
            "longer than the dwell",
        ),
        ([with_table("drift_check", "pass_deg = 5\nsearch_deg = 4")], "drift_check.pass_deg", "5 deg passes"),
        (
            [with_table("drift_check", "fixation_ms = 1500\nlongest_wait_s = 1")],
            "drift_check.fixation_ms",
            "does not fit",
        ),
        ([("height_mm = 296", "")], "display.height_mm", "Give both, or neither."),
        ([("width_mm = 527", "width_mm = 300")], "display.width_mm", "pixels are square"),
        ([("width_mm = 527", "width_mm = 5")], "display.width_mm", "Give millimetres, 50 or more."),
        (
            [with_table("conditions", "distance_mm_maximum = 600")],
            "display.distance_mm",
            "Change one of them.",
        ),
        ([with_table("conditions", "distance_mm_minimum = 900")], "conditions.distance_mm_minimum", "below"),
        (
            [with_table("conditions", "room_lux_minimum = 50\nroom_lux_maximum = 20")],
            "conditions.room_lux_minimum",
            "below the maximum",
        ),
        (
            [with_table("tracker", 'driver = "mock"\noptions = { speed = 1 }')],
            "tracker.options.speed",
            "has no option 'speed'",
        ),
        (
            [with_table("tracker", 'driver = "mock"\noptions = { rate_hz = "fast" }')],
            "tracker.options.rate_hz",
            "wants a number",
        ),
        (
            [with_table("tracker", 'driver = "lsl"\noptions = { interpreter = "x" }')],
            "tracker.options.interpreter",
            "no matter of a study file",
        ),
        ([with_table("tracker", "options = { rate_hz = 60 }")], "tracker.options", "Name the driver"),
        (
            [with_table("analysis.detector", "parameters = { speed = 1 }")],
            "analysis.detector.parameters.speed",
            "It has ",
        ),
        (
            [with_table("analysis.detector", "parameters = { threshold_deg_s = -1.0 }")],
            "analysis.detector.parameters.threshold_deg_s",
            "above 0",
        ),
        (
            [with_table("analysis.detector", 'parameters = { eye = "left" }')],
            "analysis.detector.parameters.eye",
            "named by analysis.signal",
        ),
        ([('text = "I agree."', 'text = "I do not agree."')], "consent.sha256", "raise `version`"),
        ([('text = "I agree."', 'text = "I agree."\nfile = "a.png"')], "consent.file", "given twice"),
        ([('text = "I agree."', 'file = "gone.txt"')], "consent.file", "is not there"),
        ([with_table("copies", "is_required = true")], "copies.is_required", "no second place is named"),
        ([with_table("copies", 'second_place = "backup"')], "copies.second_place", "no full path"),
        ([with_table("datasets", 'formats = ["odd"]')], "datasets.formats", "no format called 'odd'"),
        (
            [with_table("datasets", 'formats = ["csv"]\noptions = { "csv.zero" = "noon" }')],
            "datasets.options",
            "csv: zero is 'noon'",
        ),
        (
            [with_table("datasets", 'formats = ["csv"]\noptions = { "bids.zero" = "noon" }')],
            "datasets.options.bids.zero",
            "none of the formats named",
        ),
        ([with_table("dictation", "is_on = true")], "dictation.is_on", "no image screen is dictated"),
        (
            [('name = "image"', 'name = "image"\nis_dictated = true')],
            "screens[1].is_dictated",
            "dictation is off",
        ),
        (
            [('name = "image"', 'name = "image"\nis_mask_previewed = true')],
            "screens[1].is_mask_previewed",
            "Only the phase cover",
        ),
        ([*with_screen('kind = "labels"\nname = "labels"', "labels")], "screens[2]", "Add [[labels]]."),
        ([*with_screen('kind = "shapes"\nname = "shapes"', "shapes")], "screens[2]", "Add [[certainty]]."),
        ([*with_screen('kind = "transcript"\nname = "text"', "text")], "screens[2]", "dictation is off"),
        (
            [*with_screen('kind = "text"\nname = "other"\ntext = "?"\nis_for_other = true', "other")],
            "screens[2].is_for_other",
            "Set is_other on a label.",
        ),
        (
            [*with_screen('kind = "choice"\nname = "c"\ntext = "?"\nchoices = ["x"]', "c")],
            "screens[2].choices",
            "One choice is no choice.",
        ),
        (
            [*with_screen('kind = "end"\nname = "image"', "image")],
            "screens[2].name",
            "the same as that of item 1",
        ),
        ([*with_screen('kind = "image"\nname = "again"', "again")], "tasks[1].screens", "phases read"),
        ([(END, 'screens = ["image", "nowhere"]\n')], "tasks[1].screens[2]", "There is no screen 'nowhere'."),
        ([(END, 'screens = ["image", "image"]\n')], "tasks[1].screens[2]", "is there twice"),
        ([('kind = "read"', 'kind = "segment"')], "tasks[1].screens", "phases locate and cover"),
        ([(SCREENS, LABELS + LABELS + SCREENS)], "labels[2].name", "the same as that of item 1"),
        (
            [(SCREENS, LABELS.replace('"\n\n', '"\nis_other = true\nis_exclusive = true\n\n') + SCREENS)],
            "labels[1].is_exclusive",
            "Keep one of the two.",
        ),
    ],
)
def test_keys_that_do_not_fit_together_are_told(
    folder: Path, changes: list[tuple[str, str]], key: str, said: str
) -> None:
    check = checked(folder, *changes)
    found = [finding for finding in check.findings if finding.key == key]
    assert len(found) == 1, [finding.sentence() for finding in check.findings]
    assert said in found[0].sentence()
    assert found[0].line > 0
    assert not check.is_usable


@pytest.mark.parametrize(
    ("changes", "severity", "said"),
    [
        (
            [with_table("gates", "average_deg = 0.2\nrecommended_average_deg = 0.2")],
            Severity.WARNING,
            "Hardly any",
        ),
        (
            [("[[tasks]]", '[[screens]]\nkind = "end"\nname = "end"\n\n[[tasks]]')],
            Severity.WARNING,
            "No task shows",
        ),
        (
            [("[consent]", "[consent]\nversion = '2'"), ("text = ", "# text = ")],
            Severity.WARNING,
            "no consent text",
        ),
        ([with_table("tracker", 'driver = "other"')], Severity.WARNING, "is not known on this computer"),
        ([with_table("analysis.detector", 'name = "adaptive"')], Severity.WARNING, "Choose ivt"),
        ([("sha256", "# sha256")], Severity.NOTE, "is not fixed yet"),
        ([("width_mm = 527\nheight_mm = 296", "")], Severity.NOTE, "is not fixed"),
        (
            [("[quota]\n", "[quota]\ncases_per_reader = 2\n")],
            Severity.WARNING,
            "read by no reader or only by some",
        ),
        ([('spares = "none"', 'spares = "marked"')], Severity.WARNING, "There are no spares"),
    ],
)
def test_what_is_doubtful_does_not_keep_a_study_from_being_used(
    folder: Path, changes: list[tuple[str, str]], severity: Severity, said: str
) -> None:
    check = checked(folder, *changes)
    assert [(finding.severity, said in finding.what + finding.remedy) for finding in check.findings] == [
        (severity, True)
    ]
    assert check.is_usable


def test_an_answer_before_the_image_is_told(folder: Path) -> None:
    changes = with_screen('kind = "labels"\nname = "labels"', "labels")
    reversed_order = (changes[1][0], 'screens = ["labels", "image"]\n')
    check = checked(folder, changes[0], reversed_order, (SCREENS, LABELS + SCREENS))
    assert [finding.key for finding in check.findings] == ["tasks[1].screens"]
    assert "before the image is read" in check.findings[0].what


def test_the_second_place_may_not_lie_in_the_study(folder: Path) -> None:
    check = checked(folder, with_table("copies", f"second_place = '{folder / 'copy'}'"))
    assert "lies inside the study folder" in check.findings[0].what


def test_the_consent_text_may_lie_in_a_file_with_any_line_ends(folder: Path) -> None:
    checked(folder)
    (folder / "consent.txt").write_bytes(b"I agree.")
    assert checked(folder, ('text = "I agree."', 'file = "consent.txt"')).findings == ()


def test_the_small_study_is_what_the_changes_begin_with() -> None:
    assert STUDY_TEXT.count(SCREENS) == 1
    assert STUDY_TEXT.count(END) == 1


@pytest.mark.parametrize(
    ("body", "key", "said"),
    [
        ('kind = "crossover"', "order", "two or more"),
        ('kind = "shuffled"\nwashout_days = 3', "order.washout_days", "has no washout"),
        ('kind = "fixed"\narms = [{ name = "x" }]', "order.arms", "has no arms"),
        ('kind = "blocked"', "list", "belongs to no list"),
        (
            'kind = "crossover"\nwashout_days = 9\narms = [{ name = "x" }, { name = "X" }]',
            "order.arms[2]",
            "the same",
        ),
        ('kind = "crossover"\narms = [{ name = "x" }, { name = "y" }]', "order.washout_days", "four weeks"),
        (
            'kind = "crossover"\nwashout_days = 9\narms = [{ name = "x" }, { name = "y", task = "z" }]',
            "order.arms[2].task",
            "Known are read.",
        ),
        (
            'kind = "crossover"\nwashout_days = 9\narms = [{ name = "x" }, { name = "y" }]',
            "readers.planned",
            "none is planned",
        ),
    ],
)
def test_an_impossible_order_is_told(folder: Path, body: str, key: str, said: str) -> None:
    check = checked(folder, with_table("order", body))
    assert any(said in finding.sentence() and finding.key == key for finding in check.findings)
    assert not check.is_usable


def test_everything_that_keeps_a_crossover_from_working_is_told_at_once(folder: Path) -> None:
    check = checked(folder, with_table("order", 'kind = "crossover"'))
    assert [finding.key for finding in check.findings] == ["readers.planned", "order", "order.washout_days"]


def test_a_crossover_by_list_needs_as_many_lists_as_arms(folder: Path) -> None:
    body = (
        'kind = "crossover"\nwashout_days = 9\narm_changes = "list"\n'
        'arms = [{ name = "x" }, { name = "y" }]\n\n[readers]\nplanned = ["R1", "R2"]'
    )
    three = "case_id,image,list\na,a.png,one\nb,b.png,two\nc,c.png,three\n"
    assert checked(folder, with_table("order", body), cases=three).findings[0].key == "order.arm_changes"
    two = three.replace("three", "two")
    assert [f.severity for f in checked(folder, with_table("order", body), cases=two).findings] == []


@pytest.mark.parametrize(
    ("quota", "cases", "said"),
    [
        (
            "cases_per_reader = 4",
            "case_id,image\na,a.png\nb,b.png\n",
            "4 cases have to count and there are 2.",
        ),
        ("", "case_id,image,role\na,a.png,spare\n", "1 cases have to count and there are 0."),
    ],
)
def test_a_quota_beyond_the_cases_is_told(folder: Path, quota: str, cases: str, said: str) -> None:
    check = checked(folder, ("[quota]\n", f"[quota]\n{quota}\n"), cases=cases)
    assert said in [finding.what for finding in check.findings]


@pytest.mark.parametrize(
    ("practice", "said"),
    [
        ("minimum_cases = 3\nrounds_maximum = 2", "minimum_cases is 3"),
        ("correct_percent = 50", "there is no reference standard"),
    ],
)
def test_a_practice_that_nobody_can_pass_is_told(folder: Path, practice: str, said: str) -> None:
    cases = "case_id,image,role\na,a.png,study\nb,b.png,practice\n"
    check = checked(folder, ("is_on = false", f"is_on = true\n{practice}"), cases=cases)
    assert any(said in finding.what for finding in check.findings)
