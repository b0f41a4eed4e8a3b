from __future__ import annotations

import json
from dataclasses import replace

import pytest

from recordings_schema.errors import MetadataError
from recordings_schema.metadata import ParticipantRecord, SessionMetadata, SessionRecord, SoftwareRecord
from recordings_schema.testing import METADATA


def test_session_metadata_survives_json_between_processes() -> None:
    text = json.dumps(METADATA.to_json(), allow_nan=False)
    assert SessionMetadata.from_json(json.loads(text)).to_json() == METADATA.to_json()


@pytest.mark.parametrize("pseudonym", ["", "Jane Doe", "a" * 33, "ä", "a/b", "a\n"])
def test_a_pseudonym_of_other_characters_or_too_long_is_refused(pseudonym: str) -> None:
    with pytest.raises(MetadataError, match="Pseudonym"):
        ParticipantRecord(pseudonym=pseudonym)


@pytest.mark.parametrize("pseudonym", ["R07", "a" * 32, "x_1-2.3"])
def test_a_plain_pseudonym_is_taken(pseudonym: str) -> None:
    assert ParticipantRecord(pseudonym=pseudonym).pseudonym == pseudonym


@pytest.mark.parametrize("session_id", ["", "a b", "x" * 65])
def test_an_unusable_session_id_is_refused(session_id: str) -> None:
    with pytest.raises(MetadataError, match="Session id"):
        SessionRecord(session_id=session_id, started_wall_ns=0, started_host_ns=0)


def test_an_unknown_gaze_signal_is_refused() -> None:
    with pytest.raises(MetadataError, match="gaze_signal"):
        replace(METADATA.session, gaze_signal="both")


@pytest.mark.parametrize("name", ["width_px", "height_px", "width_mm", "height_mm", "distance_mm", "scaling"])
def test_a_display_without_size_is_refused(name: str) -> None:
    with pytest.raises(MetadataError, match=name):
        replace(METADATA.display, **{name: float("nan")})


def test_a_measured_latency_needs_its_figures() -> None:
    with pytest.raises(MetadataError, match="onset_latency"):
        replace(METADATA.display, onset_latency="measured")


def test_figures_of_an_unmeasured_latency_are_refused() -> None:
    with pytest.raises(MetadataError, match="onset_latency"):
        replace(METADATA.display, onset_latency_mean_ms=8.0, onset_latency_sd_ms=0.5)


def test_a_measured_latency_is_taken_with_mean_and_deviation() -> None:
    display = replace(
        METADATA.display, onset_latency="measured", onset_latency_mean_ms=8.0, onset_latency_sd_ms=0.5
    )
    assert display.onset_latency_mean_ms == 8.0


def test_the_software_record_names_this_interpreter_and_no_host() -> None:
    import platform

    record = SoftwareRecord.of_this_process("reading-station", "1.2.3")
    assert record.python == platform.python_version()
    assert "numpy" in record.packages
    assert platform.node() not in record.operating_system


@pytest.mark.parametrize("source", [None, [], {"session": {}}, METADATA.to_json() | {"more": 1}])
def test_metadata_with_other_parts_is_refused(source: object) -> None:
    with pytest.raises(MetadataError, match="parts"):
        SessionMetadata.from_json(source)
