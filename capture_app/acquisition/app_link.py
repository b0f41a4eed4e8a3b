"""The acquisition process's end of the control pipe."""

from __future__ import annotations

from multiprocessing.connection import Connection

from capture_app.acquisition.frame_sender import FrameSender
from capture_app.acquisition.messages import MAX_FRAME_BYTES, Message, decode


class AppGoneError(Exception):
    """The app process has closed its end of the pipe, or is no more."""


class AppLink:
    """Receives in the server's thread and sends in one of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sender = FrameSender(connection)

    def receive(self, timeout_s: float) -> Message | None:
        """Return the next message, None when none comes within `timeout_s`.

        Raises
        ------
        AppGoneError
            If the app process is gone.
        MessageError
            If a frame does not fit its declaration; the next call goes on behind it.
        """
        try:
            if not self._connection.poll(timeout_s):
                return None
            frame = self._connection.recv_bytes(MAX_FRAME_BYTES)
        except EOFError as err:
            raise AppGoneError("The app process has closed the control pipe.") from err
        except OSError as err:
            raise AppGoneError(f"The control pipe to the app process is broken: {err}.") from err
        return decode(frame)

    def send(self, message: Message) -> None:
        """Queue a message for the app process; returns at once."""
        self._sender.send(message)

    def close(self, timeout_s: float) -> None:
        """Send what waits, as far as the app takes it within `timeout_s`."""
        self._sender.close(timeout_s)
