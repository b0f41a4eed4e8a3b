"""Runs a notebook of the documentation and writes it with its answers: ``python docs/make_notebook.py``.

The source is a Python file with cells in the percent form that editors know. From it come the page
(Markdown), its pictures, and the notebook itself to be downloaded. It is run in a folder with a recording by
the simulated reader, by the interpreter of the standard library: no notebook server is needed.
"""

from __future__ import annotations

import ast
import base64
import code
import contextlib
import io
import json
import os
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "notebooks"
SOURCE = FOLDER / "first_look.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell with what it answered."""

    source: str
    is_text: bool
    printed: str = ""
    result: str = ""  # of the last expression
    png: bytes = b""  # of the last expression, where it is a picture


class _CellError(Exception):
    """A cell raised an error; the text is its traceback."""


class _Interpreter(code.InteractiveInterpreter):
    def showtraceback(self) -> None:
        raise _CellError from sys.exc_info()[1]


def cells_of(text: str) -> Iterator[Cell]:
    """Yield the cells of a file in the percent form, not run yet."""
    for part in ("\n" + text).split("\n# %%")[1:]:
        head, _, body = part.partition("\n")
        is_text = "[markdown]" in head
        if is_text:
            body = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.splitlines())
        yield Cell(source=body.strip("\n"), is_text=is_text)


def run_cells(cells: list[Cell], folder: Path) -> list[Cell]:
    """Return the cells with their answers, run in a folder that holds ``reading.gazeh5``."""
    interpreter = _Interpreter({"__name__": "__main__"})
    done = []
    with contextlib.chdir(folder) if hasattr(contextlib, "chdir") else _changed_folder(folder):
        for cell in cells:
            done.append(cell if cell.is_text else _run(interpreter, cell))
    return done


def _run(interpreter: code.InteractiveInterpreter, cell: Cell) -> Cell:
    tree = ast.parse(cell.source)
    shown: list[Any] = []
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed, hook = io.StringIO(), sys.displayhook
    sys.displayhook = lambda value: shown.append(value) if value is not None else None
    try:
        with contextlib.redirect_stdout(printed):
            interpreter.runcode(compile(tree, "<cell>", "exec"))
            if last is not None:
                interpreter.runcode(compile(ast.Interactive([last]), "<cell>", "single"))
    finally:
        sys.displayhook = hook
    result = shown[-1] if shown else None
    draw = getattr(result, "_repr_png_", None)  # as notebooks ask
    png = b"" if draw is None else draw()
    text = "" if result is None or png else repr(result)
    return Cell(source=cell.source, is_text=False, printed=printed.getvalue(), result=text, png=png)


@contextlib.contextmanager
def _changed_folder(folder: Path) -> Iterator[None]:
    """Stand in for `contextlib.chdir`, which Python 3.10 lacks."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def page(cells: list[Cell], name: str) -> str:
    """Return the page of the documentation."""
    parts = []
    for number, cell in enumerate(cells):
        if cell.is_text:
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        answer = (cell.printed + cell.result).rstrip("\n")
        if answer:
            wrapped = "\n".join(
                "\n".join(textwrap.wrap(line, 110, subsequent_indent="    ")) or line
                for line in answer.splitlines()
            )
            parts.append(f"```text\n{wrapped}\n```")
        if cell.png:
            parts.append(f"![What the cell above shows]({name}-{number}.png)")
    parts.append(
        f"[Download this notebook]({name}.ipynb). It was run by `python docs/make_notebook.py`, which a test "
        "does again."
    )
    return "\n\n".join(parts) + "\n"


def notebook(cells: list[Cell]) -> dict[str, Any]:
    """Return the notebook, nbformat 4.5."""
    return {
        "cells": [_notebook_cell(number, cell) for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _notebook_cell(number: int, cell: Cell) -> dict[str, Any]:
    common: dict[str, Any] = {
        "id": f"cell-{number:02d}",
        "metadata": {},
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.is_text:
        return {"cell_type": "markdown", **common}
    outputs: list[dict[str, Any]] = []
    if cell.printed:
        text = cell.printed.splitlines(keepends=True)
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    if cell.result or cell.png:
        shown: dict[str, Any] = {"text/plain": [cell.result or "<picture>"]}
        if cell.png:
            shown["image/png"] = base64.b64encode(cell.png).decode("ascii")
        outputs.append(
            {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": shown}
        )
    return {"cell_type": "code", "execution_count": number, **common, "outputs": outputs}


def made() -> list[Cell]:
    """Return the cells of the notebook, run on a recording by the simulated reader."""
    from benchmarks.long_reading import write_long_reading

    with tempfile.TemporaryDirectory() as folder:
        write_long_reading(Path(folder) / "reading.gazeh5", 40.0, rate_hz=120.0, case_s=40.0)
        return run_cells(list(cells_of(SOURCE.read_text(encoding="utf-8"))), Path(folder))


def main() -> None:
    """Write page, pictures and notebook."""
    cells = made()
    name = SOURCE.stem.replace("_", "-")
    for number, cell in enumerate(cells):
        if cell.png:
            (FOLDER / f"{name}-{number}.png").write_bytes(cell.png)
    (FOLDER / f"{name}.md").write_text(page(cells, name), encoding="utf-8")
    content = json.dumps(notebook(cells), indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.ipynb").write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
