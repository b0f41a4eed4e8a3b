"""All image decoding of the program: DICOM by pixel content, PNG, JPEG and TIFF, and the exact grey chain."""

from recordings_schema.stimuli.errors import (
    DamagedImageError,
    EncryptedImageError,
    ImageTooLargeError,
    NoPixelsError,
    NotAnImageError,
    StimulusError,
    StimulusFileError,
    UnsupportedImageError,
)
from recordings_schema.stimuli.folder import ImageEntry, image_row, list_images
from recordings_schema.stimuli.grey import (
    StimulusRenderer,
    display_lut,
    mean_luminance,
    render_grey,
    screen_luminance,
)
from recordings_schema.stimuli.loading import load_image
from recordings_schema.stimuli.stimulus import Stimulus
from recordings_schema.stimuli.window import VoiFunction, VoiTable, Window

__all__ = [
    "DamagedImageError",
    "EncryptedImageError",
    "ImageEntry",
    "ImageTooLargeError",
    "NoPixelsError",
    "NotAnImageError",
    "Stimulus",
    "StimulusError",
    "StimulusFileError",
    "StimulusRenderer",
    "UnsupportedImageError",
    "VoiFunction",
    "VoiTable",
    "Window",
    "display_lut",
    "image_row",
    "list_images",
    "load_image",
    "mean_luminance",
    "render_grey",
    "screen_luminance",
]
