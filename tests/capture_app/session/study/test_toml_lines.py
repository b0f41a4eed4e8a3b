"""Where keys and items of a TOML text stand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.study.toml_lines import LineIndex, TomlSyntaxError, parse_toml

TEXT = (
    "top = 1\n"
    'dotted.name = """first\n'
    "[not.a.table]\n"
    'key = 2 # not a comment \\""" still\n'
    '""" # a comment\n'
    "quotes = ''''one' two''''' # [[nothing]]\n"
    "[[screens]]\n"
    "array = [ 1, # one\n"
    '  [2, "]"],\n'
    '  {inside = 3, "with space" = "}"}, ]\n'
    "[screens.nested]\n"
    '"a.b" . c = 1979-05-27 07:32:00\n'
    "[[screens]]\n"
    'name = "second"\n'
    "  [[screens.labels]]\n"
    '  name = "x"\n'
    "[[screens.labels]]\n"
    'name = "y"\n'
)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 1),
        (("dotted", "name"), 2),
        (("quotes",), 6),
        (("screens",), 7),
        (("screens", 0), 7),
        (("screens", 0, "array", 0), 8),
        (("screens", 0, "array", 1, 1), 9),
        (("screens", 0, "array", 2, "with space"), 10),
        (("screens", 0, "nested"), 11),
        (("screens", 0, "nested", "a.b", "c"), 12),
        (("screens", 1, "name"), 14),
        (("screens", 1, "labels", 0, "name"), 16),
        (("screens", 1, "labels", 1, "name"), 18),
    ],
)
def test_a_key_is_found_wherever_toml_lets_it_stand(path: tuple[str | int, ...], line: int) -> None:
    assert parse_toml(TEXT)[1].line(path) == line


def test_a_key_that_is_not_there_has_the_line_of_its_table() -> None:
    lines = parse_toml(TEXT)[1]
    assert lines.line(("screens", 1, "missing")) == 13
    assert lines.line(("missing", "key")) == 0


def test_line_ends_of_windows_count_once() -> None:
    assert parse_toml(TEXT.replace("\n", "\r\n"))[1].line(("screens", 1, "labels", 1, "name")) == 18


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = ", 2),
        ("a = 1\na = 2\n", 2),
        ("[x]\ny = 1\n[x]\n", 3),
        ("a = 1\n\nb = x\n", 3),
        ('a = """\n', 2),
    ],
)
def test_a_mistake_in_the_syntax_names_its_line(text: str, line: int) -> None:
    with pytest.raises(TomlSyntaxError) as caught:
        parse_toml(text)
    assert caught.value.line == line


def test_values_nested_too_deeply_are_refused() -> None:
    with pytest.raises(TomlSyntaxError):
        parse_toml("a = " + "[" * 100_000)


def test_a_number_of_endless_digits_is_refused() -> None:
    with pytest.raises(TomlSyntaxError):
        parse_toml("a = " + "9" * 10_000)


KEYS = st.text(st.sampled_from('ab-_1 ."#=[]é'), min_size=1, max_size=6)
SCALARS = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.text(st.sampled_from("ab\"'\\#[]{}=,\n"), max_size=8),
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6)
TABLES = st.dictionaries(KEYS, VALUES, max_size=4)
DOCUMENTS = st.dictionaries(
    KEYS, st.one_of(VALUES, TABLES, st.lists(TABLES, min_size=1, max_size=3)), max_size=5
)


class Writer:
    """Writes a document and notes the line of everything it writes."""

    def __init__(self) -> None:
        self.text = ""
        self.lines: dict[tuple[str | int, ...], int] = {}
        self._forms = itertools.count()

    def document(self, values: dict[str, Any]) -> None:
        tables = {name: value for name, value in values.items() if _is_table(value) or _is_tables(value)}
        for name, value in values.items():
            if name not in tables:
                self._pair((name,), value)
        for name, value in tables.items():
            for path, table in _headers(name, value):
                self.text += f"# before [{{{path}}}]\n\n" if next(self._forms) % 2 else "\n"
                self._note(path)
                self.text += f"[[{_quoted(name)}]] # [x]\n" if len(path) == 2 else f"[{_quoted(name)}]\n"
                for key, item in table.items():
                    self._pair((*path, key), item)

    def _pair(self, path: tuple[str | int, ...], value: Any) -> None:
        self._note(path)
        self.text += f"{_quoted(str(path[-1]))} = "
        self._value(path, value)
        self.text += " # ]} comment\n"

    def _value(self, path: tuple[str | int, ...], value: Any) -> None:
        if isinstance(value, list):
            self.text += "["
            for number, item in enumerate(value):
                self.text += " # [\n  " if next(self._forms) % 3 else " "
                self._note((*path, number))
                self._value((*path, number), item)
                self.text += ","
            self.text += "\n]"
        elif isinstance(value, bool):
            self.text += "true" if value else "false"
        elif isinstance(value, str) and next(self._forms) % 2:
            self.text += '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
        else:
            self.text += _quoted(value) if isinstance(value, str) else str(value)

    def _note(self, path: tuple[str | int, ...]) -> None:
        self.lines[path] = self.text.count("\n") + 1


def _headers(name: str, value: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if _is_table(value):
        yield (name,), value
    else:
        for number, table in enumerate(value):
            yield (name, number), table


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@given(DOCUMENTS)
def test_every_key_and_item_of_any_document_is_found(document: dict[str, Any]) -> None:
    writer = Writer()
    writer.document(document)
    values, lines = parse_toml(writer.text)
    assert values == document
    assert {path: lines.line(path) for path in writer.lines} == writer.lines


def test_an_empty_index_knows_no_line() -> None:
    assert LineIndex().line(("a",)) == 0
