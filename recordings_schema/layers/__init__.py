"""Analyses of a recording kept in a file beside it: the recording itself is never opened for writing."""

from recordings_schema.layers.records import (
    LAYERS_ENDING,
    LAYERS_VERSION,
    RECORDED_NAMES,
    Layer,
    LayerFacts,
    LayersError,
    LayerSource,
    free_name,
    layers_path,
)
from recordings_schema.layers.source import source_of
from recordings_schema.layers.store import LayerStore, StoredLayers

__all__ = [
    "LAYERS_ENDING",
    "LAYERS_VERSION",
    "RECORDED_NAMES",
    "Layer",
    "LayerFacts",
    "LayerSource",
    "LayerStore",
    "LayersError",
    "StoredLayers",
    "free_name",
    "layers_path",
    "source_of",
]
