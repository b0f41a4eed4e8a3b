"""Whether screen, room, tracker, calibration, gates and detector of a study fit together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from capture_app.session.study.checker import StudyChecker
from capture_app.session.study.keys import Scalar
from capture_app.session.study.quality_keys import DriftPlace
from drivers.contract import DriverOptionError, ViewingSetup
from drivers.host.option import INTERPRETER
from drivers.registry import DriverSpec, create_driver, known_drivers
from gaze_core.fixations import DetectorName
from gaze_core.fixations.parameters import PARAMETER_TYPES, ParameterError, parameters_from_json
from recordings_schema.records import to_json_text

_ANY_SETUP: Final = ViewingSetup(
    width_px=1920, height_px=1080, width_mm=530.0, height_mm=300.0, distance_mm=650.0
)
SMALLEST_SCREEN_MM: Final = 50.0
HARD_TO_REACH_DEG: Final = 0.3
"""Average error below which hardly any session passes: published averages are 0.43 deg with an SD of 0.10."""


def check_display(check: StudyChecker) -> None:
    """Check screen and distance."""
    display = check.study.display
    for first, second in (("width_px", "height_px"), ("width_mm", "height_mm")):
        values = (getattr(display, first), getattr(display, second))
        if (values[0] == 0) != (values[1] == 0):
            missing = first if values[0] == 0 else second
            check.error(
                ("display", missing),
                f"{first} and {second} belong together and {missing} is 0.",
                "Give both, or neither.",
                ("display", first),
                ("display", second),
            )
    small = [name for name in ("width_mm", "height_mm") if 0 < getattr(display, name) < SMALLEST_SCREEN_MM]
    for name in small:
        what = f"{name} is {getattr(display, name):g} mm."
        check.error(("display", name), what, f"Give millimetres, {SMALLEST_SCREEN_MM:g} or more.")
    sizes = (display.width_px, display.height_px, display.width_mm, display.height_mm)
    if all(sizes) and not small:
        across, down = display.width_px / display.width_mm, display.height_px / display.height_mm
        if abs(across / down - 1) > 0.05:
            check.error(
                ("display", "width_mm"),
                f"A pixel would be {1 / across:.3f} mm wide and {1 / down:.3f} mm high.",
                "Measure the lit area again; pixels are square.",
                *(("display", name) for name in ("width_px", "height_px", "height_mm")),
            )
    elif display.width_mm == 0:
        check.note(
            ("display",),
            "The size of the screen is not fixed: the station's settings decide.",
            "Give width_mm and height_mm once the screen of the study is known.",
        )


def check_conditions(check: StudyChecker) -> None:
    """Check the ranges of the room."""
    asked = check.study.conditions
    if asked.room_lux_maximum and asked.room_lux_minimum > asked.room_lux_maximum:
        check.error(
            ("conditions", "room_lux_minimum"),
            f"The room must have at least {asked.room_lux_minimum:g} lx "
            f"and at most {asked.room_lux_maximum:g} lx.",
            "Give a minimum below the maximum.",
            ("conditions", "room_lux_maximum"),
        )
    low, high = asked.distance_mm_minimum, asked.distance_mm_maximum
    if low >= high:
        check.error(
            ("conditions", "distance_mm_minimum"),
            f"The distance must be at least {low:g} and at most {high:g} mm.",
            "Give a minimum below the maximum.",
            ("conditions", "distance_mm_maximum"),
        )
    elif not low <= check.study.display.distance_mm <= high:
        check.error(
            ("display", "distance_mm"),
            f"The distance is {check.study.display.distance_mm:g} mm and the conditions ask for "
            f"{low:g} to {high:g} mm.",
            "Change one of them.",
            ("conditions",),
        )


def check_tracker(check: StudyChecker) -> None:
    """Check that the driver is known and takes these options."""
    tracker = check.study.tracker
    if not tracker.driver:
        if tracker.options:
            check.error(
                ("tracker", "options"), "There are options and no driver.", "Name the driver they are for."
            )
        return
    specs = {spec.name: spec for spec in known_drivers()}
    if tracker.driver not in specs:
        check.warning(
            ("tracker", "driver"),
            f"The driver {tracker.driver!r} is not known on this computer.",
            f"Known are {', '.join(specs)}.",
        )
        return
    if INTERPRETER in tracker.options:
        check.error(
            ("tracker", "options", INTERPRETER),
            "Which program is started is no matter of a study file.",
            "Remove the option here, and set it on the station.",
        )
        return
    _check_options(check, specs[tracker.driver])


def _check_options(check: StudyChecker, spec: DriverSpec) -> None:
    known = [option.name for option in spec.options]
    usable = {}
    for name, value in check.study.tracker.options.items():
        if name in known:
            usable[name] = value
            continue
        has = f"It has {', '.join(known)}." if known else "It has none."
        check.error(("tracker", "options", name), f"The driver {spec.name} has no option {name!r}.", has)
    if spec.needs_stream:
        return
    for name, value in usable.items():
        try:  # one by one, so that all mistakes are told; a driver that is made opens nothing
            create_driver(spec.name, option_texts({name: value}), _ANY_SETUP)
        except DriverOptionError as err:
            summary = next(option.summary for option in spec.options if option.name == name)
            check.error(("tracker", "options", name), str(err), f"It means: {summary}.")


def option_texts(options: Mapping[str, Scalar]) -> dict[str, str]:
    """Return options of a study file as a driver takes them."""
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in options.items()
    }


def check_calibration(check: StudyChecker) -> None:
    """Check times and targets of calibration and validation."""
    plan = check.study.calibration
    if plan.validation_window_ms > plan.dwell_s * 1000:
        check.error(
            ("calibration", "validation_window_ms"),
            f"The window of {plan.validation_window_ms:g} ms is longer than the dwell of {plan.dwell_s:g} s.",
            "Give a window within the dwell; 300 ms of 1 s are usual.",
            ("calibration", "dwell_s"),
        )


def check_gates(check: StudyChecker) -> None:
    """Check that every gate can be passed and that a warning comes before a refusal."""
    gates = check.study.gates
    worst = "The worst target cannot be better than the average."
    looser = "What is recommended is not looser than what is accepted."
    ordered = (
        ("average_deg", "worst_deg", "deg", worst),
        ("recommended_average_deg", "recommended_worst_deg", "deg", worst),
        ("recommended_average_deg", "average_deg", "deg", looser),
        ("recommended_worst_deg", "worst_deg", "deg", looser),
        ("loss_yellow_percent", "loss_red_percent", "%", "Yellow comes before red."),
        ("gap_yellow_s", "gap_red_s", "s", "Yellow comes before red."),
        ("drift_mean_deg", "drift_single_deg", "deg", "One offset may be larger than the mean."),
    )  # fmt: skip
    for lower, upper, unit, why in ordered:
        low, high = getattr(gates, lower), getattr(gates, upper)
        if low > high:
            check.error(
                ("gates", lower),
                f"{lower} is {low:g} {unit} and {upper} is {high:g} {unit}. {why}",
                f"Give {upper} at least the value of {lower}.",
                ("gates", upper),
            )
    for name in ("loss_red_percent", "gap_red_s"):
        if getattr(gates, name) == 0:
            check.error(("gates", name), f"{name} is 0: no case could ever count.", "Give a value above 0.")
    if gates.average_deg < HARD_TO_REACH_DEG:
        check.warning(
            ("gates", "average_deg"),
            f"Hardly any validation reaches an average of {gates.average_deg:g} deg.",
            "Published sessions reach 0.43 deg (SD 0.10); 1.0 deg is usual.",
        )
    if len(set(gates.loss_counted)) < len(gates.loss_counted):
        check.error(("gates", "loss_counted"), "A kind of loss is there twice.", "Keep each once.")


def check_drift(check: StudyChecker) -> None:
    """Check the drift check against the gates."""
    drift = check.study.drift_check
    if drift.place is DriftPlace.OFF:
        return
    if drift.pass_deg > drift.search_deg:
        check.error(
            ("drift_check", "pass_deg"),
            f"An offset of {drift.pass_deg:g} deg passes and only {drift.search_deg:g} deg are searched.",
            "Give a search_deg of at least pass_deg; 5 deg is usual.",
            ("drift_check", "search_deg"),
        )
    if drift.fixation_ms >= drift.longest_wait_s * 1000:
        check.error(
            ("drift_check", "fixation_ms"),
            f"A fixation of {drift.fixation_ms:g} ms does not fit into a wait of {drift.longest_wait_s:g} s.",
            "Give a longer wait.",
            ("drift_check", "longest_wait_s"),
        )


def check_detector(check: StudyChecker) -> None:
    """Check every parameter of the detector by itself, so that all mistakes are told."""
    chosen = check.study.analysis.detector
    if check.is_bad(("analysis", "detector", "name")):
        return
    if chosen.name is DetectorName.ADAPTIVE:
        check.warning(
            ("analysis", "detector", "name"),
            "adaptive is the live detector; its thresholds differ between readers.",
            "Choose ivt for analysis.",
        )
    for name, value in chosen.parameters.items():
        path = ("analysis", "detector", "parameters", name)
        if name == "eye":
            check.error(path, "The eye is named by analysis.signal.", "Remove this parameter.")
            continue
        try:
            parameters_from_json(chosen.name, to_json_text({name: value}))
        except ParameterError as err:
            known = ", ".join(sorted(set(PARAMETER_TYPES[chosen.name].__dataclass_fields__) - {"eye"}))
            is_known = name in known.split(", ")
            what = str(err) if is_known else f"{chosen.name.value} has no parameter {name!r}."
            check.error(path, what, "" if is_known else f"It has {known}.")
