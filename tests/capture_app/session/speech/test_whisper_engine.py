"""faster-whisper behind a fake of its module: no model can be shipped, so the real one is never run here."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from capture_app.session.speech.errors import EngineFailedError, EngineMissingError
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.vocabulary import parse_vocabulary
from capture_app.session.speech.whisper_engine import WhisperEngine

SOUND = Sound(np.full(16_000, 1000, np.int16), 16_000)
VOCABULARY = parse_vocabulary("xyloma = Z AY L OW M AH", "words")


@dataclass(frozen=True)
class FakeWord:
    word: str
    start: float
    end: float
    probability: float


class FakeModel:
    """Hears the same words in every sound, and keeps what it was asked."""

    def __init__(self, folder: str, **settings: Any) -> None:
        if "broken" in folder:
            raise RuntimeError("unable to open file 'model.bin'")
        self.settings = settings
        FakeModel.last = self  # type: ignore[attr-defined]

    def transcribe(self, samples: np.ndarray, **options: Any) -> tuple[Any, None]:
        self.samples, self.options = samples, options
        words = [
            FakeWord(" No", 0.1, 0.3, 0.9),
            FakeWord(" effusion", 0.3, 0.8, 0.8),
            FakeWord(" period", 0.8, 0.9, 0.7),
            FakeWord(" PICC", 0.9, 1.0, 0.6),
            FakeWord(" line.", 1.0, 1.2, 0.5),
        ]
        return iter([SimpleNamespace(words=words), SimpleNamespace(words=None)]), None


@pytest.fixture
def model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    module = ModuleType("faster_whisper")
    module.WhisperModel = FakeModel  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    return make_model(tmp_path / "small.en")


def make_model(folder: Path) -> Path:
    folder.mkdir()
    for name in ("model.bin", "config.json"):
        (folder / name).write_bytes(b"{}")
    return folder


def test_words_come_with_times_scores_and_both_kinds_of_punctuation(model_folder: Path) -> None:
    transcript = WhisperEngine(str(model_folder)).transcribe(SOUND, VOCABULARY)

    assert transcript.text == "No effusion. PICC line."
    assert [(word.t_start_s, word.t_end_s) for word in transcript.words][:2] == [(0.1, 0.3), (0.3, 0.8)]
    assert [word.score for word in transcript.words] == [0.9, 0.8, 0.7, 0.6, 0.5, 0.5]
    assert transcript.engine.endswith("model small.en")


def test_the_model_is_never_looked_for_elsewhere_and_hears_floats(model_folder: Path) -> None:
    WhisperEngine(str(model_folder)).transcribe(SOUND, VOCABULARY)

    model = FakeModel.last  # type: ignore[attr-defined]
    assert model.settings["local_files_only"] is True
    assert model.samples.dtype == np.float32
    assert np.abs(model.samples).max() <= 1.0
    assert "xyloma" in model.options["initial_prompt"]


def test_a_folder_without_a_model_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match=r"model\.bin and config\.json not found"):
        WhisperEngine(str(tmp_path)).transcribe(SOUND, VOCABULARY)


def test_a_broken_model_is_a_sentence(model_folder: Path) -> None:
    broken = make_model(model_folder.parent / "broken")

    with pytest.raises(EngineFailedError, match="could not load the model"):
        WhisperEngine(str(broken)).transcribe(SOUND, VOCABULARY)


def test_without_the_package_the_remedy_is_named(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)

    with pytest.raises(EngineMissingError, match=r"pip install reading-station\[whisper\]"):
        WhisperEngine(str(model_folder)).transcribe(SOUND, VOCABULARY)
