"""The conformance suite every driver passes, ours or a third party's, and strategies for gaze rows.

For test suites only (it needs pytest and hypothesis); nothing of the running program imports it. Subclass
`DriverConformance` in a test module, and give it a fixture ``case``::

    class TestMyTracker(DriverConformance):
        @pytest.fixture
        def case(self):
            return DriverCase(make=lambda: MyTracker(FakeSdk()))
"""
# ruff: noqa: S101  # asserts are what a test suite is made of

from __future__ import annotations

import gc
import os
import threading
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from drivers.contract import (
    Batch,
    Driver,
    DriverError,
    DriverStateError,
    Notice,
    NoticeKind,
    TrackerLostError,
)
from gaze_core.rows import (
    CLOCK_SYNC,
    EXTERNAL_SIGNAL,
    GAZE,
    MARKER,
    NO_TIME,
    TARGET,
    TRUTH,
    TRUTH_EVENT,
    USER_POSITION,
    GazeFlag,
    Rows,
    join_rows,
)
from gaze_core.streams import PupilUnit, TrackerInfo

ENOUGH_ROWS: Final = 20
RESTARTS: Final = 50
MEMORY_GROWTH_BYTES: Final = 512 * 1024

_READ_TIMEOUT_S: Final = 0.2
_MOST_READS: Final = 400
_PATIENCE_S: Final = 2.0  # beyond the timeout of a read: a busy machine may take its time
_WARM_UP_RESTARTS: Final = 10

_ROW_TYPES: Final = {
    "gaze": GAZE,
    "clock_sync": CLOCK_SYNC,
    "markers": MARKER,
    "external_signals": EXTERNAL_SIGNAL,
    "truth": TRUTH,
    "truth_events": TRUTH_EVENT,
    "targets": TARGET,
    "user_position": USER_POSITION,
}
_VALIDITY_GROUPS: Final = {
    "valid": ("x_norm", "y_norm"),
    **{
        f"{eye}_{validity}": tuple(f"{eye}_{column}" for column in columns)
        for eye in ("left", "right")
        for validity, columns in {
            "valid": ("x_norm", "y_norm"),
            "pupil_valid": ("pupil",),
            "openness_valid": ("openness_mm",),
            "origin_valid": ("origin_x_mm", "origin_y_mm", "origin_z_mm"),
        }.items()
    },
}


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverCase:
    """A driver under test and the strings to pull."""

    make: Callable[[], Driver]  # a fresh driver each time, not open; its tracker is there
    before_read: Callable[[], None] = _nothing  # called before each read: lets a source send, a clock go on
    make_absent: Callable[[], Driver] | None = None  # a driver whose tracker is not there
    lose: Callable[[], None] | None = None  # takes the tracker of a running driver away
    bring_back: Callable[[], None] | None = None  # gives it back; None: the loss is for good


class DriverConformance:
    """What the contract asks of a driver, as tests. Subclasses give the fixture ``case``."""

    def test_open_describes_the_tracker(self, case: DriverCase) -> None:
        """The description is complete and its raw channels are fields of the raw rows."""
        with _opened(case) as running:
            info = running.info
            assert info.driver
            assert info.model
            assert np.isnan(info.rate_hz) or info.rate_hz > 0
            assert info.raw_dtype.names, "raw rows need at least one field"
            assert all("O" not in info.raw_dtype[name].str for name in info.raw_dtype.names)
            assert {channel.name for channel in info.raw_channels} <= set(info.raw_dtype.names)
            columns = {column.name for column in GAZE.columns} | {""}
            assert {channel.mapped_to for channel in info.raw_channels} <= columns
            assert all(isinstance(value, str) for value in info.settings.values())

    def test_capabilities_name_usable_rates(self, case: DriverCase) -> None:
        """Rates are positive."""
        with _opened(case) as running:
            assert all(rate_hz > 0 for rate_hz in running.driver.capabilities().rates_hz)

    def test_calls_in_the_wrong_order_are_refused(self, case: DriverCase) -> None:
        """Each refusal is a `DriverStateError` with a sentence."""
        driver = case.make()
        for call in (driver.capabilities, driver.start, lambda: driver.read(0.0)):
            _assert_refused(call)
        with _opened(case) as running:
            _assert_refused(running.driver.open)
            _assert_refused(lambda: running.driver.read(0.0))
            running.driver.start()
            _assert_refused(running.driver.start)

    def test_rows_are_of_the_declared_types(self, case: DriverCase) -> None:
        """Each batch has one raw row per gaze row, and every array the dtype of its row type."""
        with _opened(case) as running:
            for batch in running.collect():
                assert len(batch.gaze) == len(batch.raw)
                assert batch.raw.dtype == running.info.raw_dtype
                for name, row_type in _ROW_TYPES.items():
                    assert getattr(batch, name).dtype == row_type.dtype, name

    def test_samples_come_in_order(self, case: DriverCase) -> None:
        """`seq` increases, arrival never goes back, device time that goes back is flagged."""
        with _opened(case) as running:
            gaze = _joined(running.collect(), "gaze")
        assert_gaze_rows_are_sound(gaze, running.info)

    def test_notices_are_sentences(self, case: DriverCase) -> None:
        """Every notice has a time and a text a technician can read."""
        with _opened(case) as running:
            for notice in _notices(running.collect()):
                assert notice.t_host_ns != NO_TIME
                assert notice.text.strip().endswith((".", "!", "?"))

    def test_what_was_delivered_does_not_change_afterwards(self, case: DriverCase) -> None:
        """No batch is a view of a buffer that a later read fills again."""
        with _opened(case) as running:
            first = running.collect(rows=1)[-1]
            before = first.gaze.tobytes(), first.raw.tobytes()
            running.collect()
            assert (first.gaze.tobytes(), first.raw.tobytes()) == before

    def test_a_read_does_not_outlast_its_timeout(self, case: DriverCase) -> None:
        """A read returns within its timeout, give or take a busy machine."""
        with _opened(case) as running:
            running.driver.start()
            for timeout_s in (0.0, 0.05):
                began_s = time.perf_counter()
                running.driver.read(timeout_s)
                assert time.perf_counter() - began_s < timeout_s + _PATIENCE_S

    def test_nothing_arrives_after_stop(self, case: DriverCase) -> None:
        """After `stop`, which may be called again, reading is refused; a new start numbers on."""
        with _opened(case) as running:
            before = _joined(running.collect(), "gaze")
            running.stop()
            running.stop()
            _assert_refused(lambda: running.driver.read(0.0))
            after = _joined(running.collect(), "gaze")
            assert after["seq"][0] > before["seq"][-1]
            assert after["t_host_ns"][0] >= before["t_host_ns"][-1]

    def test_close_is_idempotent_and_the_driver_can_be_opened_again(self, case: DriverCase) -> None:
        """`close` may be called before `open`, while running, and twice."""
        driver = case.make()
        driver.close()
        driver.open()
        driver.start()
        driver.close()
        driver.close()
        driver.stop()
        _assert_refused(lambda: driver.read(0.0))
        driver.open()
        driver.close()

    def test_a_tracker_that_is_not_there_is_an_error_in_words(self, case: DriverCase) -> None:
        """A failed `open` raises a `DriverError`; `close` follows without trouble."""
        if case.make_absent is None:
            pytest.skip("this tracker is always there")
        driver = case.make_absent()
        with pytest.raises(DriverError) as refusal:
            driver.open()
        assert " " in str(refusal.value)
        driver.close()
        driver.close()

    def test_starting_and_stopping_leaves_no_threads_and_no_memory_behind(self, case: DriverCase) -> None:
        """Fifty restarts; threads and Python memory stay where they were after the first ten."""
        with _opened(case) as running:
            running.restart(_WARM_UP_RESTARTS, case)
            threads = _count_threads()
            gc.collect()
            tracemalloc.start()
            try:
                running.restart(RESTARTS - _WARM_UP_RESTARTS, case)
                gc.collect()
                grown_bytes, _ = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert _count_threads() <= threads
            assert grown_bytes < MEMORY_GROWTH_BYTES

    def test_a_tracker_that_vanishes_is_told_and_taken_up_again(self, case: DriverCase) -> None:
        """Loss is a notice, or a `TrackerLostError` where it is for good; a return is told and flagged."""
        if case.lose is None:
            pytest.skip("this tracker cannot be taken away in a test")
        with _opened(case) as running:
            running.collect()
            case.lose()
            if case.bring_back is None:
                with pytest.raises(TrackerLostError, match=" "):
                    running.read_until(lambda _: False)
                return
            running.read_until(lambda batch: _has(batch, NoticeKind.CONNECTION_LOST))
            case.bring_back()
            batches = running.read_until(lambda batch: len(batch.gaze) > 0)
            told = [notice.kind for notice in _notices(batches)]
            assert told.count(NoticeKind.CONNECTION_RESTORED) == 1
            assert NoticeKind.CONNECTION_LOST not in told, "a loss is told once"
            assert batches[-1].gaze["flags"][0] & GazeFlag.RECONNECTED


def assert_gaze_rows_are_sound(gaze: Rows, info: TrackerInfo) -> None:
    """Check what the contract says about the gaze rows of one stream, joined in order of delivery."""
    assert np.all(np.diff(gaze["seq"]) > 0), "seq must increase"
    assert np.all(gaze["t_host_ns"] != NO_TIME), "every sample has an arrival"
    assert np.all(np.diff(gaze["t_host_ns"]) >= 0), "arrival never goes back"
    assert np.all(gaze["t_device_ns"] != NO_TIME), "every sample has a device time"
    is_backward = np.diff(gaze["t_device_ns"]) <= 0
    told = GazeFlag.DEVICE_TIME_BACKWARD | GazeFlag.CLOCK_RESET
    assert np.all(gaze["flags"][1:][is_backward] & told), "backward device time must be flagged"
    if not info.has_device_clock:
        assert np.array_equal(gaze["t_device_ns"], gaze["t_host_ns"]), "without a clock of its own"
    if info.is_simulated:
        assert np.all(gaze["flags"] & GazeFlag.SYNTHETIC), "a simulated tracker says so on every row"
    for validity, columns in _VALIDITY_GROUPS.items():
        is_valid = gaze[validity] == 1
        assert np.all(is_valid | (gaze[validity] == 0)), f"{validity} is 0 or 1"
        for column in columns:
            assert np.all(np.isfinite(gaze[column][is_valid])), f"{column} must be a number where {validity}"
            assert np.all(np.isnan(gaze[column][~is_valid])), f"{column} must be NaN where not {validity}"
    if np.any(gaze["left_pupil_valid"]) or np.any(gaze["right_pupil_valid"]):
        assert info.pupil_unit is not PupilUnit.NONE, "pupils need a unit"


@st.composite
def gaze_rows(draw: st.DrawFn, *, min_rows: int = 0, max_rows: int = 200) -> Rows:
    """Return a strategy for `GAZE` rows as drivers may deliver them.

    Intervals are irregular, stamps may repeat or go back (flagged), samples may be missing (holes in
    ``seq``), either eye may be invalid for any stretch, and gaze may lie far off the screen.
    """
    count = draw(st.integers(min_rows, max_rows))
    rows = GAZE.empty(count)
    rows["seq"] = np.cumsum(draw(_integers(count, 1, 3)))
    steps_ns = draw(_integers(count, -1_000_000, 40_000_000))
    rows["t_device_ns"] = 1_000_000_000 + np.cumsum(steps_ns)
    rows["t_host_ns"] = 2_000_000_000 + np.cumsum(draw(_integers(count, 0, 40_000_000)))
    for validity, columns in _VALIDITY_GROUPS.items():
        if validity == "valid":
            continue  # single eyes or combined gaze, not both
        is_valid = draw(arrays.arrays(np.bool_, count))
        low, high = (-1.0, 2.0) if columns[0].endswith("norm") else (1.0, 900.0)
        for column in columns:
            values = draw(arrays.arrays(np.float32, count, elements=st.floats(low, high, width=32)))
            rows[column] = np.where(is_valid, values, np.nan)
        rows[validity] = is_valid
    rows["flags"][1:][steps_ns[1:] <= 0] |= GazeFlag.DEVICE_TIME_BACKWARD
    return rows


def _integers(
    count: int, low: int, high: int
) -> st.SearchStrategy[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    return arrays.arrays(np.int64, count, elements=st.integers(low, high))


class _Running:
    """An open driver of a case, read with patience."""

    def __init__(self, case: DriverCase) -> None:
        self._case = case
        self.driver = case.make()
        self.info: TrackerInfo
        self._is_started = False

    def __enter__(self) -> _Running:
        self.info = self.driver.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.close()

    def start(self) -> None:
        """Start the driver."""
        self.driver.start()
        self._is_started = True

    def stop(self) -> None:
        """Stop the driver."""
        self.driver.stop()
        self._is_started = False

    def collect(self, rows: int = ENOUGH_ROWS) -> list[Batch]:
        """Start if need be and read until that many samples came."""
        if not self._is_started:
            self.start()
        count = 0

        def is_enough(batch: Batch) -> bool:
            nonlocal count
            count += len(batch.gaze)
            return count >= rows

        return self.read_until(is_enough)

    def read_until(self, is_enough: Callable[[Batch], bool]) -> list[Batch]:
        """Read until a batch is what is waited for; fail when it does not come."""
        batches: list[Batch] = []
        for _ in range(_MOST_READS):
            self._case.before_read()
            batches.append(self.driver.read(_READ_TIMEOUT_S))
            if is_enough(batches[-1]):
                return batches
        pytest.fail(f"nothing of what is waited for came in {_MOST_READS} reads")

    def restart(self, times: int, case: DriverCase) -> None:
        """Start, read once, stop."""
        for _ in range(times):
            self.start()
            case.before_read()
            self.driver.read(0.0)
            self.stop()


def _opened(case: DriverCase) -> _Running:
    return _Running(case)


def _assert_refused(call: Callable[[], object]) -> None:
    with pytest.raises(DriverStateError) as refusal:
        call()
    assert " " in str(refusal.value), "a refusal is a sentence"


def _joined(batches: list[Batch], name: str) -> Rows:
    return join_rows([getattr(batch, name) for batch in batches])


def _notices(batches: list[Batch]) -> list[Notice]:
    return [notice for batch in batches for notice in batch.notices]


def _has(batch: Batch, kind: NoticeKind) -> bool:
    return any(notice.kind is kind for notice in batch.notices)


def _count_threads() -> int:
    """Return the threads of this process: all of them on Linux, those Python knows elsewhere."""
    if os.path.isdir("/proc/self/task"):  # noqa: PTH112  # a path of the kernel, not a file of ours
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208
    return threading.active_count()
