"""Which files of source another interpreter needs to host a driver: what `drivers.host.child` imports.

A frozen program has its modules in an archive that only it can read, so its spec puts these files beside it.
Imports inside functions count: drivers are imported when they are asked for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("drivers", "gaze_core")
FOLDER = "hosted"  # of the bundle; `drivers.host.interpreter` looks for it there
FIRST = ("drivers.host.start", "drivers.host.child")


def hosted_files(root: Path) -> list[Path]:
    """Return the files, relative to the root of the source, in order of name."""
    found: dict[str, Path] = {}
    waiting = list(FIRST)
    while waiting:
        name = waiting.pop()
        path = _path_of(root, name)
        if name in found or path is None:
            continue
        found[name] = path.relative_to(root)
        waiting += [name.rpartition(".")[0], *imports_of(path)]
    return sorted(found.values())


def imports_of(path: Path) -> Iterator[str]:
    """Yield the names a module imports anywhere in it; some may be no modules but what is in them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _path_of(root: Path, name: str) -> Path | None:
    if name.split(".")[0] not in PACKAGES:
        return None
    path = root.joinpath(*name.split("."))
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)
