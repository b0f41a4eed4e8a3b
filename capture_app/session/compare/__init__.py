"""Readings of one image by several readers: played together, laid over each other, and how alike they are."""

from capture_app.session.compare.marks import ReaderMarks, marks_on_image
from capture_app.session.compare.players import SidePlayer
from capture_app.session.compare.readings import (
    MOST_READINGS,
    CompareError,
    ImageReading,
    SharedImage,
    image_ids_of,
    shared_images,
)
from capture_app.session.compare.recordings import (
    FoundRecordings,
    HoldingRecording,
    recordings_with,
    study_folder_of,
)
from capture_app.session.compare.similarity import (
    MeasureTable,
    ProfileName,
    Similarity,
    map_of,
    scanpath_of,
    similarity_of,
)
from capture_app.session.compare.table_file import similarity_csv

__all__ = [
    # Who read what.
    "CompareError", "ImageReading", "SharedImage", "MOST_READINGS", "shared_images", "image_ids_of",
    "FoundRecordings", "HoldingRecording", "recordings_with", "study_folder_of",
    # At the same time.
    "SidePlayer", "ReaderMarks", "marks_on_image",
    # How alike.
    "MeasureTable", "ProfileName", "Similarity", "similarity_of", "similarity_csv", "scanpath_of", "map_of",
]  # fmt: skip
