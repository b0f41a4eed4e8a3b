from __future__ import annotations

import json
import math
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaze_core.rows import GazeFlag
from recordings_schema.errors import RecordingError
from recordings_schema.formats import gaze_table
from recordings_schema.formats.gaze_table import read_gaze_table
from recordings_schema.formats.gaze_table_mapping import (
    GazeTableError,
    parse_gaze_table_mapping,
    read_gaze_table_mapping,
)

HEADER = "timestamp\tleft_x\tleft_y\tright_x\tright_y\ttarget_id\ttar_x\ttar_y\n"
MAPPING = {
    "time": {"column": "t", "unit": "us"},
    "screen": {"width_px": 1000, "height_px": 500},
    "channels": {
        "gx": {"column": "x_norm", "unit": "pixels"},
        "gy": {"column": "y_norm", "unit": "pixels"},
    },
}


def write(tmp_path: Path, text: str, name: str = "gaze.tsv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def mapping(**changes):
    return parse_gaze_table_mapping(json.dumps({**MAPPING, **changes}), "The test mapping")


def test_a_table_of_the_known_columns_is_read_without_a_mapping(tmp_path):
    rows = "1000.5\t-960\t540.0\t0\t0\t-1\t0\t0\n1002.5\t480\t-270.0\tnan\t0\t4\t480\t270\n"
    stream = read_gaze_table(write(tmp_path, HEADER + rows))
    assert list(stream.gaze["t_device_ns"]) == [1_000_500_000, 1_002_500_000]
    assert list(stream.gaze["left_x_norm"]) == [0.0, 0.75]
    assert list(stream.gaze["left_y_norm"]) == [1.0, 0.25]
    assert list(stream.gaze["right_valid"]) == [1, 0]
    assert math.isnan(stream.gaze["right_x_norm"][1])
    assert stream.info.display_area_mm == (528.0, 297.0)
    assert stream.info.raw_channels[1].mapped_to == "left_x_norm"
    assert [stream.raw.dtype[name].str for name in ("left_x", "left_y", "target_id")] == ["<i8", "<f8", "<i8"]


def test_each_unbroken_run_of_a_target_is_one_target_row(tmp_path):
    ids = [-1, 2, 2, 3, -1, 3]
    rows = "".join(f"{i * 10}\t0\t0\t0\t0\t{target}\t192\t-108\n" for i, target in enumerate(ids))
    targets = read_gaze_table(write(tmp_path, HEADER + rows)).targets
    assert list(targets["target_id"]) == [2, 3, 3]
    assert list(targets["t_on_host_ns"]) == [10_000_000, 30_000_000, 50_000_000]
    assert list(targets["t_off_host_ns"]) == [30_000_000, 40_000_000, 60_000_000]
    assert targets["x_norm"][0] == pytest.approx(0.6)
    assert targets["y_norm"][0] == pytest.approx(0.4)


def test_gaps_and_backward_stamps_are_flagged_and_kept(tmp_path):
    stamps = [0, 10, 20, 50, 45, 55]
    rows = "".join(f"{stamp};1;2\n" for stamp in stamps)
    stream = read_gaze_table(write(tmp_path, "t;gx;gy\n" + rows), mapping())
    assert list(stream.gaze["flags"]) == [0, 0, 0, GazeFlag.GAP_BEFORE, GazeFlag.DEVICE_TIME_BACKWARD, 0]
    assert list(stream.raw["t"]) == stamps
    assert stream.info.rate_hz == pytest.approx(100_000.0)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(width=64), min_size=1, max_size=20), st.integers(-(2**63), 2**63 - 1))
def test_every_number_is_what_python_reads_from_its_text(values, integer):
    with tempfile.TemporaryDirectory() as folder:
        lines = "".join(f"{row},0,0,{value!r},{integer}\n" for row, value in enumerate(values))
        path = write(Path(folder), "t,gx,gy,other,count\n" + lines, "table.csv")
        raw = read_gaze_table(path, mapping()).raw
    expected = np.array([float(repr(value)) for value in values])
    assert raw["other"].tobytes() == expected.tobytes()
    assert list(raw["count"]) == [integer] * len(values)


def test_integer_stamps_are_not_rounded(tmp_path):
    stamp = 2**53 + 1
    stream = read_gaze_table(
        write(tmp_path, f"t,gx,gy\n{stamp},1,1\n"), mapping(time={"column": "t", "unit": "ns"})
    )
    assert stream.gaze["t_device_ns"][0] == stamp


def test_quoted_names_byte_order_marks_and_windows_line_ends_are_read(tmp_path):
    path = write(tmp_path, '\ufefft,"gx",gy,"a, b"\r\n1,100,250,7\r\n\r\n2,1,1,\r\n', "größe.csv")
    stream = read_gaze_table(path, mapping())
    assert stream.raw.dtype.names == ("t", "gx", "gy", "a, b")
    assert math.isnan(stream.raw["a, b"][1])
    assert (stream.gaze["x_norm"][0], stream.gaze["y_norm"][0]) == (0.1, 0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Line 1 of gaze.tsv is not a header"),
        ("t,gx,gy\n", "no samples"),
        ("t,gx,gy\n1,2,3\n1,2\n", "Line 3 of gaze.tsv has 2 fields, the header has 3"),
        ("t,gx,gy\n1,2,3\n2,one,3\n", "Line 3 of gaze.tsv has 'one' in the column 'gx'"),
        ("t,gx,gy\n1,1_000,3\n", "'1_000' in the column 'gx'"),
        ("t,gx,gy\nnan,2,3\n", "Sample 1 of gaze.tsv has the time nan"),
        ("t,gx,gy\n1e300,2,3\n", "which is not a time"),
        ("t,gx,gx\n1,2,3\n", "names must be unique"),
        ("t,gx,\n1,2,3\n", "names must be unique and have 1 to 64"),
        ("t,gx,gy\n1,\0,3\n", "Line 2 of gaze.tsv holds a zero byte"),
        ('t,gx,gy\n1,"2,3\n', "Line 2 of gaze.tsv: unexpected end of data"),
        ("t,gx,gy\n" + "1" * 100_001, "Line 2 of gaze.tsv is longer than 100000 characters"),
        (",".join("abcdefghij"[i % 10] + str(i) for i in range(600)), "names 600 columns"),
    ],
)
def test_hostile_tables_are_refused_with_the_line(tmp_path, text, message):
    with pytest.raises(GazeTableError, match=message):
        read_gaze_table(write(tmp_path, text), mapping())


def test_a_table_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(gaze_table, "MAX_TABLE_BYTES", 10)
    with pytest.raises(GazeTableError, match="at most 10 are read"):
        read_gaze_table(write(tmp_path, "t,gx,gy\n1,2,3\n"), mapping())


def test_other_files_are_refused_in_words(tmp_path):
    binary = tmp_path / "picture.tsv"
    binary.write_bytes(b"\x89PNG\xff\xfe\t")
    with pytest.raises(RecordingError, match="not UTF-8 text"):
        read_gaze_table(binary)
    with pytest.raises(RecordingError, match=r"absent\.tsv cannot be read"):
        read_gaze_table(tmp_path / "absent.tsv")


def test_unknown_columns_come_with_a_mapping_file_to_fill_in(tmp_path):
    with pytest.raises(GazeTableError, match=r"columns of gaze\.tsv are not known: when, where") as refusal:
        read_gaze_table(write(tmp_path, "when,where\n1,2\n"))
    skeleton = json.loads(str(refusal.value).split("\n", 1)[1].rsplit("\n", 1)[0])
    assert skeleton["channels"] == {"when": None, "where": None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"speed": 1}, "unknown key 'speed'"),
        ({"time": {"column": "t"}}, "lacks the key 'unit'"),
        ({"time": {"column": "t", "unit": "h"}}, "'unit' in 'time' of The test mapping is 'h'"),
        ({"screen": {"width_px": 0, "height_px": 5}}, "not above 0"),
        ({"screen": {"width_px": 5, "height_px": 5, "width_mm": 3}}, "only one of width_mm"),
        ({"screen": [1, 2]}, "must be an object"),
        ({"channels": {"gx": {"column": "x_norm", "unit": "pixels"}}}, "none to y_norm"),
        ({"tracker": {"rate_hz": -5}}, "must be above 0"),
        ({"targets": {"id": "i", "x": "x", "y": "y", "unit": "mm"}}, "'unit' in 'targets'"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused_by_its_key(changes, message):
    with pytest.raises(GazeTableError, match=message):
        mapping(**changes)


def test_a_mapping_that_names_an_absent_column_is_refused(tmp_path):
    with pytest.raises(GazeTableError, match="no column 't', which its mapping names"):
        read_gaze_table(write(tmp_path, "time,gx,gy\n1,2,3\n"), mapping())


def test_a_mapping_file_is_read_with_all_it_declares(tmp_path):
    path = write(
        tmp_path,
        json.dumps(
            {
                **MAPPING,
                "missing_values": [-1],
                "targets": {"id": "n", "x": "tx", "y": "ty", "unit": "normalized", "none": 0},
                "tracker": {"model": "X3", "rate_hz": 250},
            }
        ),
        "mapping.json",
    )
    read = read_gaze_table_mapping(path)
    assert (read.model, read.rate_hz, read.channels.missing_values) == ("X3", 250.0, (-1.0,))
    assert read.columns() == {"t", "gx", "gy", "n", "tx", "ty"}
    with pytest.raises(GazeTableError, match="cannot be read"):
        read_gaze_table_mapping(tmp_path / "absent.json")


def test_the_real_validation_recording_is_read_as_its_text_says():
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set")
    path = Path(shared, "data", "gaze", "tobii_spectrum_600hz_validation.tsv")
    stream = read_gaze_table(path)
    expected = np.genfromtxt(path, delimiter="\t", skip_header=1)
    assert len(stream.gaze) == len(expected) == 12_959
    for index, name in enumerate(stream.raw.dtype.names):
        assert stream.raw[name].astype(float).tobytes() == expected[:, index].tobytes(), name
    assert sorted(stream.targets["target_id"]) == list(range(1, 10))
    assert stream.info.rate_hz == 600.0
