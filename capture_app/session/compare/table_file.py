"""The similarity of readings as a CSV file: one row for each measure and each ordered pair of readings."""

from __future__ import annotations

import csv
import io
import math
from typing import Final

from capture_app.session.compare.similarity import Similarity

COLUMNS: Final = (
    "image_sha256", "measure", "profile", "reader", "other", "reader_fixations", "other_fixations", "value",
)  # fmt: skip


def similarity_csv(similarity: Similarity) -> bytes:
    """Return the file; a value that cannot be told is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    counts = similarity.fixation_counts
    for table in similarity.tables:
        profile = similarity.profile.value if table.name.startswith("multimatch") else ""
        for row, reader in enumerate(similarity.labels):
            for column, other in enumerate(similarity.labels):
                value = float(table.values[row, column])
                shown = repr(value) if math.isfinite(value) else ""
                writer.writerow(
                    [
                        similarity.sha256,
                        table.name,
                        profile,
                        reader,
                        other,
                        counts[row],
                        counts[column],
                        shown,
                    ]
                )
    return text.getvalue().encode("utf-8")
