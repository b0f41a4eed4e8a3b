"""Sound files beside a recording: missing, changed, cut off and put right."""

from __future__ import annotations

import numpy as np
import pytest

from capture_app.acquisition.audio.dictation import Dictation, beside
from capture_app.session.dictation_files import (
    dictation_findings_of,
    dictation_rows,
    dictation_words,
    mend_dictation,
    validate_with_dictation,
)
from capture_app.session.station import Station
from gaze_core.rows import TRIAL, decode_text
from recordings_schema.findings import Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import METADATA, append_samples, without_truth
from recordings_schema.writer import RecordingWriter

BLOCK = 480
START_NS = 1_000_000_000


def speak(dictation: Dictation, blocks: int, trial: int) -> None:
    for number in range(1, blocks + 1):
        pcm = np.full(BLOCK, 100, np.int16)
        dictation.hear(pcm, START_NS + number * 10_000_000 + 7_000_000, trial)


@pytest.fixture
def writer(tmp_path):
    made = RecordingWriter.create(tmp_path / "case.gazeh5", METADATA, without_truth())
    append_samples(made, 100)
    made.append(DatasetKey.TRIALS, TRIAL.row(t_host_ns=START_NS, trial=0, state="open"))
    return made


@pytest.fixture
def dictation(tmp_path, writer):
    return Dictation(
        tmp_path / "case.gazeh5", device="Desk", rate_hz=48_000.0, latency_ms=7.0, emit=writer.append
    )


@pytest.fixture
def closed(writer, dictation, tmp_path):
    speak(dictation, 300, 0)
    dictation.end()
    writer.close("ended")
    return tmp_path / "case.gazeh5"


def of_audio(path) -> list:
    return [each for each in validate_with_dictation(path) if each.where == "/audio/segments"]


def test_a_dictation_as_it_was_closed_has_no_findings(closed):
    assert of_audio(closed) == []
    with Recording.open(closed) as recording:
        assert dictation_words(recording) == "1 file, 3.0 s"
    assert ("Dictation", "1 file, 3.0 s") in Station().describe_recording(closed).facts


def test_a_missing_sound_file_is_an_error_with_its_name(closed):
    beside(closed, 0).unlink()
    (finding,) = of_audio(closed)
    assert finding.severity is Severity.ERROR
    assert "case_audio_000.wav is missing" in finding.what


def test_a_changed_sound_file_is_an_error(closed):
    file = beside(closed, 0)
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    (finding,) = of_audio(closed)
    assert finding.severity is Severity.ERROR
    assert "checksum" in finding.what


def test_a_dictation_that_was_cut_off_is_mended_by_recovery_and_its_row_made_again(
    writer, dictation, tmp_path
):
    path = tmp_path / "case.gazeh5"
    speak(dictation, 130, 0)
    writer.sync()
    writer.abandon()
    dictation._stretch._file._file.close()  # as a kill does
    assert recover(path).path == path
    file = beside(path, 0)
    assert file.stat().st_size == 44 + 130 * BLOCK * 2
    (sentence,) = mend_dictation(path, path.with_name("case.gazeh5.journal"))
    assert "case_audio_000.wav was cut off" in sentence
    assert "1.3 s" in sentence
    (finding,) = of_audio(path)
    assert finding.severity is Severity.WARNING
    with Recording.open(path) as recording:
        (row,) = dictation_rows(recording, path)
        assert dictation_words(recording) == "1 file, 0.0 s, 1 of them cut off"
    assert (row["trial"], row["frame_count"], row["rate_hz"]) == (0, 130 * BLOCK, 48_000.0)
    assert abs(int(row["t_first_host_ns"]) - (START_NS + 7_000_000)) < 100_000
    file.unlink()
    assert mend_dictation(path, path) == ("The dictation case_audio_000.wav is missing.",)


def test_a_name_in_a_damaged_row_leads_nowhere_else(writer, dictation, tmp_path):
    (tmp_path / "folder").mkdir()
    path = tmp_path / "case.gazeh5"
    speak(dictation, 300, 0)
    rows = []
    dictation._emit = lambda key, each: rows.append((key, each))
    dictation.end()
    for key, each in rows:
        if key is DatasetKey.AUDIO_SEGMENTS:
            each["file"] = b"../../etc/passwd"
        writer.append(key, each)
    writer.close("ended")
    with Recording.open(path) as recording:
        (finding,) = dictation_findings_of(recording, path)
    assert "passwd is missing" in finding.what


def test_a_long_name_is_shortened_so_that_the_row_holds_it_whole(tmp_path):
    one, two = (beside(tmp_path / f"{'ü' * 80}{end}.gazeh5", 3) for end in "ab")
    assert one != two
    assert len(one.name.encode()) <= 128
    assert one.name.endswith("_audio_003.wav")
    assert decode_text(np.bytes_(one.name.encode())) == one.name
