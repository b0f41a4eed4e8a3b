"""Writes the golden recording of the present format version, once, when that version is released.

    python tests/recordings_schema/golden/make_golden.py

The file is never written again: it stands for all recordings of its version that exist in the world.
"""

from __future__ import annotations

from pathlib import Path

from recordings_schema.layout import EXTENSION, FORMAT_VERSION
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter

SAMPLES = 30


def main() -> None:
    """Write the recording; an existing one is refused."""
    path = Path(__file__).with_name(f"v{FORMAT_VERSION}{EXTENSION}")
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer, SAMPLES)
    writer.embed_image(b"a picture")
    writer.close("the session ended")


if __name__ == "__main__":
    main()
