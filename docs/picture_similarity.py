"""Pictures of GazeSearch and McGIP datasets and of the similarity browser, from phantoms read by the mock.

`python docs/picture_similarity.py` writes `docs/images/format-gazesearch.png`, `format-mcgip.png`,
`similarity.png` and `similarity-light-150.png`. Look at them afterwards.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import cv2
import numpy as np

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"
SIDE_PX: Final = 224
ZOOM: Final = 2
INK = (31, 36, 27)


def main() -> None:
    """Write all pictures; each window in a process of its own, as its scaling is fixed when Qt starts."""
    if len(sys.argv) == 4:
        window(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
        return
    from benchmarks.long_reading import write_long_reading

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        folder.mkdir()
        for number in range(4):
            path = folder / f"R{number + 1:02d}_p1_s001.gazeh5"
            write_long_reading(path, 60.0, rate_hz=300.0, case_s=10.0, reader=path.name[:3], seed=number)
        cv2.imwrite(str(IMAGES / "format-gazesearch.png"), gazesearch(folder, Path(name) / "gazesearch"))
        cv2.imwrite(str(IMAGES / "format-mcgip.png"), mcgip(folder, Path(name) / "mcgip"))
        for picture, theme, scale in (("similarity", "dark", "1"), ("similarity-light-150", "light", "1.5")):
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
            environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *sys.path])
            command = [sys.executable, __file__, str(folder), theme, str(IMAGES / f"{picture}.png")]
            subprocess.run(command, env=environment, check=True, timeout=300)


def gazesearch(folder: Path, destination: Path) -> np.ndarray:
    """Return scanpaths of findings on their images, numbered."""
    from capture_app.session.export import ExportOrder, export_recordings, recordings_in

    options = {"lead_s": "1.5"}
    order = ExportOrder(
        format_name="gazesearch", recordings=recordings_in([folder]), destination=destination, options=options
    )
    export_recordings(order)
    (file,) = (destination / "data").glob("*.json")
    entries = json.loads(file.read_text(encoding="utf-8"))
    chosen = [entry for entry in entries if entry["length"] >= 4][:3]
    return np.hstack([scanpath(entry, phantom(folder, entry["name"])) for entry in chosen])


def phantom(folder: Path, name: str) -> np.ndarray:
    """Return the image an entry names, stretched to the frame."""
    from recordings_schema.stimuli import load_image, render_grey

    stimulus = load_image(next(folder.rglob(f"{Path(name).stem.replace('-', '?')}.png")))
    grey = render_grey(stimulus, stimulus.start_window)
    side = SIDE_PX * ZOOM
    return cv2.cvtColor(cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)


def scanpath(entry: dict, image: np.ndarray) -> np.ndarray:
    """Return the image with numbered fixations, below it what the entry says."""
    points = [(round(x * ZOOM), round(y * ZOOM)) for x, y in zip(entry["X"], entry["Y"], strict=True)]
    for first, second in itertools.pairwise(points):
        cv2.line(image, first, second, (255, 194, 76), 2, cv2.LINE_AA)
    for number, (point, seconds) in enumerate(zip(points, entry["T"], strict=True), start=1):
        radius = 9 + round(24 * min(1.0, seconds))
        cv2.circle(image, point, radius, (16, 18, 20), 4, cv2.LINE_AA)
        cv2.circle(image, point, radius, (107, 243, 182), 2, cv2.LINE_AA)
        place = (point[0] - 5, point[1] + 5)
        for colour, width in (((16, 18, 20), 4), ((255, 255, 255), 1)):
            cv2.putText(image, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, width, cv2.LINE_AA)
    return framed(image, f"{entry['task']}, {entry['length']} fixations")


def mcgip(folder: Path, destination: Path) -> np.ndarray:
    """Return heat maps of readings, and the matrix of all."""
    from capture_app.session.export import ExportOrder, export_recordings, recordings_in

    export_recordings(
        ExportOrder(
            format_name="mcgip", recordings=recordings_in([folder]), destination=destination,
            options={"measures": "tima"},
        )
    )  # fmt: skip
    relation = np.load(destination / "relation_tima.npy")
    side = SIDE_PX * ZOOM
    grey = cv2.resize((relation * 255).astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST)
    parts = [
        framed(
            cv2.applyColorMap(grey, cv2.COLORMAP_VIRIDIS),
            f"relation_tima.npy, {len(relation)} x {len(relation)}",
        )
    ]
    for path in sorted((destination / "heat").glob("*.png"))[:2]:
        heat = cv2.resize(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), (side, side))
        parts.append(framed(cv2.applyColorMap(heat, cv2.COLORMAP_INFERNO), f"heat/{path.name}"))
    return np.hstack(parts)


def framed(image: np.ndarray, words: str) -> np.ndarray:
    """Return an image on white with a line of words below it."""
    whole = np.full((image.shape[0] + 48, image.shape[1] + 16, 3), 255, np.uint8)
    whole[8 : 8 + image.shape[0], 8 : 8 + image.shape[1]] = image
    cv2.putText(whole, words, (10, whole.shape[0] - 14), cv2.FONT_HERSHEY_SIMPLEX, 0.5, INK, 1, cv2.LINE_AA)
    return whole


def window(folder: Path, theme: str, place: Path) -> None:
    """Write the picture of the similarity browser."""
    from PySide6.QtWidgets import QApplication

    from capture_app.gui.similarity.window import SimilarityWindow
    from capture_app.gui.theme import ThemeSwitch
    from capture_app.gui.workers import finish_work
    from capture_app.session.settings import Theme

    application = QApplication([])
    switch = ThemeSwitch(application, Theme(theme))
    shown = SimilarityWindow(folder, switch.colours)
    shown.title.set_text("Study A")
    shown.show()
    end_s = time.monotonic() + 120
    while time.monotonic() < end_s and (shown.relation is None or shown.pictures.is_busy):
        application.processEvents()
        time.sleep(0.01)
    shown.controls.slider.setValue(750)
    for _ in range(300):
        application.processEvents()
        time.sleep(0.01)
    shown.title.set_text("Study A")
    shown.grab().toImage().save(str(place), "PNG", 0)  # type: ignore[call-overload]  # its stub wants bytes
    shown.close()
    finish_work()


if __name__ == "__main__":
    main()
