"""How liblsl is set up before its first use: this machine only, unless the user allows the network.

liblsl reads its configuration once per process, at the first call that needs it. By default it sends
multicast to the network; the configuration below keeps discovery, data and time on the loopback interface
and shortens the watchdog from 15 s to 1 s, so that a sender that comes back is noticed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Final

from drivers.contract import DriverError, DriverOptionError

_SESSION_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_LOOPBACK: Final = """\
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
AddressesOverride = {{127.0.0.1}}
Interfaces = {{127.0.0.1}}
ListenAddress = 127.0.0.1
TTLOverride = 0
[lab]
KnownPeers = {{127.0.0.1}}
SessionID = {session_id}
[tuning]
WatchdogCheckInterval = 1.0
WatchdogTimeThreshold = 1.0
[log]
level = -2
"""

_NETWORK: Final = """\
[lab]
SessionID = {session_id}
[tuning]
WatchdogCheckInterval = 1.0
WatchdogTimeThreshold = 1.0
[log]
level = -2
"""

_applying: Final = threading.Lock()
"""The tracker's thread and that of our own streams may both be the first."""

_applied: list[str] = []
"""What this process was set up with; at most one entry. It mirrors liblsl's own state of the process."""


def configuration_text(*, session_id: str | None, is_network_allowed: bool) -> str:
    """Return the liblsl configuration, "" for that of the lab (its own files and environment).

    Parameters
    ----------
    session_id
        Streams of other sessions are not found; None for LSL's own default, "default".
    is_network_allowed
        Whether streams of other computers are looked for.

    Raises
    ------
    DriverOptionError
        If the session id holds anything but letters, digits, ``_``, ``.`` and ``-``.
    """
    if session_id is not None and not _SESSION_ID.fullmatch(session_id):
        raise DriverOptionError(
            f"The LSL session id is {session_id!r}; use 1 to 64 letters, digits, '_', '.' or '-'."
        )
    if is_network_allowed and session_id is None:
        return ""  # a lab that uses the network has its own LSL configuration: leave it alone
    template = _NETWORK if is_network_allowed else _LOOPBACK
    return template.format(session_id=session_id or "default")


def apply_configuration(text: str, set_content: Callable[[str], None]) -> None:
    """Set liblsl up once per process.

    Parameters
    ----------
    text
        From `configuration_text`.
    set_content
        ``pylsl.set_config_content``; called at most once per process, before any other LSL call.

    Raises
    ------
    DriverError
        If this process was set up differently before.
    """
    with _applying:
        _apply_once(text, set_content)


def _apply_once(text: str, set_content: Callable[[str], None]) -> None:
    if _applied:
        if _applied[0] != text:
            raise DriverError(
                "LSL can be set up only once while the program runs, and it was set up with another session "
                "id or network setting before. Give the lsl tracker and our own LSL streams the same, then "
                "restart the program."
            )
        return
    if text:
        set_content(text)
    _applied.append(text)
