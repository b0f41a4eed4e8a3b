"""How well dictations are written down and aligned: ``python -m benchmarks.speech``.

Reports that are in no vocabulary file are spoken by espeak-ng: word by word with known gaps, so that every
onset is known, and fluently. A synthesiser is no radiologist: the figures compare settings and versions.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from capture_app.session.speech.alignment import align_text
from capture_app.session.speech.error_rate import WordErrors, word_errors
from capture_app.session.speech.errors import EngineMissingError
from capture_app.session.speech.pocketsphinx_engine import PocketsphinxEngine
from capture_app.session.speech.sound import ENGINE_RATE_HZ, Sound, resampled
from capture_app.session.speech.vocabulary import Vocabulary, shipped_vocabulary
from capture_app.session.speech.words import Transcript, WordKind

SPOKEN_RATE_HZ = 22_050  # of espeak-ng
WORDS_PER_MINUTE = 150
GAPS_S = (0.12, 0.27)
NOISE = 8.0  # standard deviation of the room, of 32767
WAV_HEADER_BYTES = 44

SAID_OTHERWISE = {
    # The synthesiser's own rules say emf-EYES-ma, HEE-la and atelectases.
    "emphysema": "[[Emf@s'i:m@]]",
    "atelectasis": "[[,at@l'Ekt@sI2s]]",
    "hila": "[[h'aIl@]]",
}

REPORTS = [
    line
    for line in Path(__file__).with_name("dictated_reports.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def speak(text: str) -> np.ndarray:
    """Return what the synthesiser says, int16 at 22,050 Hz."""
    command = ["espeak-ng", "-v", "en-us", "-s", str(WORDS_PER_MINUTE), "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(wav[WAV_HEADER_BYTES:], "<i2")


def with_room(parts: list[np.ndarray], seed: int) -> Sound:
    """Return parts one after the other in a quiet room, at 16 kHz."""
    whole = np.concatenate(parts).astype(np.float64)
    noisy = whole + np.random.default_rng(seed).normal(0.0, NOISE, len(whole))
    pcm = np.clip(np.rint(noisy), -32768, 32767).astype(np.int16)
    return resampled(Sound(pcm, SPOKEN_RATE_HZ), ENGINE_RATE_HZ)


def speak_word_by_word(report: str, seed: int) -> tuple[Sound, list[float]]:
    """Return a report said word by word, and the onsets of its words in seconds."""
    generator = np.random.default_rng(seed)
    parts, onsets, place = [np.zeros(SPOKEN_RATE_HZ // 2)], [], SPOKEN_RATE_HZ // 2
    for word in report.split():
        said = speak(SAID_OTHERWISE.get(word, word))
        loud = np.flatnonzero(np.abs(said.astype(np.int32)) > 100)
        said = said[loud[0] : loud[-1] + 1]
        pause = np.zeros(round(SPOKEN_RATE_HZ * generator.uniform(*GAPS_S)))
        onsets.append(place / SPOKEN_RATE_HZ)
        parts += [said, pause]
        place += len(said) + len(pause)
    return with_room([*parts, np.zeros(SPOKEN_RATE_HZ // 2)], seed), onsets


def speak_fluently(report: str, seed: int) -> Sound:
    """Return a report said as sentences."""
    text = " ".join(SAID_OTHERWISE.get(word, word) for word in report.split())
    pause = np.zeros(SPOKEN_RATE_HZ // 2)
    spoken = [
        part
        for sentence in text.split(" period")
        if sentence
        for part in (speak(sentence + " period."), pause)
    ]
    return with_room([pause, *spoken], seed)


def spoken_of(transcript: Transcript) -> list[str]:
    """Return the words of a transcript as they were said."""
    names = {
        ".": "period",
        ",": "comma",
        ":": "colon",
        ";": "semicolon",
        "\n": "newline",
        "\n\n": "newparagraph",
    }
    return [names.get(word.text, word.text) for word in transcript.words]


def written_of(report: str) -> str:
    """Return the text that a reader leaves after editing."""
    return report.replace(" period", ".").replace(" comma", ",").replace(" colon", ":")


def print_error_rates(vocabulary: Vocabulary) -> None:
    """Print the word error rate of pocketsphinx for both ways of speaking."""
    print("| spoken | words | wrong | missing | added | word error rate | s for a second of sound |")
    print("|---|---|---|---|---|---|---|")
    for name in ("word by word", "fluently"):
        errors = WordErrors(said=0, substituted=0, missing=0, added=0)
        seconds = cost_s = 0.0
        for seed, report in enumerate(REPORTS):
            sound = (
                speak_fluently(report, seed) if name == "fluently" else speak_word_by_word(report, seed)[0]
            )
            begun = time.perf_counter()
            transcript = PocketsphinxEngine().transcribe(sound, vocabulary)
            cost_s += time.perf_counter() - begun
            seconds += sound.duration_s
            errors = errors.plus(word_errors(report.split(), spoken_of(transcript)))
        print(
            f"| {name} | {errors.said} | {errors.substituted} | {errors.missing} | {errors.added} "
            f"| {100 * errors.rate:.1f} % | {cost_s / seconds:.2f} |"
        )


def onset_errors_s(report: str, seed: int, vocabulary: Vocabulary) -> tuple[list[float], int]:
    """Return how far the aligned onsets of a report are off, and how many were interpolated."""
    sound, onsets = speak_word_by_word(report, seed)
    words = align_text(written_of(report), sound, vocabulary).words
    interpolated = sum(word.kind is WordKind.INTERPOLATED for word in words)
    return [word.t_start_s - onset for word, onset in zip(words, onsets, strict=True)], interpolated


def print_onset_errors(vocabulary: Vocabulary) -> None:
    """Print how near the onsets of the corrected texts are to the true ones."""
    errors: list[float] = []
    interpolated = 0
    for seed, report in enumerate(REPORTS):
        found, between = onset_errors_s(report, seed, vocabulary)
        errors += found
        interpolated += between
    sizes_ms = 1000.0 * np.abs(errors)
    print("\n| words aligned | interpolated | within 150 ms | median ms | 95th percentile ms | worst ms |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {len(errors)} | {interpolated} | {100 * np.mean(sizes_ms <= 150):.1f} % "
        f"| {np.median(sizes_ms):.1f} | {np.percentile(sizes_ms, 95):.0f} | {sizes_ms.max():.0f} |"
    )


def main() -> int:
    """Print both tables."""
    if shutil.which("espeak-ng") is None:
        print("espeak-ng is not installed; it speaks the reports.")
        return 1
    vocabulary = shipped_vocabulary()
    try:
        print_error_rates(vocabulary)
        print_onset_errors(vocabulary)
    except EngineMissingError as err:
        print(err)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
