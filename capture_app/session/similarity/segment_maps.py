"""Label maps of images for the semantic sequence score: a picture for each image, a number per segment."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from recordings_schema.formats.gazesearch_file import SIDE_PX
from recordings_schema.stimuli import StimulusError, load_image

_ENDINGS: Final = (".png", ".tif", ".tiff", ".dcm")


def segments_of(folder: Path, name: str) -> npt.NDArray[np.integer] | None:
    """Return the label of each pixel of the frame, shape (224, 224); None where there is no usable map.

    Parameters
    ----------
    folder
        Holds maps called like the images, without loss (PNG, TIFF, DICOM), of any size.
    name
        Of the image file.
    """
    stem = Path(name).name.rpartition(".")[0] or Path(name).name
    for ending in _ENDINGS:
        path = folder / f"{stem}{ending}"
        try:
            if not path.is_file():
                continue
            labels = load_image(path).pixels
        except (StimulusError, OSError):
            continue  # the same as not there: the note says how many values are missing
        if labels.ndim == 2:
            small = cv2.resize(labels.astype(np.float32), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_NEAREST)
            return np.asarray(small).astype(np.int64)
    return None
