"""What another interpreter is asked without opening a tracker: whether a driver works, what it finds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from drivers.contract import DriverError, ViewingSetup
from drivers.host import messages as m
from drivers.host.json_forms import found_from_json
from drivers.host.opening import OPEN_TIMEOUT_S, answer_to, launch
from drivers.host.option import INTERPRETER
from drivers.registry import Availability, FoundTracker
from gaze_core.frames import FrameError

_LEAVE_S = 2.0


def check_hosted(driver: str, interpreter: str) -> Availability:
    """Return whether a driver can be used in another interpreter; starts it for a moment."""
    try:
        checked = _ask(
            interpreter, lambda number: m.CheckDriver(number=number, driver=driver), what="be checked"
        )
    except DriverError as error:
        return Availability(is_usable=False, reason=str(error))
    if not isinstance(checked, m.DriverChecked):
        return Availability(
            is_usable=False,
            reason=f"The interpreter {interpreter} answered with something else.",
            remedy="Install the program again.",
        )
    return Availability(is_usable=checked.is_usable, reason=checked.reason, remedy=checked.remedy)


def find_hosted(
    driver: str, interpreter: str, options: Mapping[str, str], setup: ViewingSetup
) -> tuple[FoundTracker, ...]:
    """Return the trackers a driver finds in another interpreter; their options open them there.

    Raises
    ------
    DriverError
        If it cannot look for any, in words for a technician.
    """
    answer = _ask(
        interpreter,
        lambda number: m.FindTrackers(
            number=number, driver=driver, options=dict(options), setup=dataclasses.asdict(setup)
        ),
        what="look for trackers",
    )
    try:
        trackers = answer.trackers if isinstance(answer, m.TrackersFound) else None
        found = [found_from_json(each) for each in trackers or ()]
    except FrameError as err:
        raise DriverError(
            f"The trackers that {interpreter} found cannot be understood ({err}); "
            "update the package that brings the driver there."
        ) from err
    return tuple(
        dataclasses.replace(each, options={**each.options, INTERPRETER: interpreter}) for each in found
    )


def _ask(interpreter: str, make: Callable[[int], m.ToChild], *, what: str) -> m.ToParent:
    process = launch(interpreter)
    try:
        return answer_to(process, process.ask(make), OPEN_TIMEOUT_S, what=what)
    finally:
        process.end(_LEAVE_S)
