"""How the lines beside the gaze are set: our LSL streams, signals in, triggers out. All are off at first."""

from __future__ import annotations

from dataclasses import dataclass


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
