"""The demonstration: built-in phantoms, read by the simulated tracker through the whole real chain."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import platformdirs

from capture_app.session.cases import Case, CaseList
from capture_app.session.phantoms import PHANTOM_COUNT, phantom, places, write_phantoms
from capture_app.session.settings import APPLICATION_NAME

DEMO_RATE_HZ: Final = 600
DEMO_SEED: Final = 7
DEMO_READER: Final = "demo"


def demo_tracker_options(rate_hz: int = DEMO_RATE_HZ, seed: int = DEMO_SEED) -> dict[str, str]:
    """Return the options of the simulated tracker in the demonstration."""
    return {"rate_hz": str(rate_hz), "seed": str(seed), "scenario": "typical"}


def demo_cases(folder: Path | None = None) -> CaseList:
    """Write the phantoms into a folder (the person's cache by default) and return them as cases."""
    root = folder if folder is not None else default_phantom_folder()
    root.mkdir(parents=True, exist_ok=True)
    paths = write_phantoms(root)
    cases = tuple(
        Case(case_id=path.stem, images=(path,), places=(tuple(places(phantom(index))),))
        for index, path in zip(range(PHANTOM_COUNT), paths, strict=True)
    )
    return CaseList(title="phantoms", root=root, cases=cases)


def default_phantom_folder() -> Path:
    """Return where the phantoms lie between demonstrations."""
    return Path(platformdirs.user_cache_dir(APPLICATION_NAME, appauthor=False)) / "phantoms"
