"""Options of the Tobii driver: each is understood or refused in words."""

from __future__ import annotations

import pytest

from drivers.contract import DriverError, DriverOptionError
from drivers.tobii.backend import TobiiStream
from drivers.tobii.options import MAX_LICENCE_BYTES, TobiiSettings, read_licence


def test_without_options_the_tracker_is_taken_as_it_is_set():
    settings = TobiiSettings.from_options({})
    assert (settings.rate_hz, settings.mode, settings.backend) == (None, "", "auto")
    assert settings.streams == frozenset(TobiiStream)
    assert not settings.are_streams_named


@pytest.mark.parametrize(
    ("text", "streams"),
    [
        ("all", frozenset(TobiiStream)),
        ("none", frozenset()),
        ("time_sync, user_position", {TobiiStream.TIME_SYNC, TobiiStream.USER_POSITION}),
    ],
)
def test_streams_are_a_list(text, streams):
    assert TobiiSettings.from_options({"streams": text}).streams == streams


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"speed": "1"}, "no option 'speed'"),
        ({"rate_hz": "fast"}, "give a number"),
        ({"rate_hz": "0"}, "give a number"),
        ({"backend": "titty"}, "auto, tobii_research, TittaPy"),
        ({"streams": "gaze"}, "comma-separated list"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_there_is(options, word):
    with pytest.raises(DriverOptionError, match=word):
        TobiiSettings.from_options(options)


def test_the_name_of_a_package_may_be_written_in_any_case():
    assert TobiiSettings.from_options({"backend": "tittapy"}).backend == "TittaPy"


def test_a_licence_is_the_content_of_its_file(tmp_path):
    path = tmp_path / "licence"
    path.write_bytes(b"licence of Tobii")
    assert read_licence(path) == b"licence of Tobii"


@pytest.mark.parametrize("size_bytes", [0, MAX_LICENCE_BYTES + 1])
def test_a_file_that_can_be_no_licence_is_not_read(tmp_path, size_bytes):
    path = tmp_path / "licence"
    path.write_bytes(bytes(size_bytes))
    with pytest.raises(DriverError, match="no licence of Tobii has"):
        read_licence(path)


def test_a_licence_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DriverError, match="nowhere cannot be read"):
        read_licence(tmp_path / "nowhere")
