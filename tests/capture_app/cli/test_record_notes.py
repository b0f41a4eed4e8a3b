"""What the tracker said by itself while recording is told at the end of the command."""

from __future__ import annotations

from capture_app.cli.record import tracker_notes
from capture_app.session.link import Sentence


def said(kind: str, text: str) -> Sentence:
    return Sentence(t_host_ns=0, kind=kind, text=text)


def test_what_the_tracker_said_is_told_and_nothing_else() -> None:
    sentences = [
        said("licence_problem", "It needs a licence."),
        said("marker", "go"),
        said("finished", "The file is at its end."),
        said("failed_tracker", "It is gone."),
    ]
    assert tracker_notes(sentences) == ["It needs a licence.", "It is gone."]


def test_of_many_the_newest_are_told() -> None:
    notes = tracker_notes([said("connection_lost", f"Loss {number}.") for number in range(14)])
    assert notes[0] == "4 earlier ones are in the recording as events."
    assert notes[1:] == [f"Loss {number}." for number in range(4, 14)]
