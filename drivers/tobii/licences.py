"""What the SDK says of a licence, in words."""

from __future__ import annotations

from typing import Final

from drivers.tobii.backend import LicenceResult

OK: Final = "ok"

_REFUSALS: Final = {
    "tampered": "The licence file was changed or damaged.",
    "invalid_application_signature": "The licence is for a program with another signature.",
    "nonsigned_application": "The licence is for a signed program, which this one is not.",
    "expired": "The licence has expired.",
    "premature": "The licence is not valid yet; check the date of this computer.",
    "invalid_process_name": "The licence is for a program of another name.",
    "invalid_serial_number": "The licence is for a tracker with another serial number.",
    "invalid_model": "The licence is for another model of tracker.",
}


def licence_result(name: str) -> LicenceResult:
    """Return what became of a licence, from the SDK's name of the result without its prefix."""
    if name == OK:
        return LicenceResult(is_applied=True, text="The licence was applied to the tracker.")
    unknown = f"The tracker refuses the licence and does not say why ({name.replace('_', ' ')})."
    return LicenceResult(is_applied=False, text=_REFUSALS.get(name, unknown))
