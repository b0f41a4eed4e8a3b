"""How the lines beside the gaze are set: our LSL streams, signals in, triggers out. All are off at first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drivers.contract import DriverOptionError
from drivers.lsl_config import configuration_text

KINDS_IN: Final = ("byte", "lines")
KINDS_OUT: Final = ("byte", "rts", "dtr")
_BAUD: Final = (300, 4_000_000)
_PULSE_MS: Final = (1.0, 1000.0)
_CODES: Final = (1, 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletSettings:
    """Our gaze and events as LSL streams, for LabRecorder and EEG labs."""

    is_on: bool = False
    name: str = "ReadingStation"  # of the gaze stream; that of the events ends in "Markers"
    is_network_allowed: bool = False  # announced beyond this computer
    session_id: str = ""  # LSL session; "": the lab's own configuration, or "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSettings:
    """Serial ports for signals in and triggers out."""

    port_in: str = ""  # "COM3", "/dev/ttyUSB0"; "": none
    kind_in: str = "byte"  # byte: each byte received is a value; lines: CTS, DSR, RI, DCD as bits 1, 2, 4, 8
    port_out: str = ""  # may be the same as `port_in`
    kind_out: str = "byte"  # byte: code, then 0 after `pulse_ms`; rts, dtr: a pulse on that line
    baud: int = 115200
    pulse_ms: float = 10.0
    is_marker_sent_to_lsl: bool = False  # each trigger as a marker of our own LSL stream too
    code_image_shown: int = 1  # 1..255
    code_cleared: int = 2  # 1..255
    code_target_shown: int = 3  # 1..255


def signal_findings(outlet: OutletSettings, signals: SignalSettings) -> tuple[tuple[str, str], ...]:
    """Return what cannot stand, as pairs of a field's name and a sentence; empty when all is well.

    They come in the order of the settings page: the first is the one that a person is led to.
    """
    findings = []
    if signals.kind_in not in KINDS_IN:
        findings.append(("signals_kind_in", f"Signals come in as {' or '.join(KINDS_IN)}."))
    if signals.kind_out not in KINDS_OUT:
        findings.append(("signals_kind_out", f"Triggers go out as {', '.join(KINDS_OUT)}."))
    if not _BAUD[0] <= signals.baud <= _BAUD[1]:
        findings.append(
            ("signals_baud", "The speed is between 300 and 4000000 baud; the device's manual names it.")
        )
    if not _PULSE_MS[0] <= signals.pulse_ms <= _PULSE_MS[1]:
        findings.append(
            ("signals_pulse_ms", "A pulse lasts between 1 and 1000 ms; 10 ms suits most devices.")
        )
    for name, code in (
        ("signals_code_image_shown", signals.code_image_shown),
        ("signals_code_cleared", signals.code_cleared),
        ("signals_code_target_shown", signals.code_target_shown),
    ):
        if not _CODES[0] <= code <= _CODES[1]:
            findings.append((name, "A code is a whole number from 1 to 255; 0 ends a pulse."))
    if outlet.is_on and not outlet.name.strip():
        findings.append(("outlet_name", "The streams need a name; ReadingStation is usual."))
    if outlet.is_on and outlet.session_id:
        try:
            configuration_text(session_id=outlet.session_id, is_network_allowed=outlet.is_network_allowed)
        except DriverOptionError as err:
            findings.append(("outlet_session_id", str(err)))
    return tuple(findings)
