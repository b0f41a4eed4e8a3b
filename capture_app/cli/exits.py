"""Exit codes of the command line, and the errors that lead to them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit code of `reading-station` means; documented in docs/reference/exit-codes.md."""

    OK = 0
    FINDINGS = 1  # validate or a study check found errors, or the self-test failed
    USAGE = 2  # the command line itself is wrong
    INPUT = 3  # a file or folder that was named cannot be used
    TRACKER = 4  # the tracker cannot be used
    RECORDING = 5  # the recording cannot be written
    DATA_LOST = 6  # samples were lost, none came at all, or some could not be recovered
    INTERRUPTED = 130  # ended by Ctrl-C; a recording was closed properly
    INTERNAL = 70  # a mistake of this program; the log has the details


class CommandError(Exception):
    """A command ends with a sentence and an exit code."""

    def __init__(self, text: str, code: ExitCode) -> None:
        super().__init__(text)
        self.code = code
