"""Where a name stands in a file name or a text: as a whole, not as a part of another name."""

from __future__ import annotations

from collections.abc import Iterable


def is_named(name: str, text: str, others: Iterable[str] = ()) -> bool:
    """Whether `name` stands in `text` as a whole, and not within one of the other names that do.

    "R07" stands in "study_R07_2.csv"; not in "R071.csv", and not in "R07-2.csv" if "R07-2" is
    another name.
    """
    longer = [other for other in others if name in other and other != name]
    covered = [span for other in longer for span in _places(other, text)]
    return any(
        not any(start <= place[0] and place[1] <= end for start, end in covered)
        for place in _places(name, text)
    )


def _places(name: str, text: str) -> list[tuple[int, int]]:
    found, at = [], text.find(name)
    while name and at >= 0:
        end = at + len(name)
        is_whole = not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        if is_whole:
            found.append((at, end))
        at = text.find(name, at + 1)
    return found
