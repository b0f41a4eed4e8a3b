"""Numbers as a technician reads them: 12:41, 0.3 s, 1.2 %, 62 cm; a dash where nothing is known."""

from __future__ import annotations

import math
from typing import Final

UNKNOWN: Final = "\u2013"


def clock(elapsed_s: float) -> str:
    """Return hours, minutes and seconds, "00:12:41"."""
    if not math.isfinite(elapsed_s) or elapsed_s < 0:
        elapsed_s = 0.0
    whole = int(elapsed_s)
    return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def number(value: float, digits: int, unit: str) -> str:
    """Return `value` with its unit and a fixed number of decimals; a dash when it is not finite."""
    if not math.isfinite(value):
        return UNKNOWN
    rounded = f"{value:.{digits}f}"
    if float(rounded) == 0.0:
        rounded = f"{0.0:.{digits}f}"  # never "-0.0"
    return f"{rounded} {unit}".rstrip()


def percent(share: float) -> str:
    """Return a share 0..1 as "1.2 %"."""
    return number(share * 100.0, 1, "%")


def distance(distance_mm: float) -> str:
    """Return a viewing distance in whole centimetres."""
    return number(distance_mm / 10.0, 0, "cm")


def offset(offset_ms: float) -> str:
    """Return the offset of a clock in ms, or in s where the two began at different times."""
    if abs(offset_ms) >= 10_000.0:
        return number(offset_ms / 1000.0, 2, "s")
    return number(offset_ms, 2, "ms")


def minutes(value: float) -> str:
    """Return minutes as "8 min" or "3 h 20 min"."""
    if not math.isfinite(value):
        return UNKNOWN
    whole = max(int(value), 0)
    return f"{whole} min" if whole < 120 else f"{whole // 60} h {whole % 60:02d} min"


def size(size_bytes: int) -> str:
    """Return a file's size as "12.4 MB"."""
    if size_bytes < 1_000_000:
        return f"{max(size_bytes, 0) / 1000.0:.0f} kB"
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1e6:.1f} MB"
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes < 100_000_000_000 else f"{size_bytes / 1e9:.0f} GB"
