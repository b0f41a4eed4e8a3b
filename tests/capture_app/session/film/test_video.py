"""Films by OpenCV are whole or not there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from capture_app.session.film import FilmWriteError, OpenCvFilm, PictureSize, write_whole

SIZE = PictureSize(width_px=128, height_px=96)


def picture(level: int) -> np.ndarray:
    return np.full((96, 128, 3), level, np.uint8)


def read_back(path):
    video = cv2.VideoCapture(str(path))
    pictures = []
    while True:
        is_there, found = video.read()
        if not is_there:
            return video.get(cv2.CAP_PROP_FPS), pictures
        pictures.append(found)


@pytest.mark.parametrize(("has_mp4v", "ending"), [(True, ".mp4"), (False, ".avi")])
def test_a_film_holds_every_picture_at_its_rate(tmp_path, has_mp4v, ending):
    film = OpenCvFilm(tmp_path / "R01_a.mp4", SIZE, 25.0, has_mp4v=has_mp4v)
    for number in range(12):
        film.write(picture(20 * number))
    assert not film.path.exists()
    film.finish()
    assert film.path.suffix == ending
    rate_hz, pictures = read_back(film.path)
    assert rate_hz == pytest.approx(25.0)
    assert [round(float(each.mean()) / 20) for each in pictures] == list(range(12))
    assert [each.name for each in tmp_path.iterdir()] == [film.path.name]


def test_motion_jpeg_in_place_of_mpeg_is_told(tmp_path):
    film = OpenCvFilm(tmp_path / "R01_a.mp4", SIZE, 25.0, has_mp4v=False)
    assert "R01_a.avi is Motion-JPEG" in film.note
    film.abort()


def test_a_film_that_is_ended_early_leaves_the_one_before(tmp_path):
    (tmp_path / "R01_a.mp4").write_bytes(b"the one before")
    film = OpenCvFilm(tmp_path / "R01_a.mp4", SIZE, 25.0)
    film.write(picture(9))
    film.abort()
    assert [each.name for each in tmp_path.iterdir()] == ["R01_a.mp4"]
    assert film.path.read_bytes() == b"the one before"


def test_a_film_without_its_end_is_refused_in_words(tmp_path):
    film = OpenCvFilm(tmp_path / "R01_a.mp4", SIZE, 25.0)
    for _ in range(5):
        film.write(picture(9))
    film._writer.release()
    film._part.write_bytes(film._part.read_bytes()[:300])  # as a full disk leaves it
    with pytest.raises(FilmWriteError, match="room on the disk"):
        film.finish()
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_another_size_is_a_mistake(tmp_path):
    film = OpenCvFilm(tmp_path / "R01_a.mp4", SIZE, 25.0)
    with pytest.raises(ValueError, match="shape"):
        film.write(np.zeros((10, 10, 3), np.uint8))
    film.abort()


def test_a_folder_that_is_none_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FilmWriteError, match="Nothing can be written in "):
        OpenCvFilm(tmp_path / "file" / "R01_a.mp4", SIZE, 25.0)


def test_a_file_whose_place_is_a_folder_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "picture.png").mkdir()
    with pytest.raises(FilmWriteError, match=r"picture\.png cannot be written"):
        write_whole(tmp_path / "picture.png", b"content")
    assert [each.name for each in tmp_path.iterdir()] == ["picture.png"]
