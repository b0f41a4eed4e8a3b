"""All settings of the mock tracker, frozen and JSON-able, and the text options that choose them."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from drivers.contract import DriverOptionError
from drivers.mock.parameters import (
    FAULTS,
    TRACKED_EYES,
    DeliverySettings,
    EyeSettings,
    FaultSettings,
    HeadSettings,
    PupilSettings,
    SensorSettings,
)
from drivers.mock.presets import SCENARIOS, SENSOR_PRESETS, SettingValue, preset_for_rate

PACES: Final = ("realtime", "fast")
MIN_RATE_HZ: Final = 20.0
MAX_RATE_HZ: Final = 2000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MockSettings:
    """Everything that, with the scenes shown, decides what the mock tracker sends."""

    seed: int = 1
    scenario: str = "typical"
    preset: str = "tobii-pro-spectrum"
    rate_hz: float = 600.0
    pace: str = "realtime"  # realtime: paced by the host clock; fast: as fast as it is read
    duration_s: float = 0.0  # 0: endless
    max_batch_rows: int = 4096  # most gaze rows one read returns
    calibrates: bool = True  # offers calibration on the device; it changes nothing until it is used
    eye: EyeSettings = field(default_factory=EyeSettings)
    head: HeadSettings = field(default_factory=HeadSettings)
    pupil: PupilSettings = field(default_factory=PupilSettings)
    sensor: SensorSettings = field(default_factory=SensorSettings)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    fault: FaultSettings = field(default_factory=FaultSettings)

    def __post_init__(self) -> None:
        problem = _first_problem(self)
        if problem:
            raise DriverOptionError(f"The mock tracker cannot work with these settings: {problem}.")

    @classmethod
    def for_scenario(
        cls,
        scenario: str = "typical",
        *,
        seed: int = 1,
        rate_hz: float | None = None,
        preset: str | None = None,
        **changes: SettingValue,
    ) -> MockSettings:
        """Return the settings of a scenario on a sensor preset, with single settings changed by name.

        Parameters
        ----------
        scenario
            A name of `SCENARIOS`.
        seed
            Decides every random draw.
        rate_hz
            Sampling rate; the scenario's, else the preset's default, else 600.
        preset
            A name of `SENSOR_PRESETS`; chosen by the rate where None.
        **changes
            Any leaf setting, for instance ``blinks_per_min=0``.

        Raises
        ------
        DriverOptionError
            For an unknown name or an unusable value; the sentence lists the known names.
        """
        if scenario not in SCENARIOS:
            raise DriverOptionError(
                f"The mock tracker has no scenario {scenario!r}; it knows {_listed(SCENARIOS)}."
            )
        if preset is not None and preset not in SENSOR_PRESETS:
            raise DriverOptionError(
                f"The mock tracker has no preset {preset!r}; it knows {_listed(SENSOR_PRESETS)}."
            )
        values: dict[str, SettingValue] = {**SCENARIOS[scenario].changes, **changes}
        rate = rate_hz if rate_hz is not None else values.pop("rate_hz", None)
        if rate is None:
            rate = SENSOR_PRESETS[preset].rates_hz[-1] if preset is not None else 600.0
        name = preset if preset is not None else preset_for_rate(float(rate))
        values = {**_sensor_values(name), **values}
        top = {"seed": seed, "scenario": scenario, "preset": name, "rate_hz": float(rate)}
        return cls._from_flat({**values, **top})

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> MockSettings:
        """Return the settings that text options of a command line choose.

        Raises
        ------
        DriverOptionError
            For an unknown name or an unusable value; the sentence lists the known names.
        """
        leaves = _leaves()
        values: dict[str, Any] = {}
        for name, text in options.items():
            default = leaves.get(name)
            if default is None:
                known = ", ".join(sorted(leaves))
                raise DriverOptionError(f"The mock tracker has no option {name!r}; it knows {known}.")
            values[name] = _parsed(name, text, default)
        return cls.for_scenario(values.pop("scenario", "typical"), **values)

    def to_json(self) -> str:
        """Return all settings as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> MockSettings:
        """Return the settings written by `to_json`."""
        try:
            groups = json.loads(text)
            flat = {name: value for name, value in groups.items() if not isinstance(value, dict)}
            for group in (value for value in groups.values() if isinstance(value, dict)):
                flat.update(group)
        except (ValueError, AttributeError) as error:
            raise DriverOptionError("The mock tracker's settings are not the JSON that it wrote.") from error
        return cls._from_flat(flat)

    def as_texts(self) -> dict[str, str]:
        """Return each leaf setting as text, for the metadata of a recording."""
        return {name: v if isinstance(v, str) else json.dumps(v) for name, v in _flat(self).items()}

    def with_changes(self, **changes: SettingValue) -> MockSettings:
        """Return a copy with leaf settings changed by name."""
        return self._from_flat({**_flat(self), **changes})

    @classmethod
    def _from_flat(cls, values: Mapping[str, Any]) -> MockSettings:
        leaves = _leaves()
        unknown = sorted(set(values) - set(leaves))
        if unknown:
            known = ", ".join(sorted(leaves))
            raise DriverOptionError(f"The mock tracker has no setting {unknown[0]!r}; it knows {known}.")
        for name, value in values.items():
            if not _has_type_of(leaves[name], value):
                raise DriverOptionError(f"Setting {name} of the mock tracker cannot be {value!r}.")
        groups: dict[str, Any] = {}
        for group, kind in _GROUPS.items():
            names = {entry.name for entry in dataclasses.fields(kind)} & set(values)
            groups[group] = kind(**{name: values[name] for name in names})
        top = {name: values[name] for name in _TOP if name in values}
        return cls(**top, **groups)


_GROUPS: Final[dict[str, Any]] = {
    "eye": EyeSettings,
    "head": HeadSettings,
    "pupil": PupilSettings,
    "sensor": SensorSettings,
    "delivery": DeliverySettings,
    "fault": FaultSettings,
}
_TOP: Final = (
    "seed", "scenario", "preset", "rate_hz", "pace", "duration_s", "max_batch_rows", "calibrates",
)  # fmt: skip


def _leaves() -> dict[str, SettingValue]:
    return _flat(MockSettings())


def _flat(settings: MockSettings) -> dict[str, SettingValue]:
    values = {name: getattr(settings, name) for name in _TOP}
    for group in _GROUPS:
        values.update(dataclasses.asdict(getattr(settings, group)))
    return values


def _sensor_values(preset_name: str) -> dict[str, SettingValue]:
    preset = SENSOR_PRESETS[preset_name]
    return {
        "noise_rms_s2s_deg": preset.noise_rms_s2s_deg,
        "noise_std_deg": preset.noise_std_deg,
        "noise_is_filtered": preset.is_filtered,
        "accuracy_deg": preset.accuracy_deg,
        "latency_s": preset.latency_s,
        "stamp_jitter_s": preset.stamp_jitter_s,
        "reacquisition_max_s": preset.reacquisition_max_s,
    }


def _has_type_of(default: SettingValue, value: object) -> bool:
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (float, int)) and not isinstance(value, bool)
    return type(value) is type(default)


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names)


def _parsed(name: str, text: str, default: SettingValue) -> SettingValue:
    try:
        if isinstance(default, bool):
            return {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}[
                text.lower()
            ]
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            return float(text)
    except (ValueError, KeyError) as error:
        wanted = "yes or no" if isinstance(default, bool) else "a number"
        raise DriverOptionError(f"Option {name} of the mock tracker wants {wanted}, not {text!r}.") from error
    return text


def _first_problem(settings: MockSettings) -> str:
    """Return a sentence part naming the first unusable setting, or nothing."""
    checks = (
        (settings.scenario in SCENARIOS, f"scenario {settings.scenario!r} is none of {_listed(SCENARIOS)}"),
        (
            settings.preset in SENSOR_PRESETS,
            f"preset {settings.preset!r} is none of {_listed(SENSOR_PRESETS)}",
        ),
        (settings.pace in PACES, f"pace {settings.pace!r} is none of {', '.join(PACES)}"),
        (settings.fault.fault in FAULTS, f"fault {settings.fault.fault!r} is none of {', '.join(FAULTS)}"),
        (
            settings.sensor.tracked_eyes in TRACKED_EYES,
            f"tracked_eyes {settings.sensor.tracked_eyes!r} is none of {', '.join(TRACKED_EYES)}",
        ),
        (
            MIN_RATE_HZ <= settings.rate_hz <= MAX_RATE_HZ,
            f"rate_hz {settings.rate_hz} lies outside {MIN_RATE_HZ:g} to {MAX_RATE_HZ:g}",
        ),
        (settings.seed >= 0, f"seed {settings.seed} is negative"),
        (settings.max_batch_rows >= 1, "max_batch_rows is below 1"),
        (1 <= settings.fault.flood_factor <= 1000, "flood_factor lies outside 1 to 1000"),
        (settings.eye.reaction_s >= 0.15, "reaction_s is below 0.15, the time the generator works ahead"),
        (
            settings.sensor.loss_share + settings.sensor.single_eye_loss_share < 0.95,
            "loss_share and single_eye_loss_share together reach 0.95",
        ),
        (settings.eye.blinks_per_min <= 60.0, "blinks_per_min is above 60"),
    )
    for is_right, sentence in checks:
        if not is_right:
            return sentence
    for name, value in _flat(settings).items():
        if isinstance(value, float) and not math.isfinite(value):
            return f"{name} is {value}"
        if isinstance(value, float) and value < 0.0 and name not in _MAY_BE_NEGATIVE:
            return f"{name} is negative"
        if value == 0.0 and name in _MUST_BE_POSITIVE:
            return f"{name} is 0"
    return ""


_MAY_BE_NEGATIVE: Final = ("fixation_log_mean", "clock_skew_ppm", "clock_jump_s")
_MUST_BE_POSITIVE: Final = (
    "fixation_max_s",
    "step_median",
    "step_log_sd",
    "saccade_vmax_deg_s",
    "saccade_constant_deg",
    "pso_duration_s",
    "pupil_constriction_s",
    "pupil_redilation_s",
    "age_years",
    "loss_burst_mean_s",
    "sync_interval_s",
)
