from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LISTED = json.loads(Path(__file__).with_name("tobii_research_api.json").read_text(encoding="utf-8"))


@pytest.fixture
def described(simulated_tobii: ModuleType) -> dict[str, Any]:
    describe = importlib.import_module("vendor_api").describe
    return describe(importlib.import_module("tobii_research"))


def test_the_fake_has_the_constants_of_the_real_package(described: dict[str, Any]) -> None:
    assert described["constants"] == LISTED["constants"]


def test_the_fake_has_the_classes_of_the_real_package_with_their_members(described: dict[str, Any]) -> None:
    assert described["classes"] == LISTED["classes"]


def test_the_fake_has_the_functions_of_the_real_package(described: dict[str, Any]) -> None:
    assert described["functions"] == LISTED["functions"]
