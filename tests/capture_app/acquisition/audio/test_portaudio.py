"""PortAudio behind our border: devices, streams, callbacks and errors, with a stand-in for the package."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from capture_app.acquisition.audio import SoundError
from capture_app.acquisition.audio.portaudio import PortAudio


class PortAudioError(Exception):
    pass


class FakeStream:
    def __init__(self, package: FakePackage, kind: str, **values) -> None:
        self.package, self.kind, self.values = package, kind, values
        self.latency = 0.011 if kind == "input" else 0.022
        self.calls: list[str] = []
        if package.refusal:
            raise PortAudioError(package.refusal)
        package.streams.append(self)

    def start(self) -> None:
        self.calls.append("start")

    def abort(self) -> None:
        self.calls.append("abort")

    def close(self) -> None:
        self.calls.append("close")


class FakePackage:
    """As much of sounddevice as is used, with its names and signatures."""

    PortAudioError = PortAudioError

    def __init__(self) -> None:
        self.streams: list[FakeStream] = []
        self.refusal = ""
        self.rates = (48_000.0,)
        self.default = SimpleNamespace(device=[0, -1])

    def query_hostapis(self):
        return [{"name": "ALSA"}]

    def query_devices(self, index=None):
        device = {
            "name": "Line In",
            "hostapi": 0,
            "max_input_channels": 2,
            "max_output_channels": 0,
            "default_samplerate": 44_100.0,
        }
        return [device] if index is None else device

    def check_input_settings(self, device=None, channels=None, dtype=None, samplerate=None):
        if samplerate not in self.rates:
            raise PortAudioError("Invalid sample rate [PaErrorCode -9997]")

    check_output_settings = check_input_settings

    def RawInputStream(self, **values):  # noqa: N802
        return FakeStream(self, "input", **values)

    def RawOutputStream(self, **values):  # noqa: N802
        return FakeStream(self, "output", **values)


@pytest.fixture
def package(monkeypatch):
    package = FakePackage()
    monkeypatch.setitem(sys.modules, "sounddevice", package)
    return package


def status(**flags):
    return SimpleNamespace(**{"input_overflow": False, "output_underflow": False, **flags})


def test_the_devices_of_the_system_are_listed(package):
    (device,) = PortAudio().devices()
    assert (device.full_name, device.is_default_input, device.is_default_output) == (
        "Line In, ALSA",
        True,
        False,
    )


def test_an_input_runs_in_blocks_of_10_ms_and_keeps_what_it_hears(package):
    sound = PortAudio()
    assert sound.open_input(0, 48_000.0) == (48_000.0, 0.011)
    values = package.streams[0].values
    assert (values["blocksize"], values["channels"], values["dtype"]) == (480, 1, "int16")
    values["callback"](b"\1\0" * 480, 480, None, status())
    values["callback"](b"\2\0" * 480, 480, None, status(input_overflow=True))
    first, second = sound.heard
    assert (first.content, first.is_after_loss) == (b"\1\0" * 480, False)
    assert second.is_after_loss
    assert second.t_host_ns >= first.t_host_ns > 0


def test_a_device_that_cannot_do_the_rate_runs_at_its_own(package):
    package.rates = ()
    assert PortAudio().open_input(0, 48_000.0)[0] == 44_100.0
    assert package.streams[0].values["blocksize"] == 441


def test_an_output_plays_what_it_was_given_and_then_silence(package):
    sound = PortAudio()
    sound.open_output(0, 48_000.0, bytes(range(1, 7)))
    play = package.streams[0].values["callback"]
    blocks = [bytearray(b"x" * 4) for _ in range(3)]
    for block in blocks:
        play(block, 2, None, status())
    assert bytes(b"".join(blocks)) == bytes([1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0])
    assert [played.first_frame for played in sound.played] == [0, 2, 4]


def test_a_device_that_is_taken_is_told_in_words(package):
    package.refusal = "Device unavailable [PaErrorCode -9985]"
    with pytest.raises(SoundError, match=r"cannot be used \(Device unavailable\). Check that it is plugged"):
        PortAudio().open_input(0, 48_000.0)


def test_closing_stops_every_stream_once(package):
    sound = PortAudio()
    sound.open_input(0, 48_000.0)
    sound.close()
    sound.close()
    assert package.streams[0].calls == ["start", "abort", "close"]


def test_a_stream_that_ends_by_itself_is_noticed(package):
    sound = PortAudio()
    sound.open_input(0, 48_000.0)
    package.streams[0].values["finished_callback"]()
    assert sound.is_ended


def test_a_missing_package_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(SoundError, match="sounddevice is not installed"):
        PortAudio()


def test_a_missing_library_is_told(monkeypatch):
    class NoLibrary:
        def find_spec(self, name, path=None, target=None):
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoLibrary(), *sys.meta_path])
    with pytest.raises(SoundError, match="apt install libportaudio2"):
        PortAudio()
