"""Analyses of a recording kept in a file beside it: the recording itself is never opened for writing."""

from recordings_schema.layers.records import (
    LAYERS_ENDING,
    LAYERS_VERSION,
    Layer,
    LayerFacts,
    LayersError,
    LayerSource,
    layers_path,
)
from recordings_schema.layers.source import source_of
from recordings_schema.layers.store import LayerStore, StoredLayers

__all__ = [
    "LAYERS_ENDING",
    "LAYERS_VERSION",
    "Layer",
    "LayerFacts",
    "LayerSource",
    "LayerStore",
    "LayersError",
    "StoredLayers",
    "layers_path",
    "source_of",
]
