"""Pictures and films show the gaze where the mapping says, at any size, and name nobody."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest

from capture_app.gui.film.painting import ReplayPainter
from capture_app.gui.film.rendering import RenderOrder, render_recording
from capture_app.gui.tokens import OVERLAY
from capture_app.session.film import CaseFrames, FilmError, FilmForm, PictureSize, PictureTerms
from capture_app.session.replay import HeatmapSpan, ReplayOptions, ReplaySource, ViewMode
from gaze_core.directions import screen_gaze
from gaze_core.mapping import map_to_image
from recordings_schema.layout import DatasetKey

S = 1_000_000_000
PLAIN = ReplayOptions(show_trail=False, show_fixations=False, show_shapes=False)
SIZE = PictureSize(width_px=960, height_px=540)


def gaze_place(picture: np.ndarray) -> tuple[float, float]:
    """Where the colour of the gaze point lies in a blue-green-red picture, centre of mass."""
    wanted = [int(OVERLAY.combined[at : at + 2], 16) for at in (5, 3, 1)]
    is_gaze = (np.abs(picture.astype(int) - wanted) < 40).all(axis=2)
    assert is_gaze.sum() > 20
    rows, columns = np.nonzero(is_gaze)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def screen_place(source: ReplaySource, t_ns: int) -> tuple[float, float]:
    """Where the sample of a time lies on the screen, norm, from the rows alone."""
    timed = source.blocks.between(t_ns - S // 50, t_ns)
    x_norm, y_norm = screen_gaze(timed.gaze, source.eye)
    return float(x_norm[-1]), float(y_norm[-1])


@pytest.fixture
def source(readers):
    opened = ReplaySource.open(readers[0].path)
    yield opened
    opened.close()


@pytest.fixture
def frames(qapp, source):
    with CaseFrames(source, PictureTerms(has_images=True)) as made:
        yield made


def seen_times(source: ReplaySource, first_ns: int, end_ns: int) -> list[int]:
    """Times at which there is gaze on the screen, away from its edges."""
    times = range(first_ns, end_ns, S // 8)
    return [t for t in times if all(0.05 < place < 0.95 for place in screen_place(source, t))]


@pytest.mark.parametrize("size", [(1280, 720), (2560, 1440), (600, 600)])
def test_the_gaze_point_of_a_picture_lies_where_the_sample_is(frames, source, size):
    painter = ReplayPainter(PictureSize(width_px=size[0], height_px=size[1]), PLAIN)
    t_ns = seen_times(source, S, 4 * S)[0]
    picture = painter.film_picture(frames.frame(t_ns, PLAIN), "")
    assert picture.shape == (size[1], size[0], 3)
    scale = min(size[0] / 1920, size[1] / 1080)
    left, top = (size[0] - 1920 * scale) / 2, (size[1] - 1080 * scale) / 2
    x_norm, y_norm = screen_place(source, t_ns)
    expected = (left + x_norm * 1920 * scale, top + y_norm * 1080 * scale)
    assert gaze_place(picture) == pytest.approx(expected, abs=1.5)


def test_on_the_whole_image_it_lies_where_the_mapping_says(frames, source):
    options = ReplayOptions(
        mode=ViewMode.WHOLE_IMAGE, show_trail=False, show_fixations=False, show_shapes=False
    )
    viewport, screen = source.tables.rows[DatasetKey.VIEWPORT], source.geometry.screen
    for t_ns in seen_times(source, round(2.2 * S), 4 * S):  # while it was zoomed
        mapped = map_to_image(*screen_place(source, t_ns), t_ns, viewport, screen)[0]
        if mapped["image_id"] == 0:
            break
    frame = frames.frame(t_ns, options)
    x_px, y_px = frame.panes[0].placement.image_to_screen([mapped["x_image_px"]], [mapped["y_image_px"]])
    picture = ReplayPainter(SIZE, options).film_picture(frame, "")
    assert gaze_place(picture) == pytest.approx((float(x_px[0]) / 2, float(y_px[0]) / 2), abs=1.5)


def test_the_image_of_a_picture_is_the_one_that_was_shown(frames, readers):
    quiet = ReplayOptions(show_gaze=False, show_trail=False, show_fixations=False, show_shapes=False)
    picture = ReplayPainter(PictureSize(width_px=1920, height_px=1080), quiet).film_picture(
        frames.frame(S, quiet), ""
    )
    shown = cv2.imread(str(readers[0].images[0]), cv2.IMREAD_GRAYSCALE)
    fitted = cv2.resize(shown, (900, 1080))
    assert np.abs(picture[:, 510:1410, 0].astype(int) - fitted).mean() < 2.0
    assert (picture[:, :500] == 48).all()  # the grey of the recording


def test_a_drawing_holds_fixations_as_shapes_and_no_words_but_its_own(frames, source):
    options = ReplayOptions(heatmap=HeatmapSpan.CASE, show_shapes=False)
    frames.prepare(options)
    frame = frames.frame(3 * S, options)
    text = ReplayPainter(SIZE, options).svg(frame, "R07  a  0:03.0", "R07  a").decode("utf-8")
    written = set(re.findall(r"<text[^>]*>([^<]*)</text>", text))
    numbers = {str(mark.number) for mark in frame.live.fixations}
    assert numbers <= {each.strip() for each in written}
    assert {each.strip() for each in written} - numbers == {"R07  a  0:03.0"}
    assert text.count("<image") == 1
    assert "image-0" not in text
    assert "<title>R07  a</title>" in text


def test_a_film_read_back_shows_the_gaze_of_each_of_its_moments(qapp, readers, source, tmp_path):
    order = RenderOrder(
        folder=tmp_path, what="film", cases=("pneumonia?",), size=SIZE,
        form=FilmForm(size=SIZE, rate_hz=8.0), options=PLAIN,
    )  # fmt: skip
    told: list[tuple[int, int]] = []
    made = render_recording(readers[0].path, order, set(), lambda done, count: told.append((done, count)))
    assert [path.name for path in made.written] == ["R07_pneumonia.mp4"]
    assert made.notes == ("The films are silent: the dictation needs an ffmpeg, named with --ffmpeg.",)
    video = cv2.VideoCapture(str(made.written[0]))
    assert video.get(cv2.CAP_PROP_FPS) == 8.0
    pictures = [video.read()[1] for _ in range(int(video.get(cv2.CAP_PROP_FRAME_COUNT)))]
    assert len(pictures) == told[-1][1] == told[-1][0] == round(4.9 * 8)
    compared = 0
    for t_ns in seen_times(source, S, round(4.4 * S)):
        x_norm, y_norm = screen_place(source, t_ns)
        found = gaze_place(pictures[t_ns * 8 // S])
        assert found == pytest.approx((x_norm * 960, y_norm * 540), abs=3.0)
        compared += 1
    assert compared > 10


def test_overlays_of_the_window_come_along(frames):
    seen: list[float] = []
    painter = ReplayPainter(SIZE, PLAIN, {"areas": lambda _painter, places: seen.append(places.stage.w)})
    painter.film_picture(frames.frame(S, PLAIN), "")
    assert seen == [1280.0]  # logical px: the same marks at every size


def test_pictures_sheets_and_drawings_of_all_cases_are_named_after_reader_and_case(qapp, readers, tmp_path):
    names = {}
    for what in ("picture", "svg", "contact-sheet"):
        order = RenderOrder(
            folder=tmp_path, what=what, size=SIZE, form=FilmForm(size=SIZE), options=ReplayOptions(), at_s=2.0
        )
        names[what] = [
            path.name for path in render_recording(readers[0].path, order, set(), lambda *_: None).written
        ]
    assert names == {
        "picture": ["R07_pneumonia.png", "R07_follow-up.png"],
        "svg": ["R07_pneumonia.svg", "R07_follow-up.svg"],
        "contact-sheet": ["R07_replayed_contact-sheet.png"],
    }
    assert cv2.imread(str(tmp_path / "R07_pneumonia.png")).shape == (540, 960, 3)
    sheet = cv2.imread(str(tmp_path / "R07_replayed_contact-sheet.png"))
    assert sheet.shape[1] > sheet.shape[0]


def test_a_case_that_is_not_there_is_told_with_those_that_are(qapp, readers, tmp_path):
    order = RenderOrder(
        folder=tmp_path, what="film", cases=("c9",), size=SIZE, form=FilmForm(size=SIZE), options=PLAIN
    )
    with pytest.raises(FilmError, match=r"no case of the name c9\. Its cases are: pneumonia\?, follow-up"):
        render_recording(readers[0].path, order, set(), lambda *_: None)
