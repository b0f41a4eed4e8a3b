"""Small files a station keeps: replaced as a whole, and set aside where they cannot be understood."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that it is always either the old or the new one; its folder is made.

    Raises
    ------
    OSError
        If the folder or the file cannot be written; the old file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=path.name + ".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def set_aside(path: Path) -> str:
    """Rename a file that cannot be used, so that it is not overwritten; return a sentence about it."""
    kept = _free_name(path.with_name(path.name + ".broken"))
    try:
        path.rename(kept)
    except OSError as err:
        return f"It could not be kept aside ({err.strerror})."
    return f"The old file is kept as {kept}."


def _free_name(path: Path) -> Path:
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate
