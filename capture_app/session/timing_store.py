"""The file of measured constants: versioned JSON beside the settings, replaced as a whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from capture_app.session.kept_files import replace_file, set_aside
from capture_app.session.settings import APPLICATION_NAME
from capture_app.session.settings_codec import SettingsFormatError, decode_record, encode_record
from capture_app.session.timing_constants import TimingConstants

CONSTANTS_VERSION: Final = 1
MAX_CONSTANTS_BYTES: Final = 1024 * 1024


class TimingStoreError(Exception):
    """The constants could not be written; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedConstants:
    """Constants and, when the file could not be used, a sentence about it."""

    constants: TimingConstants
    notice: str = ""


class TimingStore:
    """The file of constants of one person on one machine."""

    def __init__(self, path: Path | None = None) -> None:
        folder = Path(platformdirs.user_config_dir(APPLICATION_NAME, appauthor=False))
        self.path = path if path is not None else folder / "timing.json"

    def load(self) -> LoadedConstants:
        """Return the constants; none where there is no file or none that can be understood."""
        try:
            if self.path.stat().st_size > MAX_CONSTANTS_BYTES:
                return self._unusable("it is far too large")
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return LoadedConstants(constants=TimingConstants())
        except OSError as err:
            return self._unusable(f"the file cannot be read ({err.strerror})")
        try:
            return LoadedConstants(constants=_parse(raw))
        except SettingsFormatError as err:
            return self._unusable(str(err))

    def save(self, constants: TimingConstants) -> None:
        """Write the constants so that the file is always either the old or the new one.

        Raises
        ------
        TimingStoreError
            If it cannot be written.
        """
        document = {"version": CONSTANTS_VERSION, **encode_record(constants)}
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        try:
            replace_file(self.path, text.encode("utf-8"))
        except OSError as err:
            raise TimingStoreError(
                f"The timing constants could not be saved in {self.path} ({err.strerror}). "
                "Check that the folder can be written, and measure again."
            ) from err

    def _unusable(self, reason: str) -> LoadedConstants:
        text = (
            f"The timing constants in {self.path} could not be used: {reason}. Measure them again with "
            f"`reading-station timing`. {set_aside(self.path)}"
        )
        return LoadedConstants(constants=TimingConstants(), notice=text)


def _parse(raw: bytes) -> TimingConstants:
    try:
        document = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as err:
        raise SettingsFormatError("the file is not JSON text") from err
    if not isinstance(document, dict) or document.get("version") != CONSTANTS_VERSION:
        raise SettingsFormatError(f"the file is not of version {CONSTANTS_VERSION}")
    return decode_record(TimingConstants, document)
