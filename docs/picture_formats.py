"""Pictures of what exports of tables and streams look like, from the simulated reading that tests use.

`python docs/picture_formats.py` writes `docs/images/format-<name>.png`.
"""

from __future__ import annotations

import csv
import gzip
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import pyxdf
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPen, QPolygonF

from recordings_schema.formats.registry import find_format
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_reading

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"
SCALE: Final = 2
WIDTH, ROW, PAD = 900, 24, 16
INK, FAINT, PAPER, BAND = (QColor(name) for name in ("#1b1f24", "#667078", "#ffffff", "#f1f4f7"))
BLUE, RED = QColor("#1f6fd1"), QColor("#c2452d")


def main() -> None:
    """Write all pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for made in ("csv", "parquet", "xdf", "bids"):
            export(find_format(made), [make_reading(is_zoomed=True), make_reading(trial=1)], folder / made)
        with (folder / "csv" / "fixations.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        kept = [rows[0].index(each) for each in TABLE]
        save("csv", table("fixations.csv", [[row[place] for place in kept] for row in rows[:11]]))
        save("parquet", table("gaze.parquet, columns", parquet_columns(folder / "parquet" / "gaze.parquet")))
        save("xdf", traces(next((folder / "xdf").rglob("*.xdf"))))
        save("bids", table("a run of the dataset", bids_files(folder / "bids")))
    del application


TABLE: Final = (
    "fixation", "onset_s", "offset_s", "duration_ms", "image_id", "x_image_px", "y_image_px", "x_norm",
    "y_norm", "pupil_mean",
)  # fmt: skip


def parquet_columns(path: Path) -> list[list[str]]:
    """Return name, type and first values of each column."""
    read = pq.read_table(path)
    columns = [
        [name, str(read.schema.field(name).type), *(str(value) for value in read[name][300:304].to_pylist())]
        for name in read.column_names
    ]
    return [["column", "type", "row 300", "row 301", "row 302", "row 303"], *columns]


def bids_files(folder: Path) -> list[list[str]]:
    """Return the files of the first run with a line of their content."""
    found = [["file", "begins with"]]
    for path in sorted(folder.rglob("*run-001*"))[:7]:
        content = path.read_bytes()
        lines = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8").split("\n")
        text = " ".join(" ".join(lines[:2]).split())
        found.append([path.name, text[:40] + ("…" if len(text) > 40 else "")])
    return found


def table(title: str, rows: Sequence[Sequence[str]]) -> QImage:
    """Return a picture of a table with its first row as the head."""

    def draw(painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        widths = [
            max(metrics.horizontalAdvance(row[place]) for row in rows) + 18 for place in range(len(rows[0]))
        ]
        share = (WIDTH - 2 * PAD) / sum(widths)
        painter.setPen(FAINT)
        painter.drawText(QPointF(PAD, PAD + 12), title)
        for number, row in enumerate(rows):
            top = PAD + 24 + number * ROW
            if number % 2:
                painter.fillRect(QRectF(PAD, top, WIDTH - 2 * PAD, ROW), BAND)
            painter.setPen(FAINT if number == 0 else INK)
            left = float(PAD)
            for text, width in zip(row, widths, strict=True):
                box = QRectF(left + 6, top, width * share - 8, ROW)
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
                left += width * share

    return drawn(2 * PAD + 24 + len(rows) * ROW, draw)


def traces(path: Path) -> QImage:
    """Return a picture of the streams of an XDF file over time."""
    streams = {each["info"]["name"][0]: each for each in pyxdf.load_xdf(str(path))[0]}
    times_s = streams["gaze"]["time_stamps"]
    first_s, length_s = float(times_s[0]), float(times_s[-1] - times_s[0])

    def x_of(time_s: float) -> float:
        return 120 + (time_s - first_s) / length_s * (WIDTH - 120 - PAD)

    def draw(painter: QPainter) -> None:
        for place, (name, column) in enumerate((("gaze x_norm", 0), ("gaze y_norm", 1))):
            top = PAD + place * 80
            painter.setPen(INK)
            painter.drawText(QPointF(PAD, top + 40), name)
            values = streams["gaze"]["time_series"][:, column]
            points = [QPointF(x_of(t), top + 70 * v) for t, v in zip(times_s, values, strict=True) if v == v]
            painter.setPen(QPen((BLUE, RED)[place], 1.2))
            painter.drawPolyline(QPolygonF(points))
        top = PAD + 170
        painter.setPen(INK)
        painter.drawText(QPointF(PAD, top + 13), "fixations")
        fixations = streams["fixations"]
        for onset_s, row in zip(fixations["time_stamps"], fixations["time_series"], strict=True):
            left, right = x_of(onset_s), x_of(onset_s + row[0] * 1e-3)
            painter.fillRect(QRectF(left, top, max(2.0, right - left - 1), 16), BLUE.lighter(160))
        for place, name in enumerate(("views", "events")):
            top = PAD + 200 + place * 28
            painter.setPen(INK)
            painter.drawText(QPointF(PAD, top + 13), name)
            painter.setPen(QPen(RED, 1.5))
            for time_s in streams[name]["time_stamps"]:
                painter.drawLine(QPointF(x_of(time_s), top), QPointF(x_of(time_s), top + 16))

    return drawn(PAD + 260, draw)


def drawn(height: int, draw: Callable[[QPainter], None]) -> QImage:
    """Return a picture of that height in logical pixels."""
    image = QImage(WIDTH * SCALE, height * SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    image.fill(PAPER)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont("DejaVu Sans")
    font.setPixelSize(12)
    painter.setFont(font)
    draw(painter)
    painter.end()
    return image


def save(name: str, image: QImage) -> None:
    """Write a picture."""
    image.save(str(IMAGES / f"format-{name}.png"), "PNG", 0)  # type: ignore[call-overload]  # its stub wants bytes


if __name__ == "__main__":
    main()
