"""Images that a dataset stretched to a frame of its own: shown in their true shape once the file is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from capture_app.session.importing.found_images import TakenImage
from recordings_schema.formats.importing import ImportedCase
from recordings_schema.formats.importing_rows import norm_of_image, whole_view


def fitted_to_files(case: ImportedCase, images: Sequence[TakenImage]) -> ImportedCase:
    """Return a case of fixations in a frame with its view and places for the shape of the file.

    Places on the image stay at the same fractions of its sides. Any other case comes back as it is.
    """
    if len(images) != 1 or not case.images[0].is_frame or len(case.gaze) or len(case.viewport) != 1:
        return case
    taken = images[0]
    if taken.scale_x == 1.0 and taken.scale_y == 1.0:
        return case
    view = whole_view(
        taken.width_px, taken.height_px, case.screen, t_ns=int(case.viewport["t_presented_host_ns"][0])
    )
    rows = case.fixations.copy()
    rows["x_norm"], rows["y_norm"] = norm_of_image(
        rows["x_image_px"] * taken.scale_x, rows["y_image_px"] * taken.scale_y, view,
        np.zeros(len(rows), np.int64), case.screen,
    )  # fmt: skip
    # In fractions of the frame again: the rows are scaled to the file with those of all other cases.
    view["src_w_image_px"] /= taken.scale_x
    view["src_h_image_px"] /= taken.scale_y
    return replace(case, viewport=view, fixations=rows)
