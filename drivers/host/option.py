"""The option that names another interpreter, and the registry's drivers made ready for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from drivers.options import OptionSpec

if TYPE_CHECKING:
    from drivers.contract import Driver
    from drivers.registry import DriverRequest, DriverSpec, FoundTracker

INTERPRETER: Final = "interpreter"
INTERPRETER_OPTION: Final = OptionSpec(
    name=INTERPRETER,
    summary="another Python to run this driver in, by the full path of its program: for a package that is "
    "not made for the Python of this program",
)


def interpreter_of(options: Mapping[str, str]) -> str:
    """Return the interpreter that options ask for, "" where the driver runs in this one."""
    return options.get(INTERPRETER, "").strip()


def without_interpreter(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options that are the driver's own."""
    return {name: text for name, text in options.items() if name != INTERPRETER}


def with_hosting(spec: DriverSpec) -> DriverSpec:
    """Return a driver that runs in the interpreter its options name, in this one where they name none."""

    def create(request: DriverRequest) -> Driver:
        interpreter = interpreter_of(request.options)
        request = replace(request, options=without_interpreter(request.options))
        if not interpreter:
            return spec.create(request)
        from drivers.host.hosted_driver import HostedDriver

        return HostedDriver(spec.name, interpreter, request.options, request.setup)

    def find(request: DriverRequest) -> tuple[FoundTracker, ...]:
        interpreter = interpreter_of(request.options)
        request = replace(request, options=without_interpreter(request.options))
        if not interpreter:
            return spec.find(request) if spec.find is not None else ()
        from drivers.host.questions import find_hosted

        return find_hosted(spec.name, interpreter, request.options, request.setup)

    return replace(
        spec,
        create=create,
        find=find if spec.find is not None else None,
        options=(*spec.options, INTERPRETER_OPTION),
    )
