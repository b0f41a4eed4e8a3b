"""Features of a reading as JSON, which an interrupted export keeps, and the constants behind each measure."""

from __future__ import annotations

from typing import Any

import numpy as np

from gaze_core.similarity import (
    CLUSTER_MAP,
    DENTAL_WEIGHTS,
    DOWNSTREAM_CLUSTERS,
    HEAT_WEIGHTS,
    MCGIP,
    STRUCTURED,
    TIMA_CLUSTERS,
    TIMA_WEIGHTS,
    ClusterSettings,
    DurationUnit,
    GazeMeasure,
    MomentWeights,
    MultiMatchReduction,
    ReadingFeatures,
    Scanpath,
)
from gaze_core.similarity.gaze_filter import REACH_PX
from gaze_core.similarity.hashes import HEIGHT_PX, WIDTH_PX
from gaze_core.similarity.moments import SIDE_PX
from gaze_core.similarity.readings import CANVAS_PX


def features_to_json(features: ReadingFeatures) -> dict[str, Any]:
    """Return features as JSON holds them; numbers come back as they were."""
    groups = features.groups
    return {
        "hash": np.packbits(features.hash_bits).tobytes().hex(),
        "whole": features.whole.tolist(),
        "bursts": features.bursts.tolist(),
        "fine_bursts": features.fine_bursts.tolist(),
        "groups": [groups.x_px.tolist(), groups.y_px.tolist(), groups.duration.tolist()],
    }


def features_from_json(record: dict[str, Any]) -> ReadingFeatures:
    """Return the features of `features_to_json`."""
    x_px, y_px, duration = (np.array(values, np.float64) for values in record["groups"])
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(record["hash"]), np.uint8))
    return ReadingFeatures(
        hash_bits=bits.astype(np.bool_),
        whole=np.array(record["whole"], np.float64),
        bursts=np.array(record["bursts"], np.float64).reshape(-1, 2),
        fine_bursts=np.array(record["fine_bursts"], np.float64).reshape(-1, 2),
        groups=Scanpath(x_px=x_px, y_px=y_px, duration=duration, duration_unit=DurationUnit.SAMPLES),
    )


def measure_facts(measure: GazeMeasure, reduction: MultiMatchReduction) -> dict[str, Any]:
    """Return the constants of a measure, as `meta.json` states them."""
    images = "structured" if measure in STRUCTURED else "unstructured"
    return {"images": images, "canvas_px": CANVAS_PX, **_constants(measure, reduction)}


def _constants(measure: GazeMeasure, reduction: MultiMatchReduction) -> dict[str, Any]:
    if measure is GazeMeasure.DHASH:
        return {"width_px": WIDTH_PX, "height_px": HEIGHT_PX}
    if measure is GazeMeasure.MULTIMATCH:
        limits = MCGIP.simplification
        return {
            "reach_px": REACH_PX,
            "screen_px": [MCGIP.width_px, MCGIP.height_px],
            "direction_deg": limits.direction_deg if limits else None,
            "amplitude_px": limits.amplitude_px if limits else None,
            "duration_samples": limits.duration if limits else None,
            "reduction": reduction.value,
        }
    maps = {"map_px": SIDE_PX}
    if measure in (GazeMeasure.MOMENT, GazeMeasure.DENTAL):
        return {**maps, **_weights(HEAT_WEIGHTS if measure is GazeMeasure.MOMENT else DENTAL_WEIGHTS)}
    drawn = {
        "cluster_map_px": [CLUSTER_MAP.width_px, CLUSTER_MAP.height_px],
        "patch_px": CLUSTER_MAP.patch_px,
        "sigma_px": CLUSTER_MAP.sigma_px,
    }
    is_tima = measure is GazeMeasure.TIMA
    clusters = DOWNSTREAM_CLUSTERS if measure is GazeMeasure.HEAT else TIMA_CLUSTERS
    return {**maps, **drawn, **_clusters(clusters), **_weights(TIMA_WEIGHTS if is_tima else HEAT_WEIGHTS)}


def _weights(weights: MomentWeights) -> dict[str, float]:
    return {"weight_mass": weights.mass, "weight_spread": weights.spread}


def _clusters(settings: ClusterSettings) -> dict[str, float]:
    return {"eps": settings.reach, "min_samples_share": settings.share}
