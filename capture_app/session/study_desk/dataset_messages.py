"""What the lamp of the study's formats and its process tell each other."""

from __future__ import annotations

from dataclasses import dataclass

from recordings_schema.formats.memory_sink import TriedFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingCase:
    """Which case is tried, and how much of it the file has to hold."""

    trial: int
    shown_host_ns: int  # a screen of the case was presented then; what came before it is wanted
    is_done: bool  # its last row is wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAnswer:
    """What came of one case."""

    tried: tuple[TriedFormat, ...] = ()
    problem: str = ""  # why it could not be tried at all, a sentence
