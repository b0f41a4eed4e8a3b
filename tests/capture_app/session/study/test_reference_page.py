"""The page on study files is the model's own."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from capture_app.session.study.keys import declared_keys
from capture_app.session.study.model import Study
from capture_app.session.study.reference_page import DEFAULT_PAGE, main, reference_page


def test_the_page_in_the_documentation_is_current() -> None:
    assert DEFAULT_PAGE.read_text(encoding="utf-8") == reference_page()


def test_every_table_of_the_model_has_a_section() -> None:
    page = reference_page()
    names = [key.name for key in declared_keys(Study) if key.name != "format"]
    assert [name for name in names if f"[{name}]" not in page] == []
    assert '`[[screens]]`, `kind = "likert"`' in page


def test_the_page_is_written_where_asked(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, [str(tmp_path / "deep" / "page.md")]).exit_code == 0
    assert (tmp_path / "deep" / "page.md").read_text(encoding="utf-8") == reference_page()
