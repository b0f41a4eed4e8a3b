from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from capture_app.session.speech.errors import VocabularyError
from capture_app.session.speech.study_words import vocabulary_of_study
from capture_app.session.study import Study, check_study

PRESET = resources.files("capture_app.session.study") / "presets" / "reflacx.gazestudy"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    file = tmp_path / "reflacx.gazestudy"
    file.write_text(PRESET.read_text("utf-8"), "utf-8")
    opened = check_study(file).opened  # its cases are not there, which does not matter here
    assert opened is not None
    return opened.study


def with_words(study: Study, *words: str, is_punctuation_spoken: bool = True) -> Study:
    dictation = replace(study.dictation, vocabulary=words, is_punctuation_spoken=is_punctuation_spoken)
    return replace(study, dictation=dictation)


def test_labels_and_own_words_of_the_study_are_expected(study: Study) -> None:
    vocabulary = vocabulary_of_study(with_words(study, "xyloma", "xyloma = Z AY L OW M AH"))

    assert "enlarged cardiac silhouette" in vocabulary.patterns
    assert "xyloma" in vocabulary.patterns
    assert ("xyloma", "Z AY L OW M AH") in vocabulary.pronunciations
    assert vocabulary.is_punctuation_spoken


def test_a_study_may_go_without_spoken_punctuation(study: Study) -> None:
    assert not vocabulary_of_study(with_words(study, is_punctuation_spoken=False)).is_punctuation_spoken


def test_a_word_of_the_study_that_makes_no_sense_is_named(study: Study) -> None:
    with pytest.raises(VocabularyError, match=r"dictation\.vocabulary of the study, line 2"):
        vocabulary_of_study(with_words(study, "xyloma", "xyloma = WHAT"))
