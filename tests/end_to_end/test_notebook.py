"""The notebook of the documentation, run again: the same answers on a recording by the simulated reader."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks import long_reading
from capture_app.session.phantom_shapes import HEIGHT_PX, WIDTH_PX

DOCS = Path(__file__).parents[2] / "docs"


def plain_images(folder: Path) -> list[Path]:
    """Write images of the phantoms' size and names; drawing them would take longer than all the rest."""
    folder.mkdir()
    paths = [folder / f"phantom-{number}.png" for number in (1, 2, 3)]
    for path in paths:
        cv2.imwrite(str(path), np.full((HEIGHT_PX, WIDTH_PX), 90, np.uint16))
    return paths


@pytest.fixture(scope="module")
def cells():
    spec = importlib.util.spec_from_file_location("make_notebook", DOCS / "make_notebook.py")
    module = sys.modules["make_notebook"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(long_reading, "write_phantoms", plain_images)
        return module.made()


@pytest.fixture(scope="module")
def notebook():
    return json.loads((DOCS / "notebooks" / "first-look.ipynb").read_text(encoding="utf-8"))


def test_the_notebook_holds_the_cells_of_its_source(cells, notebook):
    assert ["".join(each["source"]) for each in notebook["cells"]] == [each.source for each in cells]
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({each["id"] for each in notebook["cells"]}) == len(cells)


def test_every_cell_answers_what_the_page_and_the_notebook_show(cells, notebook):
    page = (DOCS / "notebooks" / "first-look.md").read_text(encoding="utf-8")
    for kept, cell in zip(notebook["cells"], cells, strict=True):
        outputs = kept.get("outputs", [])
        printed = "".join("".join(each["text"]) for each in outputs if each["output_type"] == "stream")
        assert printed == cell.printed
        assert all(line.strip() in " ".join(page.split()) for line in [" ".join(printed.split())])
        assert any("image/png" in each.get("data", {}) for each in outputs) == bool(cell.png)


def test_one_cell_draws_a_picture_and_one_proves_the_recording_untouched(cells):
    assert sum(bool(each.png) for each in cells) == 1
    assert "the recording is as it was: True" in cells[-1].printed
