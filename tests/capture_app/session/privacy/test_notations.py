"""Properties of how texts are compared: spelling never hides a value, and near values are told apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.privacy.dates import dates_in, dates_of
from capture_app.session.privacy.folding import fold, fold_umlauts, words_of
from capture_app.session.privacy.matcher import Matcher
from capture_app.session.privacy.mentions import is_named
from capture_app.session.privacy.needles import needles_of
from capture_app.session.privacy.shared_tables import without_reader
from recordings_schema.stimuli.header_values import HeaderValue, ValueKind

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
FORMATS = [
    "%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %B %Y", "%d-%b-%Y",
    "%B %d, %Y", "%b %d %Y", "%d.%m.%y", "%m/%d/%y", "%Y%m%dT%H%M%S", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%SZ",
]  # fmt: skip
WORDS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzäöüéñ"), min_size=4, max_size=9)


def matcher_of(kind: ValueKind, text: str) -> Matcher:
    return Matcher(needles_of([HeaderValue(kind=kind, element="x", text=text)]))


@given(
    DAYS,
    st.sampled_from(FORMATS),
    st.sampled_from(["", " ", "x ", "(", "_"]),
    st.sampled_from(["", " ", ")", ";"]),
)
def test_a_day_is_found_in_every_notation_and_surrounding(
    day: date, notation: str, before: str, after: str
) -> None:
    text = fold(f"{before}{day.strftime(notation)}{after}")
    assert day in {found for found, _, _, _ in dates_in(text)}


@given(DAYS, st.integers(1, 20), st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%d %B %Y"]))
def test_another_day_is_not_taken_for_it(day: date, distance: int, notation: str) -> None:
    other = day + timedelta(days=distance)
    hits = matcher_of(ValueKind.DATE, day.strftime("%Y%m%d")).in_text(other.strftime(notation))
    assert not list(hits)


@given(DAYS)
def test_the_header_s_own_notation_means_one_day(day: date) -> None:
    assert dates_of(day.strftime("%Y%m%d")) == {day}


@given(st.lists(WORDS, min_size=2, max_size=4, unique=True), st.sampled_from(["^", " ", ", "]), st.randoms())
def test_a_name_is_found_in_any_order_and_case(parts, separator, random) -> None:
    matcher = matcher_of(ValueKind.NAME, separator.join(parts))
    shuffled = random.sample(parts, len(parts))
    for text in (" ".join(shuffled).upper(), "_".join(shuffled), "-".join(map(str.title, shuffled))):
        hits = list(matcher.in_bytes(b"\0\x01" + text.encode() + b"\xff\0"))
        assert hits


@given(st.integers(100_000, 10**14), st.integers(0, 5), st.integers(0, 5))
def test_zeros_in_front_of_a_number_make_no_difference(number: int, zeros: int, other_zeros: int) -> None:
    matcher = matcher_of(ValueKind.IDENTIFIER, "0" * zeros + str(number))
    assert list(matcher.in_text(f"id={'0' * other_zeros}{number};"))
    assert not list(matcher.in_text(f"id={'0' * other_zeros}{number + 1};"))


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_search(content: bytes) -> None:
    matcher = matcher_of(ValueKind.NAME, "Müller^Jane")
    assert [hit for hit in matcher.in_bytes(content) if hit.kind is not ValueKind.NAME] == []


def test_letters_and_digits_are_words_of_their_own() -> None:
    assert words_of("PID-00042ab Straße") == ("pid", "42", "ab", "strasse")
    assert fold_umlauts("Müller Ångström") == "mueller aangstroem"


@pytest.mark.parametrize(
    ("name", "text", "others", "is_there"),
    [
        ("R07", "study_R07_2.csv", (), True), ("R07", "R071.csv", (), False), ("R07", "xR07", (), False),
        ("R07", "R07-2.csv", ("R07-2",), False), ("R07", "R07-2 and R07", ("R07-2",), True),
        ("R07", "", (), False),
    ],
)  # fmt: skip
def test_a_pseudonym_is_named_as_a_whole_alone(name, text, others, is_there) -> None:
    assert is_named(name, text, others) is is_there


@given(st.lists(st.sampled_from(["R07", "R08", 'R"9', "R\n1", "x;y"]), min_size=1, max_size=8))
def test_taking_rows_out_keeps_every_other_row(readers: list[str]) -> None:
    def lines(names: list[str]) -> str:
        quoted = ['"' + name.replace('"', '""') + '"' for name in names]
        return "\r\n".join(["reader;x", *[f"{name};1" for name in quoted], ""])

    table = without_reader(lines(readers).encode(), ".csv", "R07", frozenset())
    assert table is not None
    assert table.content.decode() == lines([name for name in readers if name != "R07"])
    assert table.removed_rows == readers.count("R07")
