"""The acquisition process from its first instruction to its last: what `multiprocessing` starts."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from capture_app.acquisition import messages as m
from capture_app.acquisition import platform_tuning
from capture_app.acquisition.app_link import AppLink
from capture_app.acquisition.private_log import ACQUISITION_CRASHES, ACQUISITION_EVENTS, events_handler
from capture_app.acquisition.recorder import Recorder
from capture_app.acquisition.server import Server
from gaze_core.clocks import HostClock
from gaze_core.ring import RingError, RowRing
from gaze_core.rows import GAZE

LOG_FILE_NAME: Final = "acquisition.log"
LAST_WORDS_S: Final = 0.5
CONSOLE_CLOSE_S: Final = 4.5
SAVE_TIMEOUT_S: Final = 300.0

_LOG_BYTES: Final = 2_000_000
_LOG_FILES: Final = 5
_log = logging.getLogger(__name__)


def run(connection: Connection, ring_rows: int, log_directory: str) -> None:
    """Serve the app process until it says so, dies or falls silent; the target of the process.

    Parameters
    ----------
    connection
        This process's end of the control pipe.
    ring_rows
        Rows the display's ring holds.
    log_directory
        Where the log goes; "" for none.
    """
    _ignore_terminal_signals()
    _begin_log(log_directory)
    link = AppLink(connection)
    try:
        ring = RowRing.create(GAZE.dtype, ring_rows)
    except RingError as err:
        link.send(m.Failed(request="", kind="protocol", text=str(err)))
        link.close(LAST_WORDS_S)
        raise SystemExit(1) from err
    with ring:
        _serve(link, ring)


def _serve(link: AppLink, ring: RowRing) -> None:
    platform_tuning.raise_priority()
    server = Server(link=link, ring=ring, clock=HostClock())
    is_over = threading.Event()
    _end_properly_when_told(server, is_over)
    recorder_stop = threading.Event()
    recorder_thread = threading.Thread(
        target=_run_recorder, args=(server.recorder, recorder_stop), name="recorder", daemon=True
    )
    recorder_thread.start()
    link.send(m.Ready(pid=os.getpid(), ring_name=ring.name))
    try:
        is_well = serve_until_the_end(server)
    finally:
        recorder_stop.set()
        server.recorder.queue.wake()
        recorder_thread.join(LAST_WORDS_S)
        server.close()
        link.close(LAST_WORDS_S)
        is_over.set()
    if not is_well:
        raise SystemExit(1)


def serve_until_the_end(server: Server) -> bool:
    """Let the server work until all is ended; False where it broke, its recording closed all the same."""
    try:
        while server.step():
            pass
    except Exception as err:  # noqa: BLE001  # the top of the main thread: save the recording, then end
        _log.exception("The acquisition server failed")
        server.save_recording(err, SAVE_TIMEOUT_S)
        return False
    return True


def _run_recorder(recorder: Recorder, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            recorder.step()
        except Exception as err:  # noqa: BLE001  # the top of the thread: the recording is saved, the app told
            _log.exception("The recorder failed")
            recorder.give_up(err)


def _ignore_terminal_signals() -> None:
    """Leave Ctrl-C and a closed terminal to the app process: when that ends, the pipe says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _end_properly_when_told(server: Server, is_over: threading.Event) -> None:
    text = "The system asked the acquisition process to end; the recording was closed."

    def end(_number: int, _frame: object) -> None:
        server.request_end("terminated", text)

    def end_with_console() -> None:
        server.request_end("terminated", text)
        is_over.wait(CONSOLE_CLOSE_S)

    signal.signal(signal.SIGTERM, end)
    if hasattr(signal, "SIGBREAK"):
        signal.signal(signal.SIGBREAK, end)
    platform_tuning.on_console_close(end_with_console)


def _begin_log(log_directory: str) -> None:
    root = logging.getLogger()
    if not log_directory:
        root.addHandler(logging.NullHandler())
        return
    directory = Path(log_directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            directory / LOG_FILE_NAME,
            maxBytes=_LOG_BYTES,
            backupCount=_LOG_FILES,
            encoding="utf-8",
            errors="backslashreplace",
        )
        events = events_handler(directory / ACQUISITION_EVENTS)
        crash_file = (directory / ACQUISITION_CRASHES).open("a", encoding="utf-8")
    except OSError:
        root.addHandler(logging.NullHandler())  # a full or read-only disk is no reason not to measure
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.addHandler(events)
    root.setLevel(logging.INFO)
    # Kept open for as long as the process lives: a crash in native code leaves its traces here.
    faulthandler.enable(crash_file)
