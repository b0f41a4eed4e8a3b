from __future__ import annotations

from capture_app.session.speech.pronouncing import PronouncingDictionary

ENTRIES = {"carina": "K AH R IY N AH", "the": "DH AH", "the(2)": "DH IY"}


def test_the_labs_own_way_goes_before_the_dictionary() -> None:
    dictionary = PronouncingDictionary([("carina", "K AH R AY N AH")], ENTRIES.get)

    assert dictionary.ways("carina") == ["K AH R AY N AH"]


def test_all_ways_of_the_dictionary_are_known() -> None:
    assert PronouncingDictionary([], ENTRIES.get).ways("the") == ["DH AH", "DH IY"]


def test_words_in_no_dictionary_are_guessed_and_named() -> None:
    dictionary = PronouncingDictionary([], ENTRIES.get)

    assert dictionary.ways("xyloma") != []
    assert dictionary.ways("\u65e5") == []
    assert dictionary.guessed == ("xyloma", "\u65e5")
