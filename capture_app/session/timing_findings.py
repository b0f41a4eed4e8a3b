"""What a part of the measurement comes back with: constants, what stays unmeasured, and remarks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from capture_app.session.timing_constants import TimingConstant


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """Something that could not be measured."""

    what: str  # begins the sentence: "The latency of the sound input"
    why: str  # ends it: "no sound device is attached; plug in ..." (without full stop)

    @property
    def sentence(self) -> str:
        """What stays unmeasured, and why."""
        return f"{self.what} stays unmeasured: {self.why}."


EYE_TO_SAMPLE: Final = Unmeasured(
    what="The time from the eye to the tracker's stamp",
    why="it cannot be measured without an artificial eye that moves at a known time",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipResult:
    """One change of the corner patch and the light that followed."""

    t_presented_host_ns: int
    is_bright: bool
    latency_ms: float | None  # None where no edge of light was found


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingFindings:
    """The outcome of one or more parts."""

    constants: tuple[TimingConstant, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    notes: tuple[str, ...] = ()  # sentences
    flips: tuple[FlipResult, ...] = ()
    round_trips_ms: tuple[tuple[float | None, ...], ...] = ()  # per opening of the sound devices and click

    @classmethod
    def joined(cls, parts: Iterable[TimingFindings]) -> TimingFindings:
        """Return all parts as one."""
        all_parts = tuple(parts)
        return cls(
            constants=tuple(each for part in all_parts for each in part.constants),
            unmeasured=tuple(each for part in all_parts for each in part.unmeasured),
            notes=tuple(dict.fromkeys(each for part in all_parts for each in part.notes)),
            flips=tuple(each for part in all_parts for each in part.flips),
            round_trips_ms=tuple(each for part in all_parts for each in part.round_trips_ms),
        )
