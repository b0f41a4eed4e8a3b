"""What the library says of a licence, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from drivers.tobii.backend import LicenceResult

_REFUSALS: Final = {
    "tampered": "it was changed or is no licence of Tobii",
    "invalid_application_signature": "it is for another program",
    "nonsigned_application": "it asks for a program with a signature, which this one does not have",
    "expired": "it has expired",
    "premature": "it is not valid yet",
    "invalid_process_name": "it is for a program of another name",
    "invalid_serial_number": "it is for a tracker with another serial number",
    "invalid_model": "it is for another model of tracker",
}


def licence_result(names: Sequence[str]) -> LicenceResult:
    """Return what became of the one licence that was applied, from the names of the results."""
    name = names[0] if names else "unknown"
    if name == "ok":
        return LicenceResult(is_applied=True, text="The licence was applied to the tracker.")
    reason = _REFUSALS.get(name, f"it gives no reason ({name})")
    return LicenceResult(
        is_applied=False,
        text=f"The tracker refuses the licence: {reason}. Ask Tobii for a licence for this tracker.",
    )
