"""The public names of a vendor module as facts: constants with values, classes with members, signatures.

To list those of the real package anew, with nothing but loopback to talk to::

    unshare -rn sh -c 'ip link set lo up; exec python3.10 tests/drivers/tobii/fakes/vendor_api.py' \\
        > tests/drivers/tobii/research/tobii_research_api.json
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from types import ModuleType
from typing import Any


def describe(module: ModuleType) -> dict[str, Any]:
    """Return what the module offers, in the shape of the committed list."""
    described: dict[str, Any] = {"constants": {}, "classes": {}, "functions": {}}
    for name, value in vars(module).items():
        if name.startswith("_") or inspect.ismodule(value):
            continue
        if inspect.isclass(value):
            described["classes"][name] = _describe_class(value)
        elif callable(value):
            described["functions"][name] = _parameters(value)
        elif isinstance(value, str):
            described["constants"][name] = value
    return {kind: dict(sorted(names.items())) for kind, names in described.items()}


def _describe_class(described: type) -> dict[str, Any]:
    members = {
        name: "property" if isinstance(value, property) else _parameters(value)
        for name, value in sorted(vars(described).items())
        if (name == "__init__" or not name.startswith("_"))
        and (callable(value) or isinstance(value, property))
    }
    return {"bases": [base.__name__ for base in described.__bases__], "members": members}


def _parameters(function: Any) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [
        each.name if each.default is inspect.Parameter.empty else f"{each.name}={each.default!r}"
        for each in parameters
    ]


if __name__ == "__main__":
    module = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "tobii_research")
    sys.stdout.write(json.dumps(describe(module), indent=1, sort_keys=True) + "\n")
