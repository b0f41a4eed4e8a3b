"""The mean grey of a study's images as they are first shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from capture_app.session import study_grey
from capture_app.session.study_grey import StudyGrey, mean_grey, sampled_images
from recordings_schema.stimuli import load_image


class Opened:
    """A study of which only the images matter."""

    def __init__(self, *paths: Path) -> None:
        self.cases = [type("Case", (), {"images": (path,)}) for path in paths]


@pytest.fixture
def grey_of(make_image: Any) -> Any:
    def make(*levels: int) -> StudyGrey:
        paths = [make_image(f"{number}-{level}.png", level=level) for number, level in enumerate(levels)]
        return StudyGrey(Opened(*paths))  # type: ignore[arg-type]

    return make


def test_the_grey_is_the_mean_over_the_images(grey_of: Any) -> None:
    assert grey_of(40, 80).wait(10.0) == 60


def test_an_image_counts_as_its_starting_window_shows_it(make_image: Any) -> None:
    stimulus = load_image(make_image("a.png", level=50))
    assert mean_grey(stimulus) == pytest.approx(50.0, abs=1.0)


def test_an_image_that_cannot_be_read_is_left_out(make_image: Any, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(b"no picture")
    grey = StudyGrey(Opened(damaged, tmp_path / "missing.png", make_image("a.png", level=90)))  # type: ignore[arg-type]
    assert grey.wait(10.0) == 90


def test_without_a_readable_image_there_is_none(tmp_path: Path) -> None:
    assert StudyGrey(Opened(tmp_path / "missing.png")).wait(10.0) is None  # type: ignore[arg-type]


def test_the_same_files_are_read_once_and_changed_ones_again(
    make_image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_image("a.png", level=90)
    assert StudyGrey(Opened(path)).wait(10.0) == 90  # type: ignore[arg-type]
    read: list[Path] = []

    def counted(each: Path) -> Any:
        read.append(each)
        return load_image(each)

    monkeypatch.setattr(study_grey, "load_image", counted)
    assert StudyGrey(Opened(path)).wait(10.0) == 90  # type: ignore[arg-type]
    assert read == []
    make_image("a.png", width_px=80, level=30)
    assert StudyGrey(Opened(path)).wait(10.0) == 30  # type: ignore[arg-type]
    assert read == [path]


def test_of_many_images_a_sample_lies_evenly_over_the_list() -> None:
    paths = [Path(f"{number}.png") for number in range(1000)]
    chosen = sampled_images([*paths, *paths])
    assert len(chosen) == study_grey.MOST_IMAGES
    assert (chosen[0], chosen[-1]) == (paths[0], paths[-1])
    assert sampled_images(paths[:7]) == tuple(paths[:7])
