"""Sending never holds anybody up, loses nothing that matters, and notices a pipe that is gone."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest

from capture_app.acquisition import messages as m
from capture_app.acquisition.app_link import AppGoneError, AppLink
from capture_app.acquisition.frame_sender import MAX_WAITING_DISPLAY_MESSAGES, FrameSender
from gaze_core.rows import EVENT, MARKER


@pytest.fixture
def pipe() -> Iterator[tuple[Connection, Connection]]:
    ours, theirs = multiprocessing.Pipe()
    yield ours, theirs
    ours.close()
    theirs.close()


def _read(connection: Connection) -> m.Message:
    assert connection.poll(20)
    return m.decode(connection.recv_bytes())


def _fill(sender: FrameSender) -> None:
    """Send more than any pipe holds, so that the thread blocks."""
    sender.send(m.AppendRows(row_type="event", rows=EVENT.empty(20_000)))


def test_messages_arrive_in_order(pipe: tuple[Connection, Connection]) -> None:
    sender = FrameSender(pipe[0])
    for number in range(50):
        sender.send(m.Done(request=str(number)))

    assert [_read(pipe[1]) for _ in range(50)] == [m.Done(request=str(number)) for number in range(50)]
    sender.close(5)


def test_sending_returns_although_the_other_side_does_not_read(pipe: tuple[Connection, Connection]) -> None:
    sender = FrameSender(pipe[0])
    _fill(sender)
    for _ in range(MAX_WAITING_DISPLAY_MESSAGES + 10):
        sender.send(m.StreamRows(row_type="marker", rows=MARKER.empty(1)))
    sender.send(m.Done(request="last"))

    assert not sender.flush(0.0)
    assert sender.dropped_display_messages > 0
    while not isinstance(message := _read(pipe[1]), m.Done):
        pass
    assert message == m.Done(request="last")
    sender.close(5)


def test_heartbeats_come_by_themselves(pipe: tuple[Connection, Connection]) -> None:
    sender = FrameSender(pipe[0], make_heartbeat=lambda: m.Heartbeat(t_host_ns=1), heartbeat_every_s=0.01)

    assert [_read(pipe[1]) for _ in range(5)] == [m.Heartbeat(t_host_ns=1)] * 5
    sender.close(5)


def test_a_pipe_that_is_gone_is_noticed_and_sending_goes_on_without_effect(
    pipe: tuple[Connection, Connection],
) -> None:
    sender = FrameSender(pipe[0])
    pipe[1].close()
    _fill(sender)

    assert not sender.flush(20)
    assert sender.is_broken
    sender.send(m.Done(request="x"))
    sender.close(0.0)


def test_closing_ends_the_thread(pipe: tuple[Connection, Connection]) -> None:
    before = set(threading.enumerate())
    sender = FrameSender(pipe[0])
    (thread,) = set(threading.enumerate()) - before
    sender.close(5)
    thread.join(20)

    assert not thread.is_alive()


def test_a_link_tells_a_closed_pipe_from_silence(pipe: tuple[Connection, Connection]) -> None:
    link = AppLink(pipe[0])
    assert link.receive(0.0) is None
    pipe[1].send_bytes(m.encode(m.Shutdown()))
    pipe[1].send_bytes(b"nonsense")
    assert link.receive(5) == m.Shutdown()
    with pytest.raises(m.MessageError):
        link.receive(5)
    pipe[1].close()
    with pytest.raises(AppGoneError):
        link.receive(5)
    link.close(0.0)
