"""Images decoded in the background, known by their content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from capture_app.session.cases import Case, Places
from capture_app.session.images import KEPT_CASES, ImageStore, LoadedCase
from capture_app.session.looked_at import PLACE_COUNT, likely_places
from capture_app.session.phantoms import PhantomError
from gaze_core.rows import decode_text
from recordings_schema.stimuli import load_image


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ImageStore]:
    store = ImageStore(tmp_path)
    yield store
    store.close()


def loaded(store: ImageStore, index: int, case: Case) -> LoadedCase:
    while True:
        store.ask(index, case)
        found = store.take(index)
        if found is not None:
            return found


def case(*paths: Path, **others: Any) -> Case:
    return Case(case_id=paths[0].stem, images=paths, **others)


def test_a_case_comes_with_its_images_in_pane_order(store: ImageStore, make_image: Any) -> None:
    found = loaded(store, 0, case(make_image("a.png"), make_image("b.png", width_px=70)))
    assert [image.stimulus.width_px for image in found.images] == [60, 70]
    assert [image.image_id for image in found.images] == [0, 1]


def test_the_same_picture_under_two_names_is_one_image(store: ImageStore, make_image: Any) -> None:
    first = loaded(store, 0, case(make_image("sub/a.png", level=9)))
    second = loaded(store, 1, case(make_image("b.png", level=9)))
    assert first.images[0].image_id == second.images[0].image_id == 0
    (row,) = store.all_rows()
    assert decode_text(row["name"][0]) == "sub/a.png"


def test_rows_are_handed_out_once_and_all_again_for_a_new_recording(
    store: ImageStore, make_image: Any
) -> None:
    loaded(store, 0, case(make_image("a.png")))
    assert len(store.new_rows()) == 1
    assert store.new_rows() == ()
    loaded(store, 1, case(make_image("b.png")))
    assert [int(row["image_id"][0]) for row in store.new_rows()] == [1]
    assert len(store.all_rows()) == 2
    assert store.new_rows() == ()


def test_an_image_that_cannot_be_read_is_a_sentence(store: ImageStore, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"nothing")
    found = loaded(store, 0, case(path))
    assert found.images == ()
    assert "a.png" in found.problem


def test_a_case_with_a_problem_is_not_even_opened(store: ImageStore, tmp_path: Path) -> None:
    assert loaded(store, 0, case(tmp_path / "gone.png", problem="It is gone.")).problem == "It is gone."


def test_a_case_pushed_out_is_decoded_again_when_wanted(store: ImageStore, make_image: Any) -> None:
    cases = [case(make_image(f"{number}.png")) for number in range(KEPT_CASES + 1)]
    for index, each in enumerate(cases):
        loaded(store, index, each)
    assert store.take(0) is None
    assert loaded(store, 0, cases[0]).images[0].image_id == 0


def test_given_places_win_over_guessed_ones(store: ImageStore, make_image: Any) -> None:
    path = make_image("a.png")
    given = loaded(store, 0, case(path, make=lambda: (((1.0, 2.0, 3.0),),)))
    assert given.images[0].places_image_px == ((1.0, 2.0, 3.0),)


def test_guessed_places_lie_in_the_image_and_a_flat_one_has_its_centre(make_image: Any) -> None:
    stimulus = load_image(make_image("a.png", width_px=300, height_px=200))
    places = likely_places(stimulus)
    assert 1 < len(places) <= PLACE_COUNT
    assert all(0 <= x <= 300 and 0 <= y <= 200 for x, y, _ in places)
    assert likely_places(load_image(make_image("flat.png", level=7))) == ((30.0, 24.0, 1.0),)


def test_an_image_that_is_made_on_demand_is_there_when_it_is_decoded(
    store: ImageStore, tmp_path: Path
) -> None:
    path = tmp_path / "made.png"

    def make() -> tuple[Places, ...]:
        path.write_bytes(cv2.imencode(".png", np.full((8, 9), 77, np.uint8))[1].tobytes())
        return ()

    assert loaded(store, 0, case(path, make=make)).images[0].stimulus.width_px == 9


def test_an_image_that_cannot_be_made_is_a_sentence(store: ImageStore, tmp_path: Path) -> None:
    def make() -> tuple[Places, ...]:
        raise PhantomError("The demo images cannot be written.")

    assert (
        loaded(store, 0, case(tmp_path / "a.png", make=make)).problem == "The demo images cannot be written."
    )
