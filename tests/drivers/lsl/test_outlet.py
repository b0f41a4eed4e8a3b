"""Our own LSL outlet: what it declares, what it sends, by which clock; and our own driver reading it back."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition.platform_tuning import resident_bytes
from drivers.contract import DriverError, TrackerNotFoundError
from drivers.lsl import create
from drivers.lsl_channels import ChannelDescription, map_channels
from drivers.lsl_config import configuration_text
from drivers.lsl_offer import GazeStream, HostToLsl, LslOffer, OfferedNames, gaze_description
from drivers.lsl_outlet import check_stream_name
from drivers.lsl_outlet_channels import ChannelValues, measured_host_ns, outlet_channels
from drivers.lsl_watch import SampleNumbers
from gaze_core.channels import mappable_columns
from gaze_core.clocks import HostClock, ManualClock
from gaze_core.rows import GAZE, NO_TIME, GazeFlag
from gaze_core.streams import PupilUnit, RawChannel, TrackerInfo

ROOT = Path(__file__).parents[3]
NAMES = OfferedNames(name="Station")
STANDSTILL = """
import pylsl, sys, time
inlet = pylsl.StreamInlet(pylsl.resolve_byprop("name", "Slow", timeout=15)[0])
inlet.open_stream(10)
sys.stdout.write("listens\\n")
sys.stdout.flush()
time.sleep(60)
"""
EYES = tuple(column for column in mappable_columns() if column.startswith(("left_", "right_")))
LEFT = tuple(column for column in EYES if column.startswith("left_"))
COMBINED = ("x_norm", "y_norm", "valid")
GROUPS = (
    ("x_norm", "y_norm", "valid"), ("pupil", "pupil_valid"), ("openness_mm", "openness_valid"),
    ("origin_x_mm", "origin_y_mm", "origin_z_mm", "origin_valid"),
)  # fmt: skip


def tracker(*columns: str, pupil_unit: PupilUnit = PupilUnit.MM, **values) -> TrackerInfo:
    return TrackerInfo(
        **{
            "driver": "mock",
            "model": "Simulated",
            "serial": "7",
            "rate_hz": 600.0,
            "raw_dtype": np.dtype([("a", "<f8")]),
            "raw_channels": tuple(RawChannel(name=each, unit="", mapped_to=each) for each in columns),
            "pupil_unit": pupil_unit,
            **values,
        }
    )


def labels(info: TrackerInfo) -> list[str]:
    return [channel.label for channel in outlet_channels(info)]


def gaze_rows(columns: tuple[str, ...], count: int, seed: int = 3):
    """Samples as a driver delivers them: groups of columns valid together, NaN where not valid."""
    random = np.random.default_rng(seed)
    rows = GAZE.empty(count)
    rows["seq"] = 40 + np.cumsum(random.integers(1, 3, count))
    rows["t_host_ns"] = 7_000_000_000 + np.arange(count) * 1_666_667
    rows["t_vendor_host_ns"] = rows["t_host_ns"] - random.integers(1_000_000, 1_400_000, count)
    rows["t_device_ns"] = 2**62 + np.arange(count) * 1_666_666
    rows["flags"] = random.choice([0, GazeFlag.SYNTHETIC, GazeFlag.GAP_BEFORE], count)
    for eye in ("left_", "right_", ""):
        for group in GROUPS:
            names = [f"{eye}{name}" for name in group if f"{eye}{name}" in columns]
            if not names:
                continue
            is_valid = random.random(count) < 0.8
            for name in names[:-1]:
                values = random.normal(0.5, 3.0, count).astype(rows.dtype[name])
                rows[name] = np.where(is_valid, values, np.nan)
            rows[names[-1]] = is_valid
    return rows


# what is declared


def test_a_tracker_of_two_eyes_gets_a_channel_for_every_scalar_it_delivers() -> None:
    counters = ["seq", "device_time_s", "device_time_ns", "flags"]
    assert labels(tracker(*EYES)) == [*EYES, *counters]
    assert labels(tracker("left_x_norm", "left_y_norm")) == [
        "left_x_norm", "left_y_norm", "left_valid", *counters,
    ]  # fmt: skip
    assert labels(tracker(*COMBINED)) == [*COMBINED, *counters]


def test_a_tracker_that_does_not_say_what_it_delivers_gets_both_eyes() -> None:
    assert set(EYES) <= set(labels(tracker()))
    assert "left_pupil" not in labels(tracker(pupil_unit=PupilUnit.NONE))


def test_the_combined_gaze_is_left_out_beside_single_eyes() -> None:
    assert "x_norm" not in labels(tracker(*LEFT, *COMBINED))


@pytest.mark.parametrize("unit", [unit for unit in PupilUnit if unit is not PupilUnit.NONE])
def test_our_own_driver_understands_every_channel_and_the_unit_of_the_pupil(unit: PupilUnit) -> None:
    declared = outlet_channels(tracker(*EYES, pupil_unit=unit))
    understood = map_channels(
        "stream",
        tuple(
            ChannelDescription(
                field=each.label,
                label=each.label,
                kind=each.kind,
                eye=each.eye,
                unit=each.unit,
                coordinate_system=each.coordinate_system,
            )
            for each in declared
        ),
    )
    assert understood.sender == "reading-station"
    assert {use.column for use in understood.mapping.uses} == set(EYES)
    assert understood.mapping.pupil_unit() is unit
    assert understood.number_field == "seq"


def test_a_stream_is_found_again_by_the_same_id_and_another_tracker_has_another() -> None:
    first = gaze_description(NAMES, tracker(*EYES))
    assert gaze_description(NAMES, tracker(*LEFT, rate_hz=60.0)).source_id == first.source_id
    others = [
        gaze_description(NAMES, tracker(*EYES, serial="8")),
        gaze_description(OfferedNames(name="Other"), tracker(*EYES)),
        gaze_description(OfferedNames(name="Station", is_network_allowed=True), tracker(*EYES)),
    ]
    assert len({first.source_id, *(other.source_id for other in others)}) == 4


def test_a_tracker_without_a_set_rate_is_irregular_with_a_buffer_all_the_same() -> None:
    regular, irregular = (gaze_description(NAMES, tracker(*EYES, rate_hz=rate)) for rate in (600.0, math.nan))
    assert (regular.nominal_rate_hz, regular.buffer_size()) == (600.0, 60)
    assert (irregular.nominal_rate_hz, irregular.buffer_size()) == (0.0, 600)


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 65])
def test_a_name_under_which_nobody_finds_a_stream_is_refused(name: str) -> None:
    with pytest.raises(DriverError, match="Give them a name"):
        check_stream_name(name)


# what is sent


@given(st.integers(-(2**62), 2**62), st.integers(0, 2**53 - 1), st.integers(0, 2**32 - 1))
def test_numbers_times_and_flags_survive_as_floats(device_ns: int, seq: int, flags: int) -> None:
    info = tracker(*EYES)
    rows = GAZE.row(t_device_ns=device_ns, seq=seq, flags=flags, left_pupil=np.float32(3.1))
    sent = dict(zip(labels(info), ChannelValues(outlet_channels(info)).of(rows)[0].tolist(), strict=True))
    assert int(sent["device_time_s"]) * 1_000_000_000 + int(sent["device_time_ns"]) == device_ns
    assert (sent["seq"], sent["flags"]) == (seq, flags)
    assert np.float32(sent["left_pupil"]) == np.float32(3.1)
    assert math.isnan(sent["right_pupil"])


def test_an_unknown_device_time_is_sent_as_missing() -> None:
    info = tracker(*EYES)
    rows = GAZE.empty(2)
    rows["t_device_ns"][1] = 5
    sent = ChannelValues(outlet_channels(info)).of(rows)[:, labels(info).index("device_time_ns")]
    assert math.isnan(sent[0])
    assert sent[1] == 5.0


def test_measurement_is_the_vendors_stamp_where_there_is_one_and_the_samples_are_live() -> None:
    rows = GAZE.empty(2)
    rows["t_host_ns"] = [10, 20]
    rows["t_vendor_host_ns"] = [7, NO_TIME]
    assert measured_host_ns(rows, has_vendor_stamps=True).tolist() == [7, 20]
    assert measured_host_ns(rows, has_vendor_stamps=False).tolist() == [10, 20]


# by which clock


class OtherClock:
    """LSL's clock: ahead of the host's; every reading takes some time."""

    def __init__(self) -> None:
        self.host = ManualClock(1_000_000_000)
        self.ahead_ns = 5_000_000
        self.takes_ns = 200

    def read_s(self) -> float:
        self.host.advance_ns(self.takes_ns)
        now_s = (self.host.now_ns() + self.ahead_ns) / 1e9
        self.host.advance_ns(self.takes_ns)
        return now_s


class NotedPushes:
    """An outlet that only notes."""

    def __init__(self) -> None:
        self.stamps_s: list[float] = []

    def push(self, values, stamps_s) -> None:
        assert len(values) == len(stamps_s)
        self.stamps_s += stamps_s


def test_the_offset_is_held_until_a_reading_contradicts_it() -> None:
    other = OtherClock()
    times = HostToLsl(other.read_s, other.host)
    times.measure()
    assert times.offset_ns == 5_000_000
    other.ahead_ns += 900
    times.measure()
    assert times.offset_ns == 5_000_000
    other.ahead_ns += 1_000_000
    row = times.measure()
    assert times.offset_ns == 6_000_900
    assert bytes(row["clock_id"][0]) == b"lsl_local"


@given(
    st.lists(st.integers(-20_000_000, 20_000_000), min_size=1, max_size=6),
    st.lists(st.integers(0, 5_000_000), min_size=2, max_size=20),
)
def test_a_change_of_the_offset_never_turns_the_stamps_back(changes: list[int], steps: list[int]) -> None:
    other = OtherClock()
    times = HostToLsl(other.read_s, other.host)
    times.measure()
    info = tracker(*EYES)
    outlet = NotedPushes()
    stream = GazeStream(outlet, gaze_description(NAMES, info), times, has_vendor_stamps=False)
    host_ns = 2_000_000_000
    for number, step_ns in enumerate(steps):
        host_ns += step_ns
        rows = GAZE.empty(2)
        rows["t_host_ns"] = [host_ns, host_ns + 100]
        host_ns += 100
        stream.push(rows)
        other.ahead_ns += changes[number % len(changes)]
        times.measure()
    assert (np.diff(outlet.stamps_s) >= 0).all()


def test_a_shrunken_offset_is_reached_once_the_time_for_it_has_passed() -> None:
    other = OtherClock()
    times = HostToLsl(other.read_s, other.host)
    times.measure()
    outlet = NotedPushes()
    stream = GazeStream(outlet, gaze_description(NAMES, tracker(*EYES)), times, has_vendor_stamps=False)
    for t_host_ns in (1_000_000_000, 1_002_000_000, 1_010_000_000):
        rows = GAZE.row(t_host_ns=t_host_ns)
        stream.push(rows)
        other.ahead_ns = 0
        times.measure()
    assert outlet.stamps_s == [1.005, 1.005, 1.01]


# and back


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(1, 7), st.integers(0, 2**40))
def test_numbers_of_the_sender_are_taken_over_with_their_holes(
    steps: list[int], chunk: int, first: int
) -> None:
    sent = first + np.cumsum(steps)
    numbers = SampleNumbers()
    parts = [sent[start : start + chunk] for start in range(0, len(sent), chunk)]
    got = np.concatenate([numbers.number(len(part), part.astype(np.float64)) for part in parts])
    assert got.tolist() == sent.tolist()


@pytest.mark.parametrize("odd", [[0.0, 1.0], [math.nan, 8.0], [2.0**60, 2.0**61], [9.0, 9.0], [9.5, 10.5]])
def test_a_sender_that_counts_anew_or_oddly_is_counted_on(odd: list[float]) -> None:
    numbers = SampleNumbers()
    numbers.number(2, np.array([6.0, 7.0]))
    assert numbers.number(2, np.array(odd)).tolist() == [8, 9]
    assert numbers.number(1).tolist() == [10]


@pytest.mark.processes
def test_the_driver_of_the_same_process_does_not_take_our_streams_for_a_tracker(session_id, setup) -> None:
    offer = LslOffer(OfferedNames(name="Own", session_id=session_id), HostClock())
    try:
        offer.offer_gaze(tracker(*EYES), has_vendor_stamps=True)
        with pytest.raises(TrackerNotFoundError, match="streams seen: none"):
            create({"session_id": session_id, "wait_s": "1.5"}, setup).open()
    finally:
        offer.close()
        offer.close()
    assert not offer.has_consumers
    offer.push_gaze(gaze_rows(EYES, 3))
    offer.push_marker("after the end", 1)


@pytest.mark.processes
def test_a_tracker_that_comes_back_goes_on_in_the_same_stream(session_id) -> None:
    offer = LslOffer(OfferedNames(name="Own", session_id=session_id), HostClock())
    uids = []
    try:
        for info in (tracker(*EYES), tracker(*EYES), tracker(*EYES, rate_hz=1200.0), tracker(*LEFT)):
            offer.offer_gaze(info, has_vendor_stamps=True)
            uids.append(offer._gaze.outlet.uid)
    finally:
        offer.close()
    assert uids[0] == uids[1]
    assert len(set(uids)) == 3


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of this process from /proc")
def test_a_listener_that_stands_still_holds_nothing_up_and_costs_bounded_memory(session_id, tmp_path) -> None:
    configuration = tmp_path / "lsl_api.cfg"
    configuration.write_text(configuration_text(session_id=session_id, is_network_allowed=False))
    offer = LslOffer(OfferedNames(name="Slow", session_id=session_id), HostClock())
    listener = subprocess.Popen(
        [sys.executable, "-c", STANDSTILL],
        stdout=subprocess.PIPE,
        env={**os.environ, "LSLAPICFG": str(configuration)},
    )
    try:
        offer.offer_gaze(tracker(*EYES, rate_hz=1200.0), has_vendor_stamps=True)
        assert listener.stdout.readline() == b"listens\n"
        listener.send_signal(signal.SIGSTOP)
        rows = gaze_rows(EYES, 120)
        minute = 1200 * 60 // len(rows)  # the queue of a listener
        before_bytes = resident_bytes()
        for _ in range(minute):
            offer.push_gaze(rows)
        full_bytes = resident_bytes()
        began_s = time.perf_counter()
        for _ in range(3 * minute):
            offer.push_gaze(rows)
        took_s = time.perf_counter() - began_s
        assert full_bytes - before_bytes < 50e6
        assert resident_bytes() - full_bytes < 12e6
        assert took_s < 60.0  # three minutes of gaze
        assert offer.has_consumers
    finally:
        listener.kill()
        listener.communicate()
        offer.close()


@pytest.mark.processes
def test_a_program_without_any_lsl_settings_finds_our_streams_on_the_same_computer(tmp_path) -> None:
    alone = ["unshare", "--map-root-user", "--net", "sh", "-c"]  # a network of the loopback interface alone
    try:
        probe = subprocess.run([*alone, "ip link set lo up"], capture_output=True, timeout=20, check=False)
    except FileNotFoundError:
        pytest.skip("this system cannot make a network of its own for a test")
    if probe.returncode:
        pytest.skip("this user may not make a network of its own for a test")
    program = f"ip link set lo up && exec {sys.executable} {Path(__file__).with_name('neighbour.py')}"
    variables = {name: text for name, text in os.environ.items() if name != "LSLAPICFG"}
    done = subprocess.run(
        [*alone, program],
        capture_output=True,
        text=True,
        timeout=40,
        cwd=tmp_path,
        env={**variables, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["Own", "OwnMarkers"]


CASES = {
    "two eyes": (EYES, "mm", 600.0),
    "one eye, pupils of the camera": (LEFT, "px", 120.0),
    "two eyes, pupil areas": (EYES, "arbitrary-area", 1000.0),
    "combined gaze, no rate": (COMBINED, "none", math.nan),
}


@pytest.mark.processes
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_our_own_driver_reads_our_outlet_back_column_by_column(case, session_id, setup, tmp_path) -> None:
    columns, pupil_unit, rate_hz = case
    rows = gaze_rows(columns, 400)
    rows.tofile(tmp_path / "gaze.bin")
    is_simulated = rate_hz == 600.0
    about = json.dumps(
        {"columns": columns, "pupil_unit": pupil_unit, "rate_hz": rate_hz, "is_simulated": is_simulated}
    )
    process = subprocess.Popen(
        [
            sys.executable,
            Path(__file__).with_name("outlet_sender.py"),
            session_id,
            about,
            tmp_path / "gaze.bin",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    reader = create({"session_id": session_id, "stream": "Own"}, setup)
    try:
        offset_ns = int(process.stdout.readline())
        info = reader.open()
        reader.start()
        got, markers = [], []
        deadline_s = time.monotonic() + 15.0
        process.stdin.write("150\n250\n")
        process.stdin.flush()
        while sum(map(len, got)) < 400 or sum(map(len, markers)) < 2:
            assert time.monotonic() < deadline_s, "not everything arrived"
            batch = reader.read(0.1)
            got.append(batch.gaze)
            markers.append(batch.markers)
    finally:
        reader.close()
        process.kill()
        process.communicate()
    gaze = np.concatenate(got)
    for column in (*columns, "seq"):
        assert gaze[column].tobytes() == rows[column].tobytes(), column
    stamps_s = (rows["t_vendor_host_ns"] + offset_ns) / 1e9
    assert gaze["t_device_ns"].tolist() == np.rint(stamps_s * 1e9).astype(np.int64).tolist()
    assert info.settings["sender"] == "reading-station"
    assert info.pupil_unit.value == pupil_unit
    assert info.is_simulated is is_simulated
    assert (info.model, info.serial) == ("Reading Station Simulated", "7")
    assert [bytes(row["text"]) for row in np.concatenate(markers)] == [b"sent 150", b"sent 250"]
