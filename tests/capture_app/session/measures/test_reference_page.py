"""The page on measures is what the program declares."""

from __future__ import annotations

from capture_app.session.measures.reference_page import DEFAULT_PAGE, reference_page
from capture_app.session.measures.table_columns import TABLES


def test_the_page_in_the_documentation_is_current() -> None:
    assert DEFAULT_PAGE.read_text(encoding="utf-8") == reference_page()


def test_every_column_of_every_table_is_on_it() -> None:
    page = reference_page()
    for columns in TABLES.values():
        assert all(f"`{column.name}` |" in page for column in columns)
