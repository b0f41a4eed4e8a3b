"""Pictures of what exports of REFLACX, EGD and MIMIC-Eye hold, drawn from the written files alone.

`python docs/picture_datasets.py STUDY_FOLDER` writes `docs/images/format-reflacx.png` and so on from a study
that a pseudo-reader R01 has read.
"""

from __future__ import annotations

import csv
import itertools
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from picture_formats import BLUE, FAINT, INK, PAD, RED, drawn, save, table
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen

from capture_app.session.export import ExportOrder, export_recordings, recordings_in
from capture_app.session.study import open_study
from recordings_schema.stimuli import load_image, render_grey

NAMES: Final = ("reflacx", "egd", "mimic-eye")
_HEIGHT: Final = 400.0


def main(study: Path) -> None:
    """Write all pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    opened = open_study(study)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in NAMES:
            export_recordings(
                ExportOrder(
                    format_name=each,
                    recordings=recordings_in([study / "sessions" / "R01"]),
                    destination=folder / each,
                    opened=opened,
                )
            )
        save("reflacx", reflacx(folder / "reflacx", study / "images"))
        save("egd", egd(folder / "egd", study / "images"))
        save("mimic-eye", table("one patient, and the sheets over all", tree(folder / "mimic-eye")))
    del application


def reflacx(folder: Path, images: Path) -> QImage:
    """Return one reading on its image: fixations by their length, ellipses, chest box, and its first rows."""
    readings = rows_of(folder / "metadata_phase_3.csv")
    drawn_in = {
        row["id"]: rows_of(folder / "main_data" / row["id"] / "anomaly_location_ellipses.csv")
        for row in readings
    }
    chosen = max(readings, key=lambda row: (len(drawn_in[row["id"]]), row["id"]))
    main_data = folder / "main_data" / chosen["id"]
    fixations = rows_of(main_data / "fixations.csv")
    width, height = float(chosen["image_size_x"]), float(chosen["image_size_y"])
    scale = _HEIGHT / height
    picture = image_of(images, chosen["dicom_id"])

    def draw(painter: QPainter) -> None:
        painter.drawImage(QRectF(PAD, PAD, width * scale, _HEIGHT), picture)
        painter.translate(PAD, PAD)
        for path, colour in (("chest_bounding_box.csv", BLUE), ("anomaly_location_ellipses.csv", RED)):
            painter.setPen(QPen(colour.lighter(130), 2))
            for row in rows_of(main_data / path):
                left, top, right, bottom = (
                    float(row[name]) * scale for name in ("xmin", "ymin", "xmax", "ymax")
                )
                box = QRectF(left, top, right - left, bottom - top)
                painter.drawRect(box) if colour is BLUE else painter.drawEllipse(box)
        path_of(painter, [
            (float(row["x_position"]) * scale, float(row["y_position"]) * scale,
             float(row["timestamp_end_fixation"]) - float(row["timestamp_start_fixation"]))
            for row in fixations
        ])  # fmt: skip
        painter.translate(width * scale + PAD, 0)
        lines = [f"main_data/{chosen['id']}/", "", "fixations.csv"]
        names = ("timestamp_start_fixation", "timestamp_end_fixation", "x_position", "y_position")
        lines += ["  start s   end s     x px   y px"]
        lines += ["  " + "   ".join(f"{row[name]:>6}" for name in names) for row in fixations[:9]]
        lines += ["", "anomaly_location_ellipses.csv"]
        lines += [
            f"  {', '.join(name for name in row if row[name] == 'True')}: certainty {row['certainty']}"
            for row in drawn_in[chosen["id"]]
        ]
        words(painter, lines)

    return drawn(round(_HEIGHT) + 2 * PAD, draw)


def egd(folder: Path, images: Path) -> QImage:
    """Return the display of 1920 x 1080 with the image between its pads and the fixations as fractions."""
    master = rows_of(folder / "master_sheet.csv")[0]
    fixations = [row for row in rows_of(folder / "fixations.csv") if row["DICOM_ID"] == master["dicom_id"]]
    scale = _HEIGHT / 1080
    top, bottom, left, right = (
        float(master[f"image_{side}_pad"]) for side in ("top", "bottom", "left", "right")
    )
    picture = image_of(images, master["dicom_id"])

    def draw(painter: QPainter) -> None:
        painter.translate(PAD, PAD)
        painter.fillRect(QRectF(0, 0, 1920 * scale, _HEIGHT), QColor("#404040"))
        painter.drawImage(
            QRectF(left * scale, top * scale, (1920 - left - right) * scale, (1080 - top - bottom) * scale),
            picture,
        )
        path_of(painter, [
            (float(row["FPOGX"]) * 1920 * scale, float(row["FPOGY"]) * _HEIGHT, float(row["FPOGD"]))
            for row in fixations
        ])  # fmt: skip
        painter.translate(1920 * scale - 4, 0)
        words(painter, [
            "master_sheet.csv", f"  pads: {left:.0f} left", f"  {right:.0f} right, {top:.0f} top",
            f"  {bottom:.0f} bottom", "", "fixations.csv", "  FPOGX  FPOGY",
            *(f"  {float(row['FPOGX']):.3f}  {float(row['FPOGY']):.3f}" for row in fixations[:8]),
        ])  # fmt: skip

    return drawn(round(_HEIGHT) + 2 * PAD, draw)


def image_of(images: Path, name: str) -> QImage:
    """Return an image in its first window."""
    stimulus = load_image(next(images.glob(f"{name}.*")))
    grey = np.ascontiguousarray(render_grey(stimulus, stimulus.start_window))
    height, width = grey.shape
    return QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def tree(folder: Path) -> list[list[str]]:
    """Return the files of the first patient and the sheets, each with how its content begins."""
    patient = next(folder.glob("patient_*"))
    found = [["file", "begins with"]]
    for place in (folder / "spreadsheets", patient):
        for path in sorted(each for each in place.rglob("*") if each.is_file())[:11]:
            text = path.read_text(encoding="utf-8").replace("\n", " ")
            found.append([path.relative_to(folder).as_posix(), text[:60] + ("…" if len(text) > 60 else "")])
    return found


def path_of(painter: QPainter, points: Sequence[tuple[float, float, float]]) -> None:
    """Draw fixations as numbered circles in the order they were made; the third number is the length, s."""
    painter.setPen(QPen(QColor(255, 200, 60, 190), 1.4))
    for before, after in itertools.pairwise(points):
        painter.drawLine(QPointF(*before[:2]), QPointF(*after[:2]))
    for number, (x, y, seconds) in enumerate(points, start=1):
        radius = 5 + 16 * min(seconds, 1.0)
        painter.setPen(QPen(QColor("#ffffff"), 1.2))
        painter.setBrush(QColor(255, 170, 0, 150))
        painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.setPen(INK)
        painter.drawText(QRectF(x - 20, y - 10, 40, 20), Qt.AlignmentFlag.AlignCenter, str(number))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def words(painter: QPainter, lines: Sequence[str]) -> None:
    """Write lines below each other; what is no row is fainter."""
    for number, line in enumerate(lines):
        painter.setPen(INK if line.startswith(" ") else FAINT)
        painter.drawText(QPointF(PAD, 14 + number * 18), line)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table; none where it is not there."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
