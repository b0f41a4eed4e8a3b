"""What a check says about the keys of a study file, by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_texts import STUDY_TEXT, checked, line_of, opened, write_study

from capture_app.session.study import StudyError, check_study, open_study
from capture_app.session.study.decode import Decoder
from capture_app.session.study.model import Study
from capture_app.session.study.task_keys import ImageScreen, LikertScreen
from capture_app.session.study.toml_lines import LineIndex
from recordings_schema.findings import Severity


def test_a_study_that_is_right_has_no_findings(folder: Path) -> None:
    check = checked(folder)
    assert check.findings == ()
    assert check.is_usable


def test_values_come_as_they_are_written_and_the_rest_as_declared(folder: Path) -> None:
    study = opened(checked(folder)).study
    assert (study.display.width_mm, type(study.display.width_mm)) == (527.0, float)
    assert study.gates.average_deg == 1.0
    assert study.screens == (ImageScreen(name="image"),)
    assert study.screens_of(study.tasks[0]) == study.screens


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('title = "A', 'titel = "A', "study.titel", "Did you mean title?"),
        ('title = "A small study"', "", "study.title", "The key title is missing."),
        ("format = 1", "format = 7", "format", "Known are 1."),
        ("width_mm = 527", 'width_mm = "wide"', "display.width_mm", "is a text, not a number"),
        ("width_px = 1920", "width_px = 1920.5", "display.width_px", "not a whole number"),
        ("width_px = 1920", "width_px = true", "display.width_px", "is true or false, not a whole number"),
        ("is_on = false", 'is_on = "no"', "practice.is_on", "is a text, not true or false"),
        ("width_mm = 527", "width_mm = 52700", "display.width_mm", "Give 0 to 3000 mm."),
        ("width_mm = 527", "width_mm = nan", "display.width_mm", "Give 0 to 3000 mm."),
        ('study_id = "small"', 'study_id = "small study"', "study.study_id", "Use 1 to 64 letters"),
        ('title = "A small study"', 'title = " "', "study.title", "title is empty."),
        ('spares = "none"', 'spares = "some"', "quota.spares", "Known are none, marked, rest."),
        ('kind = "image"', 'kind = "picture"', "screens[1].kind", "Known are instruction, image"),
        ('kind = "image"\n', "", "screens[1].kind", "The key kind is missing."),
        ('screens = ["image"]', 'screens = "image"', "tasks[1].screens", "is a text, not an array"),
        ('screens = ["image"]', "screens = []", "tasks[1].screens", "has 0 items"),
        ('screens = ["image"]', "screens = [1]", "tasks[1].screens[1]", "is a whole number, not a text"),
        ('kind = "read"', 'kind = "read"\nexpected_s = 1e9', "tasks[1].expected_s", "Give 1 to 7200"),
        ('name = "read"', 'name = 1979-05-27', "tasks[1].name", "is a date or time, not a text"),
        ('[images]\nlicence = "built-in"', "", "images", "The table [images] is missing."),
        ("[practice]\nis_on = false", "", "practice.is_on", "no case has the role practice"),
        ('text = "I agree."', 'text = "I\\u0007"', "consent.text", "control characters"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_line_key_and_remedy(
    folder: Path, old: str, new: str, key: str, said: str
) -> None:
    check = checked(folder, (old, new))
    found = [finding for finding in check.findings if finding.key == key]
    assert len(found) == 1
    assert said in found[0].sentence()
    assert found[0].severity is Severity.ERROR
    assert not check.is_usable


def test_the_line_is_that_of_the_key_in_its_own_table(folder: Path) -> None:
    more = '[[screens]]\nkind = "likert"\nname = "hard"\ntext = "How hard?"\nsteps = 99\n\n[[tasks]]'
    check = checked(folder, ("[[tasks]]", more), ('screens = ["image"]', 'screens = ["image", "hard"]'))
    assert [(finding.key, finding.line) for finding in check.findings] == [
        ("screens[2].steps", line_of("steps = 99", folder))
    ]


def test_all_mistakes_are_told_in_one_run_and_in_order(folder: Path) -> None:
    check = checked(
        folder,
        ("width_px = 1920", "width_px = -1"),
        ("format = 1", 'format = "one"'),
        ('name = "read"', 'name = "read"\nwhatever = 1'),
        ('licence = "built-in"', ""),
        cases="case_id,image\na,a.png\na,missing.png\n",
    )
    keys = [(finding.file, finding.key) for finding in check.findings]
    assert keys == [
        ("cases.csv", "case_id"),
        ("cases.csv", "image"),
        ("small.gazestudy", "format"),
        ("small.gazestudy", "display.width_px"),
        ("small.gazestudy", "images.licence"),
        ("small.gazestudy", "tasks[1].whatever"),
    ]


def test_a_file_that_is_no_toml_is_one_finding_with_its_line(folder: Path) -> None:
    check = checked(folder, ("width_mm = 527", "width_mm = "))
    assert (check.opened, len(check.findings)) == (None, 1)
    assert check.findings[0].line == line_of("width_mm", folder)


def test_an_editor_s_byte_order_mark_does_no_harm(folder: Path) -> None:
    write_study(folder)
    file = folder / "small.gazestudy"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert check_study(folder).findings == ()


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe\x00", "not UTF-8"), (b"#" * (1 << 20) + b"#", "larger than 1 MB")]
)
def test_what_is_no_short_text_is_refused(folder: Path, content: bytes, said: str) -> None:
    write_study(folder)
    (folder / "small.gazestudy").write_bytes(content)
    with pytest.raises(StudyError, match=said):
        check_study(folder)


def test_a_folder_without_or_with_two_study_files_is_refused(folder: Path) -> None:
    write_study(folder)
    (folder / "other.gazestudy").write_text(STUDY_TEXT, encoding="utf-8")
    with pytest.raises(StudyError, match="several study files"):
        check_study(folder)
    for file in folder.glob("*.gazestudy"):
        file.unlink()
    with pytest.raises(StudyError, match="holds no study file"):
        check_study(folder)
    with pytest.raises(StudyError, match="is not there"):
        check_study(folder / "nowhere")


def test_only_a_study_without_errors_is_opened(folder: Path) -> None:
    assert open_study(write_study(folder)).study.study.study_id == "small"
    write_study(folder, STUDY_TEXT.replace("width_px = 1920", "width_px = -1"))
    with pytest.raises(StudyError, match=r"small\.gazestudy:10: display\.width_px"):
        open_study(folder)


VALUES = st.recursive(
    st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=8), st.dates()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["kind", "name", "order", "arms", "screens", "study"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Study.__dataclass_fields__, "x"]), VALUES, max_size=6))
def test_no_values_whatever_break_the_decoder(values: dict[str, object]) -> None:
    decoder = Decoder("any.gazestudy", LineIndex())
    study = decoder.record(Study, values)
    assert isinstance(study, Study)
    assert decoder.findings
    assert all(finding.what and finding.remedy for finding in decoder.findings)


def test_a_kind_of_screen_has_only_its_own_keys(folder: Path) -> None:
    check = checked(folder, ('kind = "image"', 'kind = "likert"\ntext = "How?"\nphase = "read"'))
    assert [finding.key for finding in check.findings if "There is no key" in finding.what] == [
        "screens[1].phase"
    ]
    assert check.opened is not None
    assert check.opened.study.screens == (LikertScreen(name="image", text="How?"),)
