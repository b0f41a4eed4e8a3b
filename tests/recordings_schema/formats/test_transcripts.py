"""Words and the fixations they are said about."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from recordings_schema.formats.transcripts import TimedToken, said_around


def token(text: str, start_s: float, end_s: float) -> TimedToken:
    return TimedToken(text=text, t_onset_host_ns=round(start_s * 1e9), t_offset_host_ns=round(end_s * 1e9))


def test_words_are_said_about_the_fixations_of_the_worked_numbers() -> None:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye.json"
    vectors = json.loads(path.read_text(encoding="utf-8"))
    each = vectors["word_said_in_fix(tolerance 1 s each side)"]
    tokens = [token(*word) for word in each["words"]]
    rows = vectors["mimic_eye_app_heatmap"]["rows[start,end,x,y,pupil]"]
    found = [said_around(tokens, round(start * 1e9), round(end * 1e9)) for start, end, *_ in rows]
    assert found == each["result"]


def test_a_word_said_a_second_before_or_after_a_fixation_is_about_it_and_marks_are_none() -> None:
    tokens = [token("no", 1.0, 1.2), token("mass", 3.5, 4.0), token(".", 4.0, 4.0), token("else", 3.9, 4.1)]
    assert said_around(tokens, 2_000_000_000, 3_000_000_000) == "no mass"
    assert said_around(tokens, 2_000_000_001, 3_000_000_000) == "mass"
    assert said_around([], 0, 1) == ""
