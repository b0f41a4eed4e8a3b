"""What is said in the reports of one study: chest radiology, the study's labels and its own words."""

from __future__ import annotations

from dataclasses import replace

from capture_app.session.speech.vocabulary import Vocabulary, parse_vocabulary, shipped_vocabulary
from capture_app.session.study import Study


def vocabulary_of_study(study: Study) -> Vocabulary:
    """Return the vocabulary for the dictations of a study.

    Raises
    ------
    VocabularyError
        If a line under ``dictation.vocabulary`` cannot be understood.
    """
    own = parse_vocabulary("\n".join(study.dictation.vocabulary), "dictation.vocabulary of the study")
    labelled = shipped_vocabulary().with_labels(label.name for label in study.labels)
    return replace(labelled.joined(own), is_punctuation_spoken=study.dictation.is_punctuation_spoken)
