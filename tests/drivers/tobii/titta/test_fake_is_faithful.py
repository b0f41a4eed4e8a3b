from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LISTED = json.loads(Path(__file__).with_name("tittapy_api.json").read_text(encoding="utf-8"))
NOT_IN_THE_FAKE = {"consume_time_range", "peek_time_range", "clear_time_range"}  # which nothing of ours calls


@pytest.fixture
def described(simulated_tobii: ModuleType) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("tittapy_api", Path(__file__).with_name("vendor_api.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.describe(importlib.import_module("TittaPy_v2"))


@pytest.mark.parametrize("kind", ["enumerations", "functions", "properties"])
def test_the_fake_has_what_the_real_module_has(described: dict[str, Any], kind: str) -> None:
    assert described[kind] == LISTED[kind]


def test_the_fake_has_the_methods_of_the_real_module_with_their_parameters(described: dict[str, Any]) -> None:
    assert described["methods"] == {
        name: parameters for name, parameters in LISTED["methods"].items() if name not in NOT_IN_THE_FAKE
    }


def test_the_fake_refuses_bytes_where_the_real_module_wants_numbers(network, simulated) -> None:
    tracker = importlib.import_module("TittaPy_v2").EyeTracker(simulated.address)
    with pytest.raises(TypeError):
        tracker.apply_licenses([b"licence"])


def test_the_end_of_any_tracker_ends_the_log_of_all(network, simulated) -> None:
    package = importlib.import_module("TittaPy_v2")
    package.start_logging()
    tracker = package.EyeTracker(simulated.address)
    other = package.EyeTracker(network.devices[1].address)
    simulated.report_stream_error("internal_error")
    network.advance(0.01)
    assert len(package.get_log(True)) == 1
    del other
    simulated.report_stream_error("internal_error")
    network.advance(0.01)
    assert package.get_log(True) == []
    assert tracker.serial_number == simulated.serial
