"""Which button, wheel or key does what to the picture, and how much of it.

The defaults are the mapping of the REFLACX interface, with a keyboard equivalent for each. Keys are written
in the portable text of Qt key sequences ("Ctrl+Up"); this module only carries them.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any


class ViewerControlsError(ValueError):
    """The stored viewer controls cannot be used; the text says which entry and what it may be."""


class PointerButton(str, Enum):
    """A button of the pointing device."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"
    NONE = "none"  # only by keyboard


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerControls:
    """The viewer's controls and their steps. A *full range* is the range of grey values of the image."""

    draw_button: PointerButton = PointerButton.LEFT
    pan_button: PointerButton = PointerButton.MIDDLE
    window_button: PointerButton = PointerButton.RIGHT
    zoom_in_key: str = "Up"
    zoom_out_key: str = "Down"
    fit_key: str = "F"
    reset_key: str = "R"
    pan_left_key: str = "Ctrl+Left"
    pan_right_key: str = "Ctrl+Right"
    pan_up_key: str = "Ctrl+Up"
    pan_down_key: str = "Ctrl+Down"
    window_wider_key: str = "Shift+Down"
    window_narrower_key: str = "Shift+Up"
    level_lower_key: str = "Shift+Right"
    level_higher_key: str = "Shift+Left"
    zoom_factor: float = 2.0**0.25  # per wheel notch or key press
    zoom_maximum: float = 70.0  # times the fitted size
    width_step: float = 2.0 / 4096.0  # full ranges per px dragged down
    level_step: float = -1.0 / 4096.0  # full ranges per px dragged right
    width_minimum: float = 1.0 / 65536.0  # full ranges
    width_maximum: float = 2.0  # full ranges
    key_pan_px: float = 64.0  # logical px of one key press
    key_window_px: float = 32.0  # a key press counts as a drag of so many logical px

    def __post_init__(self) -> None:
        _check_numbers(self)
        _check_keys(self)

    def to_json(self) -> str:
        """Return the controls as JSON text for the settings."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ViewerControls:
        """Return the controls stored by `to_json`; what is not mentioned keeps its default.

        Raises
        ------
        ViewerControlsError
            If the text is not JSON, names an unknown control, or a value cannot be used.
        """
        try:
            stored = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as err:
            raise ViewerControlsError(
                f"The viewer controls are not readable ({err}); reset them in Settings."
            ) from err
        if not isinstance(stored, dict):
            raise ViewerControlsError("The viewer controls must be a JSON object; reset them in Settings.")
        defaults = asdict(cls())
        values: dict[str, Any] = {}
        for name, value in stored.items():
            if name not in defaults:
                raise ViewerControlsError(f"There is no viewer control {name!r}; it may be one of "
                                          f"{', '.join(sorted(defaults))}.")  # fmt: skip
            values[name] = _parsed(name, value, defaults[name])
        return cls(**values)


def _parsed(name: str, value: object, default: object) -> object:
    if isinstance(default, PointerButton):
        try:
            return PointerButton(value)
        except ValueError as err:
            choices = ", ".join(button.value for button in PointerButton)
            raise ViewerControlsError(f"{name} is {value!r}; it may be one of {choices}.") from err
    if isinstance(default, str):
        if not isinstance(value, str):
            raise ViewerControlsError(f"{name} is {value!r}; it must be the text of a key such as 'Ctrl+Up'.")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ViewerControlsError(f"{name} is {value!r}; it must be a number.")
    return float(value)


def _check_numbers(controls: ViewerControls) -> None:
    limits = {
        "zoom_factor": (1.001, 8.0),
        "zoom_maximum": (1.0, 1000.0),
        "width_step": (-1.0, 1.0),
        "level_step": (-1.0, 1.0),
        "width_minimum": (1e-6, 1.0),
        "width_maximum": (1.0, 100.0),
        "key_pan_px": (1.0, 10_000.0),
        "key_window_px": (1.0, 10_000.0),
    }
    for name, (low, high) in limits.items():
        value = getattr(controls, name)
        if not (math.isfinite(value) and low <= value <= high):
            raise ViewerControlsError(f"{name} is {value}; it must lie between {low:g} and {high:g}.")


def _check_keys(controls: ViewerControls) -> None:
    owners: dict[str, str] = {}
    for name in (field.name for field in fields(controls) if field.name.endswith("_key")):
        key = getattr(controls, name).strip().lower()
        if key and key in owners:
            raise ViewerControlsError(
                f"The key {key!r} is given to both {owners[key]} and {name}; change one."
            )
        owners[key] = name
    buttons = [controls.draw_button, controls.pan_button, controls.window_button]
    used = [button for button in buttons if button is not PointerButton.NONE]
    if len(set(used)) < len(used):
        raise ViewerControlsError("Draw, pan and window must be on different pointer buttons; change one.")
