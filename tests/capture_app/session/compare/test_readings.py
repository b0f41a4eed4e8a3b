"""Readings of one image are found by its checksum, in time since it was shown, with names that differ."""

from __future__ import annotations

import numpy as np
import pytest

from capture_app.session.compare import (
    CompareError,
    SidePlayer,
    image_ids_of,
    marks_on_image,
    recordings_with,
    shared_images,
    study_folder_of,
)
from capture_app.session.replay import ReplayOptions, ReplaySource, ViewMode

S = 1_000_000_000


@pytest.fixture(scope="module")
def sources(readers):
    opened = tuple(ReplaySource.open(each.path) for each in readers)
    yield opened
    for source in opened:
        source.close()


def test_both_images_are_shared_by_both_readers(sources):
    images = shared_images(sources)
    assert [image.name for image in images] == ["pneumonia?", "follow-up"]
    assert [[reading.label for reading in image.readings] for image in images] == [["R07", "R08"]] * 2


def test_time_begins_when_the_image_was_shown_and_ends_when_it_went(sources):
    first, second = (image.readings[0] for image in shared_images(sources))
    assert (first.onset_ns, first.end_ns) == (S // 10, round(4.5 * S))
    assert (second.onset_ns, second.end_ns) == (round(5.1 * S), second.case.end_ns)


def test_one_reader_who_read_it_twice_is_told_apart(sources):
    image = shared_images((sources[0], sources[1], sources[0]))[0]
    assert [reading.label for reading in image.readings] == ["R07", "R08", "R07 (2)"]


def test_fixations_are_those_on_the_image_while_it_was_there(sources):
    reading = shared_images(sources)[0].readings[0]
    rows = reading.fixations()
    assert len(rows) > 3
    assert (rows["image_id"] == 0).all()
    assert rows["onset_host_ns"].min() >= reading.onset_ns
    assert rows["onset_host_ns"].max() < reading.end_ns


def test_recordings_without_a_common_image_are_refused_by_name(readers):
    one, other = (ReplaySource.open(each.path) for each in readers)
    images = other.tables.rows[next(key for key in other.tables.rows if key.value.startswith("image"))]
    images["sha256"] = [b"1" * 64, b"2" * 64]
    with pytest.raises(CompareError, match=r"reading\.gazeh5 and reading\.gazeh5 have no image in common"):
        shared_images((one, other))
    one.close()
    other.close()


def test_all_readers_are_shown_at_the_same_time_since_the_image_was_shown(sources):
    player = SidePlayer(sources)
    image = shared_images(sources)[1]
    player.show(image)
    frames = player.frames(2 * S, ReplayOptions())
    assert [frame.t_ns - reading.onset_ns for frame, reading in zip(frames, image.readings, strict=True)] == [
        2 * S,
        2 * S,
    ]
    late = player.frames(90 * S, ReplayOptions())
    assert [frame.t_ns for frame in late] == [reading.end_ns - 1 for reading in image.readings]
    player.close()


def test_marks_lie_where_the_fixations_are_on_the_image_whatever_the_zoom(sources):
    player = SidePlayer(sources)
    image = shared_images(sources)[0]
    player.show(image)
    options = ReplayOptions(mode=ViewMode.WHOLE_IMAGE)
    frame = player.frames(4 * S, options)[0]
    marks = marks_on_image(frame, image.readings[0].image_id)
    rows = image.readings[0].fixations()
    own = rows[rows["onset_host_ns"] <= frame.t_ns]
    assert len(marks.numbers) >= len(own)
    for row in own:
        away = marks.fixations - [row["x_image_px"], row["y_image_px"]]
        assert np.nanmin(np.hypot(*away.T)) < 0.01
    assert len(marks_on_image(frame, 99).fixations) == len(marks.fixations)
    assert np.isnan(marks_on_image(frame, 99).fixations).all()
    player.close()


def test_who_else_read_the_image_is_found_by_its_checksum(readers, sources, tmp_path):
    folder = readers[0].path.parents[1]
    sha256 = next(iter(image_ids_of(sources[0])))
    found = recordings_with(sha256, folder, readers[0].path)
    assert [(each.pseudonym, each.path) for each in found.holding] == [("R08", readers[1].path)]
    assert recordings_with("0" * 64, folder, readers[0].path).holding == ()
    (tmp_path / "broken.gazeh5").write_bytes(b"no recording")
    assert recordings_with(sha256, tmp_path, readers[0].path).unreadable == 1
    assert recordings_with(sha256, folder, readers[0].path, lambda: True).looked_at == 0


def test_a_study_folder_is_the_one_above_with_the_study_file(tmp_path):
    place = tmp_path / "sessions" / "R01" / "R01.gazeh5"
    assert study_folder_of(place) == place.parent
    (tmp_path / "own.gazestudy").write_text("", encoding="utf-8")
    assert study_folder_of(place) == tmp_path
