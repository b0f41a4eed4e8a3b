"""HTML out of texts and parts: whatever is not `Html` already is escaped: no text becomes markup."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_VOID: Final = frozenset({"meta", "br", "image", "line", "circle", "rect", "ellipse", "polyline", "path"})
NOT_KNOWN: Final = "\u2013"
"""Stands where there is no number."""


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child: TypeAlias = "str | Html | None"


def text(value: str) -> Html:
    """Return a text as markup; letters that HTML cannot hold become a question mark."""
    return Html(html.escape(_CONTROLS.sub("?", value), quote=True))


def element(tag: str, /, *children: Child, **attributes: str | float | int) -> Html:
    """Return an element; ``class_`` is the attribute class, ``_`` within names is ``-``."""
    parts = [tag]
    for key, value in attributes.items():
        shown = f"{value:.7g}" if isinstance(value, float) else str(value)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{text(shown)}"')
    inner = joined(children)
    start = " ".join(parts)
    if tag in _VOID and not inner:
        return Html(f"<{start}/>")
    return Html(f"<{start}>{inner}</{tag}>")


def joined(children: Iterable[Child]) -> Html:
    """Return parts one after the other."""
    return Html(
        "".join(child if isinstance(child, Html) else text(child) for child in children if child is not None)
    )


def table(head: Sequence[str], rows: Sequence[Sequence[Child]], *, caption: str, class_: str = "") -> Html:
    """Return a table with a caption; the first cell of each row is its heading."""
    body = [
        element(
            "tr",
            *(
                element("th", cell, scope="row") if index == 0 else element("td", cell)
                for index, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", element("tr", *(element("th", name, scope="col") for name in head))),
            element("tbody", *body),
            class_=class_ or "plain",
        ),
        class_="scroll",
    )


def facts(rows: Sequence[tuple[str, Child]]) -> Html:
    """Return names with their values."""
    return element(
        "dl",
        *(
            element("div", element("dt", name), element("dd", value))
            for name, value in rows
            if value is not None and value != ""
        ),
        class_="facts",
    )


def figure(picture: Html, caption: str, *, class_: str = "drawn") -> Html:
    """Return a picture with its caption."""
    return element("figure", picture, element("figcaption", caption) if caption else None, class_=class_)


def number(value: float, digits: int, unit: str = "") -> str:
    """Return a number with its unit, a dash where there is none."""
    if not math.isfinite(value):
        return NOT_KNOWN
    shown = f"{value:.{digits}f}"
    if not any(letter in shown for letter in "123456789"):
        shown = shown.lstrip("-")  # never -0.00
    return f"{shown} {unit}".rstrip()


def clock(seconds: float) -> str:
    """Return a time within the session, as 1:02:03."""
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def span(seconds: float) -> str:
    """Return a length of time in the unit that suits it."""
    if not math.isfinite(seconds):
        return NOT_KNOWN
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
