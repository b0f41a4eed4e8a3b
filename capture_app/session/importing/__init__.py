"""Published datasets as recordings: found, read case by case, written whole or not at all."""

from capture_app.session.importing.importing import (
    DatasetImportError,
    ImportOrder,
    ImportOutlook,
    ImportResult,
    import_dataset,
    import_outlook,
    readable_formats,
)

__all__ = [
    "DatasetImportError",
    "ImportOrder",
    "ImportOutlook",
    "ImportResult",
    "import_dataset",
    "import_outlook",
    "readable_formats",
]
