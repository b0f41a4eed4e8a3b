"""The file of layers beside a recording: kept, renamed, deleted, refused, and never harming the recording."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from gaze_core.drift_correction import GAZE_OFFSET
from gaze_core.rows import FIXATION, THRESHOLD
from recordings_schema.layers import Layer, LayerFacts, LayersError, LayerStore, layers_path, source_of
from recordings_schema.layers import store as store_module
from recordings_schema.layout import LAYOUT_BY_KEY, DatasetKey
from recordings_schema.reader import Recording


def layer(name: str = "fast", *, count: int = 3) -> Layer:
    events = FIXATION.empty(count)
    events["onset_host_ns"] = np.arange(count) * 1000
    return Layer(
        facts=LayerFacts(
            name=name, detector="ivt", detector_version="1", parameters="{}", signal="average",
            gaze="recorded", distance_mm=650.0, created="2026-11-22T17:00:00Z", software="reading-station 1",
        ),
        events=events,
        thresholds=THRESHOLD.empty(0),
        offsets=GAZE_OFFSET.empty(1),
    )  # fmt: skip


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def source(finished):
    with Recording.open(finished) as recording:
        return source_of(recording)


@pytest.fixture
def store(finished, source):
    kept = LayerStore(finished)
    kept.add(layer(), source)
    return kept


def test_a_recording_without_a_file_has_no_layers(finished):
    assert LayerStore(finished).read().layers == ()


def test_a_layer_comes_back_as_it_was_kept(store):
    found = store.load("fast")
    assert found.facts == layer().facts
    assert found.events.tobytes() == layer().events.tobytes()
    assert found.offsets.dtype == GAZE_OFFSET.dtype
    assert len(found.offsets) == 1
    assert len(found.thresholds) == 0


def test_nothing_done_to_layers_touches_the_recording(finished, source):
    before = checksum(finished)
    kept = LayerStore(finished)
    kept.add(layer("one"), source)
    kept.add(layer("two"), source)
    kept.rename("one", "three")
    kept.set_note("two", "used in the paper")
    kept.delete("three")
    assert checksum(finished) == before
    assert {each.name for each in finished.parent.iterdir()} == {finished.name, layers_path(finished).name}


def test_layers_keep_the_order_they_were_made_in_and_their_notes(store, source):
    store.add(layer("b"), source)
    store.add(layer("a"), source)
    store.delete("b")
    store.add(layer("c"), source)
    store.set_note("A", "öffentlich")
    assert [(each.name, each.note) for each in store.read().layers] == [
        ("fast", ""), ("a", "öffentlich"), ("c", ""),
    ]  # fmt: skip


def test_the_space_of_a_deleted_layer_is_given_back(store, source):
    small = store.path.stat().st_size
    rows = layer("large", count=4000)
    rows.events["x_norm"] = np.random.default_rng(1).random(4000)
    store.add(rows, source)
    assert store.path.stat().st_size > 2 * small
    store.delete("large")
    assert store.path.stat().st_size < 1.5 * small


def test_the_file_goes_with_its_last_layer(store):
    store.delete("fast")
    assert not store.path.exists()
    with pytest.raises(LayersError, match="no layer 'fast'"):
        store.load("fast")


@pytest.mark.parametrize("name", ["FAST", " fast "])
def test_names_are_unique_whatever_their_case(store, source, name):
    with pytest.raises(LayersError, match="already"):
        store.add(layer(name), source)
    store.add(layer("slow"), source)
    with pytest.raises(LayersError, match="already"):
        store.rename("slow", name)
    store.rename("fast", "Fast")
    assert store.read().find("fast").name == "Fast"


@pytest.mark.parametrize("name", ["live", " Recorded  live"])
def test_no_layer_takes_the_name_of_what_was_recorded(store, source, name):
    with pytest.raises(LayersError, match="Choose another name"):
        store.add(layer(name), source)
    with pytest.raises(LayersError, match="Choose another name"):
        store.rename("fast", name)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u0007b", "a\u202eb"])
def test_a_name_that_cannot_be_shown_in_a_line_is_refused(store, source, name):
    with pytest.raises(LayersError, match="name"):
        store.add(layer(name), source)


def test_a_layer_of_another_recording_is_refused(store, source):
    with pytest.raises(LayersError, match="belongs to another recording"):
        store.check(replace(source, session_id="else"))


def test_a_layer_of_changed_samples_is_refused(store, source):
    with pytest.raises(LayersError, match="not those its layers were made from"):
        store.add(layer("next"), replace(source, samples_sha256="0" * 64))
    assert [each.name for each in store.read().layers] == ["fast"]


def test_one_sample_that_differs_changes_the_fingerprint(finished, source):
    place = LAYOUT_BY_KEY[DatasetKey.GAZE].path
    with h5py.File(finished, "r+") as file:
        rows = file[place][10:11]
        rows["left_x_norm"] += 1e-9
        file[place][10:11] = rows
    with Recording.open(finished) as recording:
        assert source_of(recording).samples_sha256 != source.samples_sha256


def test_an_unfinished_recording_gets_no_layers(unfinished):
    with Recording.open(unfinished) as recording, pytest.raises(LayersError, match="not closed yet"):
        source_of(recording)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.attrs.__setitem__("format", "something"),
        lambda file: file.attrs.__setitem__("format_version", 2),
        lambda file: file.attrs.__delitem__("session_id"),
        lambda file: file.__delitem__("layers"),
        lambda file: file["layers"].create_group("x"),
        lambda file: file["layers/0001"].attrs.__setitem__("name", "a\nb" * 99),
        lambda file: file.__setitem__("layers/0002", h5py.ExternalLink("else.h5", "/")),
    ],
)
def test_a_spoiled_file_is_told_and_never_overwritten(store, source, spoil):
    with h5py.File(store.path, "r+") as file:
        spoil(file)
    before = checksum(store.path)
    with pytest.raises(LayersError, match="layer"):
        store.read()
    with pytest.raises(LayersError):
        store.add(layer("next"), source)
    assert checksum(store.path) == before


def test_a_table_that_is_none_is_told(store):
    with h5py.File(store.path, "r+") as file:
        del file["layers/0001/events"]
        file["layers/0001/events"] = np.zeros(3)
    with pytest.raises(LayersError, match="damaged"):
        store.load("fast")


@pytest.mark.parametrize("content", [b"", b"text", b"\x89HDF\r\n\x1a\n" + b"\0" * 200])
def test_a_file_that_is_no_hdf5_is_told(finished, content):
    layers_path(finished).write_bytes(content)
    with pytest.raises(LayersError, match="The recording beside it is not touched"):
        LayerStore(finished).read()


@pytest.mark.parametrize("size", [600, 2000, 4000])
def test_a_file_cut_off_anywhere_is_told(store, size):
    store.path.write_bytes(store.path.read_bytes()[:size])
    with pytest.raises(LayersError, match="damaged"):
        store.load("fast")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
def test_a_folder_that_cannot_be_written_says_what_to_do(finished, source, monkeypatch):
    def refused(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(store_module.tempfile, "mkstemp", refused)  # root may write everywhere
    with pytest.raises(LayersError, match="Make the folder writable"):
        LayerStore(finished).add(layer(), source)


def test_what_another_window_added_meanwhile_is_not_lost(store, source):
    other = LayerStore(store.recording)
    copied, calls = store._copied, []

    def interrupted(*arguments):
        if not calls:
            calls.append(1)
            other.add(layer("theirs"), source)
        return copied(*arguments)

    store._copied = interrupted
    store.add(layer("ours"), source)
    assert {each.name for each in store.read().layers} == {"fast", "theirs", "ours"}


def test_a_copied_recording_takes_its_layers_along(store, tmp_path, source):
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in (store.recording, store.path):
        shutil.copy(path, folder)
    LayerStore(folder / store.recording.name).check(source)
