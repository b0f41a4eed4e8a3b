from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.viewer_controls import PointerButton, ViewerControls, ViewerControlsError


def test_the_defaults_are_the_published_mapping() -> None:
    controls = ViewerControls()
    assert (controls.window_button, controls.pan_button) == (PointerButton.RIGHT, PointerButton.MIDDLE)
    assert controls.zoom_factor == pytest.approx(2**0.25)
    assert (controls.zoom_maximum, controls.width_step, controls.level_step) == (70.0, 2 / 4096, -1 / 4096)


@given(
    st.builds(
        ViewerControls,
        zoom_factor=st.floats(1.01, 4.0),
        zoom_maximum=st.floats(1.0, 900.0),
        level_step=st.floats(-1.0, 1.0),
        fit_key=st.sampled_from(("F", "Home", "0")),
        draw_button=st.sampled_from((PointerButton.LEFT, PointerButton.NONE)),
    )
)
def test_controls_survive_the_settings_file(controls: ViewerControls) -> None:
    assert ViewerControls.from_json(controls.to_json()) == controls


def test_what_is_not_mentioned_keeps_its_default() -> None:
    assert ViewerControls.from_json('{"zoom_maximum": 20}') == ViewerControls(zoom_maximum=20.0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "not readable"),
        ("[]", "JSON object"),
        ('{"zoom": 3}', "no viewer control 'zoom'"),
        ('{"pan_button": "fourth"}', "left, middle, right, none"),
        ('{"fit_key": 3}', "text of a key"),
        ('{"zoom_factor": "2"}', "must be a number"),
        ('{"zoom_factor": true}', "must be a number"),
        ('{"zoom_factor": 0.5}', "between 1.001 and 8"),
        ('{"zoom_maximum": NaN}', "between 1 and 1000"),
        ('{"fit_key": "R"}', "given to both"),
        ('{"pan_button": "right"}', "different pointer buttons"),
    ],
)
def test_unusable_controls_are_refused_in_words(text: str, word: str) -> None:
    with pytest.raises(ViewerControlsError, match=word):
        ViewerControls.from_json(text)


def test_several_controls_may_have_no_key_at_all() -> None:
    assert ViewerControls(pan_left_key="", pan_right_key="").pan_left_key == ""
