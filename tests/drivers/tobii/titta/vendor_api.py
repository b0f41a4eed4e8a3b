"""The public names of TittaPy_v2 as facts: members of enumerations, parameters of functions and methods.

To list those of the real module anew, with nothing but loopback to talk to::

    unshare -rn sh -c 'ip link set lo up; exec python3.11 tests/drivers/tobii/titta/vendor_api.py' \\
        > tests/drivers/tobii/titta/tittapy_api.json
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from types import ModuleType
from typing import Any


def describe(module: ModuleType) -> dict[str, Any]:
    """Return what the module offers, in the shape of the committed list."""
    described: dict[str, Any] = {"enumerations": {}, "functions": {}, "methods": {}, "properties": {}}
    for name in public(module):
        value = getattr(module, name)
        if hasattr(value, "__members__"):
            described["enumerations"][name] = _members(value)
        elif not inspect.ismodule(value) and not inspect.isclass(value):
            described["functions"][name] = _parameters(value)
    tracker = module.EyeTracker
    for name in ("__init__", *public(tracker)):
        value = getattr(tracker, name)
        if hasattr(value, "__members__"):
            described["enumerations"][f"EyeTracker.{name}"] = _members(value)
        elif isinstance(value, property):
            described["properties"][name] = "settable" if value.fset else "read only"
        else:
            described["methods"][name] = _parameters(value)
    return described


def public(owner: Any) -> list[str]:
    """Return the public names of a module or class; a module may say which they are."""
    names = getattr(owner, "__all__", None) or [name for name in dir(owner) if not name.startswith("_")]
    return sorted(names)


def _members(enumeration: Any) -> dict[str, int]:
    return {name: int(member.value) for name, member in enumeration.__members__.items()}


def _parameters(function: Any) -> list[str]:
    """Return the parameters without self: of the signature, or of what a native function says of itself."""
    doc = function.__doc__ or ""
    if not inspect.isfunction(function) and "->" in doc:
        # Overloads differ in types only, so the first one stands for all.
        line = next(line for line in doc.splitlines() if "->" in line)
        listed = re.sub(r"\[[^][]*\]", "", re.sub(r"\[[^][]*\]", "", line[line.index("(") + 1 :]))
        listed = listed[: listed.rindex(") ->")]
        each = [re.sub(r"\s", "", part) for part in listed.split(",") if part.strip()]
        named = [re.sub(r":[^=]*", "", part) for part in each]
    else:
        parameters = inspect.signature(function).parameters.values()
        named = [
            each.name if each.default is inspect.Parameter.empty else f"{each.name}={each.default!r}"
            for each in parameters
        ]
    return [part for part in named if part != "self"]


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps(describe(importlib.import_module("TittaPy_v2")), indent=1, sort_keys=True) + "\n"
    )
