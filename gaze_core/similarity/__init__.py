"""How alike readings are: scanpaths, heat maps, and matrices of all readings with each other.

Formulas, units and sources stand at the head of each module; `docs/explanations/similarity.md` tells which
measure answers which question.
"""

from gaze_core.similarity.cluster_maps import (
    CLUSTER_MAP,
    ClusterMapSettings,
    cluster_map,
    gaze_heat,
    reading_map,
)
from gaze_core.similarity.clusters import (
    DOWNSTREAM_CLUSTERS,
    TIMA_CLUSTERS,
    ClusterSettings,
    gaze_clusters,
)
from gaze_core.similarity.gaze_filter import gaze_groups
from gaze_core.similarity.hashes import (
    difference_bits,
    difference_hash,
    hash_matrix,
    hash_similarity,
)
from gaze_core.similarity.mean_shift import mean_shift_centres
from gaze_core.similarity.moments import (
    DENTAL_WEIGHTS,
    HEAT_WEIGHTS,
    TIMA_WEIGHTS,
    MomentWeights,
    features_of,
    heat_map_features,
    moment_features,
    moment_matrix,
    moment_sequence_similarity,
    moment_similarity,
)
from gaze_core.similarity.multimatch import (
    CHANNELS,
    GAZESEARCH,
    MCGIP,
    MultiMatchProfile,
    MultiMatchReduction,
    MultiMatchScores,
    ShortPaths,
    multimatch_matrix,
    multimatch_relation,
    multimatch_scores,
    reduced,
    toolbox_profile,
)
from gaze_core.similarity.readings import (
    STRUCTURED,
    UNSTRUCTURED,
    GazeMeasure,
    ReadingFeatures,
    ReadingMaps,
    gaze_relation,
    moment_sequence_matrix,
    reading_features,
    reading_maps,
)
from gaze_core.similarity.relation import (
    PositivePairs,
    batch_labels,
    nearest,
    positive_pairs,
    queue_labels,
    relation_faults,
)
from gaze_core.similarity.saliency import (
    area_under_curve,
    correlation,
    correlation_matrix,
    divergence,
    fixation_distribution,
    information_gain,
    next_fixation_area,
    normalised_scanpath_saliency,
    overlap,
)
from gaze_core.similarity.scanmatch import (
    ScanMatchSettings,
    scanmatch_matrix,
    scanmatch_score,
    scanmatch_symbols,
)
from gaze_core.similarity.scanpath import DurationUnit, Scanpath, SimilarityError, scanpath_of_fixations
from gaze_core.similarity.search_lengths import probability_mismatch, search_cumulative_share
from gaze_core.similarity.simplification import SimplificationThresholds
from gaze_core.similarity.symbols import (
    cluster_symbols,
    edit_distance,
    grid_symbols,
    letters,
    published_grid_symbols,
    semantic_symbols,
    sequence_score,
)
from gaze_core.similarity.tima import burst_counts, burst_features, tima_matrix, tima_similarity
from gaze_core.similarity.time_delay import (
    scaled_time_delay_distance,
    scaled_time_delay_similarity,
    time_delay_distance,
)

__all__ = [
    # What is compared
    "DurationUnit",
    "Scanpath",
    "SimilarityError",
    "gaze_groups",
    "scanpath_of_fixations",
    # MultiMatch
    "CHANNELS",
    "GAZESEARCH",
    "MCGIP",
    "MultiMatchProfile",
    "MultiMatchReduction",
    "MultiMatchScores",
    "ShortPaths",
    "SimplificationThresholds",
    "multimatch_scores",
    "multimatch_matrix",
    "multimatch_relation",
    "reduced",
    "toolbox_profile",
    # Other measures of scanpaths
    "ScanMatchSettings",
    "cluster_symbols",
    "edit_distance",
    "grid_symbols",
    "letters",
    "mean_shift_centres",
    "probability_mismatch",
    "published_grid_symbols",
    "scaled_time_delay_distance",
    "scaled_time_delay_similarity",
    "scanmatch_score",
    "scanmatch_matrix",
    "scanmatch_symbols",
    "search_cumulative_share",
    "semantic_symbols",
    "sequence_score",
    "time_delay_distance",
    # Maps
    "area_under_curve",
    "correlation",
    "correlation_matrix",
    "divergence",
    "fixation_distribution",
    "information_gain",
    "next_fixation_area",
    "normalised_scanpath_saliency",
    "overlap",
    # McGIP
    "CLUSTER_MAP",
    "DENTAL_WEIGHTS",
    "DOWNSTREAM_CLUSTERS",
    "HEAT_WEIGHTS",
    "TIMA_CLUSTERS",
    "TIMA_WEIGHTS",
    "ClusterMapSettings",
    "ClusterSettings",
    "MomentWeights",
    "burst_counts",
    "burst_features",
    "cluster_map",
    "difference_bits",
    "difference_hash",
    "features_of",
    "gaze_clusters",
    "gaze_heat",
    "hash_matrix",
    "hash_similarity",
    "heat_map_features",
    "moment_features",
    "moment_matrix",
    "moment_sequence_similarity",
    "moment_similarity",
    "reading_map",
    "tima_matrix",
    "tima_similarity",
    # Whole readings
    "STRUCTURED",
    "UNSTRUCTURED",
    "GazeMeasure",
    "ReadingFeatures",
    "ReadingMaps",
    "gaze_relation",
    "moment_sequence_matrix",
    "reading_features",
    "reading_maps",
    # Relations
    "PositivePairs",
    "batch_labels",
    "nearest",
    "positive_pairs",
    "queue_labels",
    "relation_faults",
]
