"""What the acquisition process asks of the system: priority, fine timers, no sleep, few garbage collections.

Every wish may be refused (rights, an old system); the program works without, so a refusal is only logged.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

NICENESS: Final = -10

_ES_CONTINUOUS: Final = 0x80000000
_ES_KEEP_AWAKE: Final = 0x80000003  # continuous, system and display required
_ABOVE_NORMAL_PRIORITY_CLASS: Final = 0x8000
_PROCESS_POWER_THROTTLING: Final = 4
_BELOW_NORMAL_PRIORITY_CLASS: Final = 0x4000
_LOWER_NICENESS: Final = 10
_log = logging.getLogger(__name__)


def raise_priority() -> None:
    """Ask for more processor time than ordinary programs get, and for timers of 1 ms on Windows."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        if not kernel.SetPriorityClass(kernel.GetCurrentProcess(), _ABOVE_NORMAL_PRIORITY_CLASS):
            _log.info("The system refused a higher priority")
        ctypes.windll.winmm.timeBeginPeriod(1)
        _forbid_throttling()
        return
    try:
        os.nice(NICENESS)
    except OSError:
        _log.info("No right to a higher priority; going on with the usual one")


def lower_priority() -> None:
    """Ask for less processor time than ordinary programs get: for work that must not disturb a recording."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        if not kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY_CLASS):
            _log.info("The system refused a lower priority")
        return
    try:
        os.nice(_LOWER_NICENESS)
    except OSError:
        _log.info("The system refused a lower priority")


def keep_awake(is_recording: bool) -> None:
    """Keep the machine from sleeping while a recording runs. Windows ties the wish to the calling thread."""
    if sys.platform == "win32":
        import ctypes

        wish = _ES_KEEP_AWAKE if is_recording else _ES_CONTINUOUS
        if not ctypes.windll.kernel32.SetThreadExecutionState(wish):
            _log.info("The system refused to stay awake")


def hold_garbage_collection() -> None:
    """Stop automatic collections, each of which would stall the threads that read the tracker."""
    gc.collect()
    gc.freeze()
    gc.disable()


def release_garbage_collection() -> None:
    """Collect as usual again."""
    gc.enable()
    gc.unfreeze()


def collect_garbage() -> None:
    """Collect now, at a moment where it disturbs least."""
    gc.collect()


def resident_bytes() -> int:
    """Return the memory the process occupies, -1 where the system does not say."""
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    elif sys.platform == "win32":  # noqa: RET505  # the type checker follows platforms through else alone
        return _resident_bytes_of_windows()
    else:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # the highest so far; bytes on macOS


def on_console_close(close: Callable[[], None]) -> None:
    """Have `close` called when the console or the session of a Windows user ends; it may take 5 s."""
    if sys.platform == "win32":
        import ctypes

        @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)
        def handler(event: int) -> int:
            if event in (2, 5, 6):  # close, log-off, shutdown: the process ends when this returns
                close()
                return 1
            return 0

        _handlers.append(handler)
        if not ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 1):
            _log.info("The system does not tell when the console is closed")


_handlers: list[object] = []  # Windows keeps only a pointer; the functions must stay alive


def _forbid_throttling() -> None:
    """Keep Windows 11 from coarser timers and efficiency cores while all windows are covered."""
    if sys.platform == "win32":
        import ctypes

        for control in (0x4, 0x1):  # timer resolution, execution speed
            state = (ctypes.c_ulong * 3)(1, control, 0)
            kernel = ctypes.windll.kernel32
            process = kernel.GetCurrentProcess()
            if not kernel.SetProcessInformation(
                process, _PROCESS_POWER_THROTTLING, ctypes.byref(state), ctypes.sizeof(state)
            ):
                _log.info("The system does not know power throttling %d", control)


def _resident_bytes_of_windows() -> int:
    if sys.platform == "win32":
        import ctypes

        # PROCESS_MEMORY_COUNTERS: two 32-bit fields, then sizes; WorkingSetSize is the second of those.
        counters = (ctypes.c_size_t * 10)()
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        read = kernel.K32GetProcessMemoryInfo
        read.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong]
        if read(kernel.GetCurrentProcess(), counters, ctypes.sizeof(counters)):
            first_size = 8 // ctypes.sizeof(ctypes.c_size_t)
            return int(counters[first_size + 1])
    return -1
