"""The methods paragraph and the reporting list."""

from __future__ import annotations

from collections.abc import Sequence

from capture_app.session.report.gathering import SessionReport
from capture_app.session.report.html import Html, element, joined, table
from capture_app.session.report.methods import methods_items, methods_paragraph


def methods_section(reports: Sequence[SessionReport]) -> Html:
    """Return the paragraph to copy, and each item with its value and where it came from."""
    rows = [[each.item, each.content, each.value, each.origin] for each in methods_items(reports)]
    return joined(
        [
            element("h2", "Methods paragraph", id="methods"),
            element(
                "p",
                "Select and copy. Nothing in it is assumed: what was not recorded is said to be so.",
                class_="soft",
            ),
            element("p", methods_paragraph(reports), class_="methods"),
            table(
                ("Item", "Content", "Value", "Where it comes from"),
                rows,
                caption="Items of the reporting list (Dunn et al. 2023, doi 10.3758/s13428-023-02187-1)",
            ),
        ]
    )
