"""Draws the program's icons from their SVG source, to be committed: ``python packaging/make_icon.py``."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "packaging" / "icon" / "reading-station.svg"
ICO = ROOT / "packaging" / "icon" / "reading-station.ico"
WINDOW_PICTURE = ROOT / "capture_app" / "gui" / "icon" / "reading-station.png"
SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
WINDOW_PICTURE_PX = 128


def drawn_png(size_px: int) -> bytes:
    """Return the icon as a PNG file of a size."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(content.data())


def ico_file(pictures: dict[int, bytes]) -> bytes:
    """Return an .ico file with PNG pictures, by their width in pixels (256 at most)."""
    header = struct.pack("<HHH", 0, 1, len(pictures))
    entries, content = b"", b""
    first = len(header) + 16 * len(pictures)
    for size_px, picture in sorted(pictures.items()):
        width = size_px % 256  # 0 stands for 256
        entries += struct.pack("<BBBBHHII", width, width, 0, 0, 1, 32, len(picture), first + len(content))
        content += picture
    return header + entries + content


def main() -> int:
    """Write the icon of the programs and the picture of the windows."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication.instance() or QGuiApplication([])
    ICO.write_bytes(ico_file({size_px: drawn_png(size_px) for size_px in SIZES_PX}))
    WINDOW_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    WINDOW_PICTURE.write_bytes(drawn_png(WINDOW_PICTURE_PX))
    del application
    print(f"{ICO.name} with {len(SIZES_PX)} sizes and {WINDOW_PICTURE.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
