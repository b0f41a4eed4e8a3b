"""What is drawn at a moment: the viewport of that time, gaze by the one mapping, shapes, images, heatmaps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from replay_rig import AREA, GEOMETRY, HEIGHT_PX, WIDTH_PX, ZOOM_NS, S, Written, fitted, write_reading

from capture_app.session.reading import ShapeKind
from capture_app.session.replay import (
    FrameMaker,
    HeatmapSpan,
    PlayClock,
    ReplayFrame,
    ReplayHeatmaps,
    ReplayOptions,
    ReplayPictures,
    ReplaySource,
    ReplayVoice,
    ShownEye,
    ViewMode,
)
from capture_app.session.replay.pictures import ShownImage
from gaze_core.directions import screen_gaze
from gaze_core.mapping import map_to_image
from recordings_schema.layout import DatasetKey

AS_READ = ReplayOptions()
WHOLE = ReplayOptions(mode=ViewMode.WHOLE_IMAGE)


@dataclass
class Stage:
    source: ReplaySource
    pictures: ReplayPictures
    heatmaps: ReplayHeatmaps
    maker: FrameMaker

    def frame(self, t_ns: int, options: ReplayOptions = AS_READ) -> ReplayFrame:
        """Return the frame once nothing is loaded any more."""
        frame = self.maker.frame(t_ns, options)
        while frame.is_waiting:
            frame = self.maker.frame(t_ns, options)
        return self.maker.frame(t_ns, options)

    def close(self) -> None:
        self.heatmaps.close()
        self.pictures.close()
        self.source.close()


def staged(path: Path) -> Stage:
    source = ReplaySource.open(path)
    source.load()
    pictures, heatmaps = ReplayPictures(source.images), ReplayHeatmaps(source)
    return Stage(source, pictures, heatmaps, FrameMaker(source, pictures, heatmaps))


@pytest.fixture
def stage(reading: Written) -> Iterator[Stage]:
    made = staged(reading.path)
    yield made
    made.close()


def test_the_picture_is_that_of_the_moment(stage, reading):
    view = fitted(reading.images[0])
    before, after = stage.frame(S), stage.frame(3 * S)
    assert before.live.reader.panes[0].placement == view.placement
    assert after.live.reader.panes[0].placement == view.zoom_about(960.0, 540.0, 4).placement
    assert before.live.reader.background_grey == 48
    assert stage.frame(round(5.5 * S)).live.reader.panes[0].image_id == 1


def test_without_an_image_the_screen_of_the_protocol_is_named(stage):
    frame = stage.frame(round(4.6 * S))
    assert not frame.live.reader.panes
    assert frame.live.reader.message.splitlines() == [
        "Choice screen: sure",
        "Its question cannot be shown: the study file is not beside the recording.",
    ]
    assert frame.study is None
    assert frame.screen.kind == "choice"


def test_the_gaze_point_is_the_last_sample_before_the_moment(stage):
    t_ns = round(1.7 * S)
    row = stage.source.blocks.row_at(t_ns)
    x, y = screen_gaze(stage.source.blocks.rows(row, row + 1).gaze, stage.source.eye)
    gaze = stage.frame(t_ns).live.gaze
    assert (gaze.x_norm, gaze.y_norm) == (x[0], y[0])
    both = stage.frame(t_ns, ReplayOptions(eye=ShownEye.BOTH)).live
    assert 0.5 * (both.left_gaze.x_norm + both.right_gaze.x_norm) == pytest.approx(gaze.x_norm)


@pytest.mark.parametrize("t_ns", [S, 3 * S])
def test_on_the_whole_image_gaze_lies_where_the_mapping_puts_it_whatever_the_zoom(stage, t_ns):
    seen = stage.frame(t_ns).live.gaze
    viewport = stage.source.tables.rows[DatasetKey.VIEWPORT]
    mapped = map_to_image([seen.x_norm], [seen.y_norm], [t_ns], viewport, GEOMETRY.screen)[0]
    placed = stage.frame(t_ns, WHOLE).live
    pane = placed.reader.panes[0]
    assert (pane.placement.src_image_px.w, pane.placement.src_image_px.h) == (WIDTH_PX, HEIGHT_PX)
    x, y = pane.placement.image_to_screen(mapped["x_image_px"], mapped["y_image_px"])
    assert placed.gaze.x_norm * AREA.w == pytest.approx(float(x), abs=1e-6)
    assert placed.gaze.y_norm * AREA.h == pytest.approx(float(y), abs=1e-6)


def test_fixations_come_one_by_one_and_the_last_goes_on(stage):
    rows = stage.source.events.fixations
    own = rows[(rows["trial"] == 0) & (rows["flags"] & 128 == 0)]
    third = own[2]
    inside = (int(third["onset_host_ns"]) + int(third["offset_host_ns"])) // 2
    frame = stage.frame(inside)
    assert [mark.is_open for mark in frame.live.fixations] == [False, False, True]
    assert frame.live.fixations[-1].duration_s == pytest.approx((inside - third["onset_host_ns"]) * 1e-9)
    assert frame.numbers.fixation == 3


def test_fixations_go_with_the_image_or_the_question_they_fell_on(stage):
    t_ns = round(4.85 * S)  # of the question after the image
    events, screen = stage.source.events.fixations, stage.source.tables.screen_at(t_ns)
    own = events[(events["trial"] == 0) & np.isfinite(events["x_norm"])]
    of_question = (own["offset_host_ns"] > screen.first_ns) & (own["onset_host_ns"] <= t_ns)
    shown = {mark.x_norm for mark in stage.frame(t_ns).live.fixations}
    assert np.any(own["image_id"] >= 0)
    assert shown <= set(own["x_norm"][of_question].tolist())


class AtOnce:
    """Makes a map before the frame that asks for it is done."""

    def submit(self, make, *given):
        made = Future()
        made.set_result(make(*given))
        return made

    def shutdown(self, **how):
        pass


def test_a_heatmap_that_is_made_at_once_comes_with_the_next_frame(stage):
    stage.heatmaps._pool.shutdown()
    stage.heatmaps._pool = AtOnce()
    options = ReplayOptions(heatmap=HeatmapSpan.CASE)
    first = stage.maker.frame(S, options)
    assert (first.is_waiting, first.live.heatmaps) == (True, ())
    while (frame := stage.maker.frame(S, options)).is_waiting:
        pass
    assert frame.live.heatmaps


def test_shapes_are_there_from_when_they_were_drawn_until_they_were_removed(stage):
    assert not stage.frame(S).shapes
    placed = stage.frame(3 * S).shapes[0]
    assert (placed.shape.kind, placed.shape.labels) == (ShapeKind.ELLIPSE, ("nodule",))
    area = stage.frame(3 * S, WHOLE).shapes[0].area_norm
    scale = 1080 / HEIGHT_PX
    assert area.w * 1920 == pytest.approx(100 * scale)
    assert not stage.frame(4 * S).shapes


def test_answers_are_those_given_until_then(stage):
    tables = stage.source.tables
    assert tables.answers_at(0, 4 * S) == {}
    assert tables.answers_at(0, round(4.65 * S)) == {"sure": "maybe"}
    assert tables.answers_at(0, 5 * S) == {"sure": "yes"}


def test_heatmaps_hold_the_time_that_was_looked_at_the_image(stage):
    whole = stage.frame(3 * S, ReplayOptions(heatmap=HeatmapSpan.CASE)).live.heatmaps
    assert [each.image_id for each in whole] == [0]
    early = stage.frame(S, ReplayOptions(heatmap=HeatmapSpan.UP_TO_NOW)).live.heatmaps[0]
    # The image was gone at 4.5 s: from then on both hold the same.
    grown = stage.frame(round(4.8 * S), ReplayOptions(heatmap=HeatmapSpan.UP_TO_NOW)).live.heatmaps[0]
    assert (early.rgba[..., 3] > 0).sum() < (grown.rgba[..., 3] > 0).sum()
    np.testing.assert_allclose(grown.rgba.astype(int), whole[0].rgba.astype(int), atol=1)


def test_a_map_that_grew_is_the_map_made_at_once(stage):
    options = ReplayOptions(heatmap=HeatmapSpan.UP_TO_NOW)
    for t_ns in range(S, round(4.3 * S), S // 2):
        grown = stage.frame(t_ns, options).live.heatmaps[0]
    other = staged(stage.source.path)
    once = other.frame(t_ns, options).live.heatmaps[0]
    np.testing.assert_allclose(grown.rgba.astype(int), once.rgba.astype(int), atol=1)
    other.close()


def test_a_missing_image_leaves_an_empty_frame_and_is_found_where_it_is_named(tmp_path):
    written = write_reading(tmp_path / "a")
    elsewhere = tmp_path / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    shutil.move(written.images[0], elsewhere / "renamed.png")
    stage = staged(written.path)
    frame = stage.frame(S)
    assert not frame.live.reader.panes
    assert len(frame.empty_panes) == 1
    assert frame.problems == (
        "The image image-0.png is not here. Its place stays empty. Name the folder it is in.",
    )
    stage.pictures.look_in(tmp_path / "elsewhere")
    assert len(stage.frame(S).live.reader.panes) == 1
    stage.close()


def test_an_image_that_was_changed_is_not_shown(tmp_path):
    written = write_reading(tmp_path)
    cv2.imwrite(str(written.images[0]), np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8))
    stage = staged(written.path)
    assert "its checksum differs" in stage.frame(S).problems[0]
    stage.close()


def test_the_copy_inside_the_recording_stands_in(tmp_path):
    written = write_reading(tmp_path, is_embedded=True)
    shutil.rmtree(tmp_path / "images")
    stage = staged(written.path)
    assert not stage.frame(S).problems
    shown = stage.pictures.take(0)
    assert isinstance(shown, ShownImage)
    assert shown.stimulus.width_px == WIDTH_PX
    stage.close()


class Loudspeaker:
    """Plays nothing, and says where it would be."""

    problem = ""

    def __init__(self) -> None:
        self.played: list[int] = []
        self.position_ns: int | None = None
        self.is_stopped = False

    def prepare(self) -> None:
        """Need nothing."""

    def play(self, stretches, t_from_host_ns):
        assert len(stretches) == 1
        self.played.append(t_from_host_ns)

    def stop(self):
        self.is_stopped = True

    def close(self):
        self.is_stopped = True


def test_the_dictation_is_heard_at_its_time_and_leads_the_picture(stage):
    clock, speaker = PlayClock(stage.source.first_ns, stage.source.end_ns), Loudspeaker()
    voice = ReplayVoice(stage.source, clock, speaker)
    assert voice.has_sound
    clock.play()
    clock.advance(0)
    voice.step()
    assert speaker.played == []  # nothing was said yet
    clock.seek(round(1.5 * S))
    voice.step()
    assert speaker.played == [round(1.5 * S)]
    speaker.position_ns = round(1.7 * S)
    voice.step()
    assert clock.t_ns == round(1.7 * S)
    clock.set_speed(2.0)
    voice.step()
    assert speaker.is_stopped


def test_a_missing_sound_file_is_named(tmp_path):
    written = write_reading(tmp_path)
    (tmp_path / "voice.wav").unlink()
    source = ReplaySource.open(written.path)
    voice = ReplayVoice(source, PlayClock(0, S), Loudspeaker())
    assert not voice.has_sound
    assert voice.text == "The dictation voice.wav is not beside the recording; it stays silent."
    source.close()


def test_the_zoom_changed_when_the_recording_says(stage):
    panes = [stage.frame(ZOOM_NS + offset).live.reader.panes[0].placement for offset in (-1, 0)]
    assert panes[0] != panes[1]
