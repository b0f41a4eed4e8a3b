"""Faults become few events, and the sums are exact."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition.fault_reports import SUM_EVERY_NS, FaultReports
from capture_app.acquisition.stream_checks import Fault


def _fault(kind: str, count: int = 1) -> Fault:
    return Fault(t_host_ns=0, kind=kind, count=count, what="samples are wrong")


def test_the_first_fault_of_a_kind_is_reported_at_once() -> None:
    reports = FaultReports()

    assert [fault.kind for fault in reports.take([_fault("a"), _fault("b")], 0)] == ["a", "b"]


def test_further_faults_are_summed_up_for_a_second() -> None:
    reports = FaultReports()
    reports.take([_fault("a")], 0)

    assert reports.take([_fault("a", 2)], 1) == []
    assert reports.take([_fault("a", 3)], 2) == []
    assert [fault.text for fault in reports.take([], SUM_EVERY_NS)] == ["5 samples are wrong."]
    assert reports.take([], 2 * SUM_EVERY_NS) == []


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 9), st.integers(0, 600_000_000)), max_size=30)
)
def test_no_fault_is_ever_forgotten(steps: list[tuple[str, int, int]]) -> None:
    reports = FaultReports()
    reported: list[Fault] = []
    now_ns = 0
    for kind, count, pause_ns in steps:
        now_ns += pause_ns
        reported += reports.take([_fault(kind, count)], now_ns)
    reported += reports.flush()

    for kind in "ab":
        expected = sum(count for each, count, _ in steps if each == kind)
        assert sum(fault.count for fault in reported if fault.kind == kind) == expected
