"""The process that holds the sound device: what it says is collected, what fails is told, nothing hangs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from types import SimpleNamespace

import numpy as np
import pytest

from capture_app.acquisition.audio import SoundDevice, SoundError, client, sound_process
from capture_app.acquisition.audio import messages as m
from capture_app.acquisition.audio.client import SoundClient
from capture_app.acquisition.audio.portaudio import HeardBlock, PlayedBlock
from capture_app.acquisition.audio.sound_process import SoundServer

LINE_IN = SoundDevice(
    index=0, name="Line In", host_api="ALSA", input_channels=1, output_channels=0, default_rate_hz=48_000.0
)
LISTED = m.DevicesListed(
    devices=[
        {
            "index": 0,
            "name": "Line In",
            "host_api": "ALSA",
            "input_channels": 1,
            "output_channels": 0,
            "default_rate_hz": 48_000.0,
        }
    ],
    problem="",
)
OPENED = m.StreamsOpened(
    input_rate_hz=48_000.0, output_rate_hz=48_000.0, input_latency_s=0.01, output_latency_s=0.02
)


def block(level: int, t_host_ns: int, *, is_after_loss: bool = False) -> m.BlockHeard:
    rows = np.full(480, level, np.int16).view(m.PCM_DTYPE)
    return m.BlockHeard(t_host_ns=t_host_ns, is_after_loss=is_after_loss, row_type="pcm", rows=rows)


def tell(connection, *messages: m.SoundMessage) -> None:
    for message in messages:
        connection.send_bytes(m.CODEC.encode(message))


def await_message(connection, kind: type) -> None:
    while not isinstance(m.CODEC.decode(connection.recv_bytes()), kind):
        pass


# What the process does instead of holding a sound device.


def good(connection) -> None:
    tell(connection, LISTED)
    await_message(connection, m.OpenStreams)
    tell(connection, OPENED, *(block(n, 10**12 + n * 10**7) for n in range(100)))
    await_message(connection, m.StopStreams)
    tell(connection, block(100, 10**12 + 10**9), m.StreamsStopped())


def hangs_at_the_stop(connection) -> None:
    tell(connection, LISTED)
    await_message(connection, m.OpenStreams)
    tell(connection, OPENED, block(1, 1), block(2, 2))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def dies_while_it_hears(connection) -> None:
    tell(connection, LISTED)
    await_message(connection, m.OpenStreams)
    tell(connection, OPENED, block(1, 1))
    os._exit(3)


def falls_silent(connection) -> None:
    tell(connection, LISTED)
    await_message(connection, m.OpenStreams)
    tell(connection, OPENED, block(1, 1))
    time.sleep(600)


def plays_on_without_hearing(connection) -> None:
    tell(connection, LISTED)
    await_message(connection, m.OpenStreams)
    tell(connection, OPENED, block(1, 1))
    for number in range(6000):
        tell(connection, m.BlockPlayed(t_host_ns=number, first_frame=480 * number, is_after_gap=False))
        time.sleep(0.01)


def is_refused(connection) -> None:
    tell(connection, LISTED)
    await_message(connection, m.OpenStreams)
    tell(connection, m.SoundFailed(text="The sound input cannot be used (Device unavailable)."))
    time.sleep(600)


def dies_at_once(connection) -> None:
    os._exit(3)


def start(monkeypatch, target) -> SoundClient:
    monkeypatch.setattr(sound_process, "run", target)
    monkeypatch.setattr(client, "STOP_TIMEOUT_S", 0.3)
    # Forked, so that the stand-in of the test module is there without being imported anew.
    monkeypatch.setattr(multiprocessing, "get_context", lambda _method: multiprocessing.context.ForkContext())
    return SoundClient()


pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the stand-ins need fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),  # Python 3.12 and later warn of threads
]


def begin(sound: SoundClient) -> None:
    sound.begin(sound.devices[0], None, np.zeros(0, np.int16))


def test_everything_heard_until_the_stop_is_there(monkeypatch):
    sound = start(monkeypatch, good)
    assert sound.devices == (LINE_IN,)
    begin(sound)
    take = sound.end()
    assert len(take.pcm) == 101 * 480
    assert take.pcm[-1] == 100
    assert (take.reported_input_s, take.reported_output_s) == (0.01, 0.02)
    assert take.warnings == ()


def test_a_stop_that_never_returns_costs_the_process_and_nothing_heard(monkeypatch):
    sound = start(monkeypatch, hangs_at_the_stop)
    begin(sound)
    while sound.heard_s < 0.02:
        time.sleep(0.001)  # the process tells both blocks by itself
    began_s = time.monotonic()
    assert len(sound.end().pcm) == 960
    assert time.monotonic() - began_s < 5.0


def test_a_process_that_dies_leaves_what_was_heard_and_a_sentence(monkeypatch):
    sound = start(monkeypatch, dies_while_it_hears)
    begin(sound)
    while not sound.problem:
        time.sleep(0.001)
    take = sound.end()
    assert len(take.pcm) == 480
    assert take.warnings[0] == (
        "The program that holds the sound device ended by itself. What was heard until then was used."
    )


@pytest.mark.parametrize("target", [falls_silent, plays_on_without_hearing])
def test_an_input_that_falls_silent_counts_as_gone(monkeypatch, target):
    monkeypatch.setattr(SoundClient.step, "__defaults__", (0.2,))
    sound = start(monkeypatch, target)
    begin(sound)
    while not sound.problem:
        time.sleep(0.001)
    assert sound.problem == "Line In delivered nothing for 0.2 s; it may have been unplugged."
    assert len(sound.end().pcm) == 480


def test_a_device_that_is_refused_is_told_at_once(monkeypatch):
    sound = start(monkeypatch, is_refused)
    with pytest.raises(SoundError, match=r"Line In: The sound input cannot be used \(Device unavailable\)"):
        begin(sound)
    sound.close()


def test_a_process_that_dies_before_its_list_is_an_error(monkeypatch):
    with pytest.raises(SoundError, match="ended by itself"):
        start(monkeypatch, dies_at_once)


def test_closing_without_having_begun_ends_the_process(monkeypatch):
    sound = start(monkeypatch, good)
    sound.close()
    sound.close()
    with pytest.raises(SoundError, match="has ended"):
        begin(sound)


# The other side of the pipe.


class NotedPipe:
    """Answers with messages that are there already, and notes what is sent."""

    def __init__(self, *messages: m.SoundMessage) -> None:
        self.waiting = [m.CODEC.encode(message) for message in messages]
        self.sent: list[m.SoundMessage] = []

    def poll(self, _timeout_s: float) -> bool:
        return bool(self.waiting)

    def recv_bytes(self, _most: int) -> bytes:
        return self.waiting.pop(0)

    def send_bytes(self, frame: bytes) -> None:
        self.sent.append(m.CODEC.decode(frame))


class FakePortAudio:
    def __init__(self, refusal: str = "") -> None:
        self.heard, self.played, self.is_ended, self.refusal = [], [], False, refusal
        self.content, self.is_closed = b"", False

    def open_input(self, index: int, rate_hz: float) -> tuple[float, float]:
        if self.refusal:
            raise SoundError(self.refusal)
        return rate_hz, 0.01

    def open_output(self, index: int, rate_hz: float, content: bytes) -> tuple[float, float]:
        self.content = content
        return rate_hz, 0.02

    def close(self) -> None:
        self.is_closed = True


class Queue(list):
    def popleft(self):
        return self.pop(0)


def open_message(output_index: int = 1) -> m.OpenStreams:
    return m.OpenStreams(input_index=0, output_index=output_index, rate_hz=48_000.0)


def test_the_process_opens_both_ways_and_plays_what_it_was_given():
    sound = FakePortAudio()
    rows = np.array([1, 2, 3], "<i2").view(m.PCM_DTYPE)
    pipe = NotedPipe(m.Play(row_type="pcm", rows=rows), open_message())
    server = SoundServer(pipe, sound)
    assert server.step()
    assert server.step()
    assert sound.content == b"\1\0\2\0\3\0"
    assert pipe.sent == [OPENED]


def test_the_process_hands_on_blocks_in_order():
    sound = FakePortAudio()
    sound.heard = Queue([HeardBlock(t_host_ns=5, content=b"\1\0\2\0", is_after_loss=True)])
    sound.played = Queue([PlayedBlock(t_host_ns=6, first_frame=480, is_after_gap=True)])
    pipe = NotedPipe()
    SoundServer(pipe, sound).step()
    heard, played = pipe.sent
    assert (heard.t_host_ns, heard.is_after_loss, heard.rows["level"].tolist()) == (5, True, [1, 2])
    assert (played.first_frame, played.is_after_gap) == (480, True)


def test_the_process_tells_once_that_a_device_ended_by_itself():
    sound = FakePortAudio()
    sound.is_ended = True
    pipe = NotedPipe()
    server = SoundServer(pipe, sound)
    server.step()
    server.step()
    assert [message.text for message in pipe.sent] == [
        "The sound device stopped by itself; it may have been unplugged."
    ]


def test_the_process_tells_why_a_device_cannot_be_opened():
    pipe = NotedPipe(open_message())
    assert SoundServer(pipe, FakePortAudio("It is taken.")).step()
    assert pipe.sent == [m.SoundFailed(text="It is taken.")]


def test_the_process_ends_after_the_stop():
    sound = FakePortAudio()
    pipe = NotedPipe(m.StopStreams())
    assert not SoundServer(pipe, sound).step()
    assert sound.is_closed
    assert pipe.sent == [m.StreamsStopped()]


def test_the_process_ends_when_nobody_listens_any_more():
    def gone(*_values):
        raise EOFError

    SoundServer(SimpleNamespace(poll=lambda _t: True, recv_bytes=gone), FakePortAudio()).serve()
