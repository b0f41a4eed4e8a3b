"""Spoken reports for the tests of speech."""

from __future__ import annotations

import shutil

import pytest

from benchmarks import speech as spoken
from capture_app.session.speech.sound import Sound

REPORT = "there is a small left pleural effusion period no pneumothorax is seen period"


@pytest.fixture(scope="session")
def engine() -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


@pytest.fixture(scope="session")
def synthesiser() -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng, which speaks the reports, is not installed")


@pytest.fixture(scope="session")
def spoken_report(synthesiser: None) -> tuple[Sound, list[float]]:
    """A short report at 16 kHz, and the true onsets of its words in seconds."""
    return spoken.speak_word_by_word(REPORT, seed=1)


@pytest.fixture(scope="session")
def report_words() -> list[str]:
    """The words of that report as they are said."""
    return REPORT.split()
