from __future__ import annotations

from pathlib import Path

import pytest

from capture_app.session.speech.errors import VocabularyError
from capture_app.session.speech.vocabulary import (
    MOST_BYTES,
    Vocabulary,
    parse_vocabulary,
    read_vocabulary,
    shipped_vocabulary,
)


def test_a_file_holds_sentences_and_pronunciations(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(
        "# of our lab\nNo (large|small) 2 cm mass  # said often\nxyloma = z ay l ow m ah\n", "utf-8"
    )

    vocabulary = read_vocabulary(path)

    assert vocabulary.patterns == ("no ( large | small ) two centimeters mass",)
    assert vocabulary.pronunciations == (("xyloma", "Z AY L OW M AH"),)
    assert vocabulary.words() == {"no", "large", "small", "two", "centimeters", "mass", "xyloma"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hilum = H I L", "line 2: 'H I L' is no pronunciation of hilum"),
        ("two words = AY", "line 2: a pronunciation needs one word"),
        ("no (mass", "line 2: brackets"),
        ("...", "line 2: there is no word"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"clear\n{line}\n", "utf-8")

    with pytest.raises(VocabularyError) as raised:
        read_vocabulary(path)

    assert reason in str(raised.value)


def test_files_that_cannot_be_read_are_sentences(tmp_path: Path) -> None:
    large, other = tmp_path / "large.txt", tmp_path / "other.txt"
    large.write_bytes(b"a" * (MOST_BYTES + 1))
    other.write_bytes(b"\xff\xfe\xfa")

    for path, reason in ((large, "1 MB"), (other, "UTF-8"), (tmp_path / "no.txt", "cannot be read")):
        with pytest.raises(VocabularyError, match=reason):
            read_vocabulary(path)


def test_labels_of_a_study_are_expected_as_phrases() -> None:
    vocabulary = Vocabulary().with_labels(["High lung volume / emphysema", "Lung nodule or mass"])

    assert vocabulary.patterns == ("high lung volume", "emphysema", "lung nodule or mass")


def test_joining_twice_changes_nothing() -> None:
    left, right = parse_vocabulary("clear\nhilum = HH AY L AH M", "a"), parse_vocabulary("no mass", "b")

    assert left.joined(right).joined(right) == left.joined(right)


def test_the_shipped_vocabulary_says_each_label_of_chest_radiology() -> None:
    labels = Vocabulary().with_labels(
        [
            "Abnormal mediastinal contour",
            "Pneumothorax",
            "Groundglass opacity",
            "Atelectasis",
            "Enlarged hilum",
        ]
    )

    assert labels.words() <= shipped_vocabulary().words()


def test_every_shipped_word_is_in_a_dictionary(engine: None) -> None:
    from capture_app.session.speech.pocketsphinx_decoder import make_decoder
    from capture_app.session.speech.pronouncing import PronouncingDictionary

    vocabulary = shipped_vocabulary()
    dictionary = PronouncingDictionary(vocabulary.pronunciations, make_decoder().lookup_word)
    for word in vocabulary.words():
        dictionary.ways(word)

    assert dictionary.guessed == ()
