"""What this computer's trackers are called in the windows."""

from __future__ import annotations

import pytest

from capture_app.session.station import Station

CHOICES = {choice.name: choice for choice in Station().drivers()}


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_a_tracker_has_a_title_that_fits_a_row_of_the_list(name):
    title = CHOICES[name].title
    assert 0 < len(title) <= 44
    assert not set(title) & set(",;()")


def test_the_title_is_the_beginning_of_what_the_driver_says_of_itself():
    assert CHOICES["lsl"].title == "Gaze stream of the Lab Streaming Layer"
