"""When images of a case were on the reader's screen: with a study they come and go within a case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capture_app.session.replay.tables import ReplayCase, ReplayTables
from recordings_schema.layout import DatasetKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSpan:
    """One stretch of time in which a pane showed an image; zoom and window may have changed within it."""

    image_id: int
    pane: int
    first_ns: int
    end_ns: int


def image_spans(tables: ReplayTables, case: ReplayCase) -> tuple[ImageSpan, ...]:
    """Return when images were shown in a case, in order of time; what is there at its end ends with it."""
    viewport = tables.rows[DatasetKey.VIEWPORT]
    own = viewport[(viewport["trial"] == case.number) & (viewport["t_presented_host_ns"] <= case.end_ns)]
    spans = []
    for pane in np.unique(own["pane"]).tolist():
        rows = own[own["pane"] == pane]
        ids, times = rows["image_id"].tolist(), rows["t_presented_host_ns"].tolist()
        starts = [place for place in range(len(ids)) if place == 0 or ids[place] != ids[place - 1]]
        for start, following in zip(starts, [*starts[1:], len(ids)], strict=True):
            end_ns = times[following] if following < len(ids) else max(case.end_ns, times[start] + 1)
            if ids[start] >= 0:
                spans.append(ImageSpan(image_id=ids[start], pane=pane, first_ns=times[start], end_ns=end_ns))
    return tuple(sorted(spans, key=lambda span: span.first_ns))


def last_shown_ns(tables: ReplayTables, case: ReplayCase) -> int:
    """Return the last moment of a case with an image on the screen; its very last one where none ever was."""
    ends = [span.end_ns for span in image_spans(tables, case)]
    return max((min(max(ends), case.end_ns) if ends else case.end_ns) - 1, case.first_ns)
