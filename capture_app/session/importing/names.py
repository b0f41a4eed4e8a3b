"""Names of sessions and readers as recordings may bear them, made of whatever a dataset calls them."""

from __future__ import annotations

import hashlib
import re
from typing import Final

SESSION_LETTERS: Final = 64
READER_LETTERS: Final = 32
_BAD: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_MARK: Final = 8


def usable_name(text: str, most: int) -> str:
    """Return a name of letters a to z, digits and - _ . that is another for each other text.

    A text that is such a name stays as it is; from others a mark of their content keeps them apart.
    """
    cleaned = _BAD.sub("-", text).strip("-.")
    if cleaned == text and 0 < len(text) <= most:
        return text
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{cleaned[: most - _MARK - 1]}-{mark}".lstrip("-")
