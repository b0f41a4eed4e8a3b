"""The one word of the top bar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from session_fakes import FACTS, FakeAcquisition

from capture_app.acquisition import messages as m
from capture_app.session.link import Link
from capture_app.session.recording import RecordingControl
from capture_app.session.settings import Settings
from capture_app.session.states import RecordingState, StreamHealth
from capture_app.session.verdict import disk_minutes, verdict_of

GOOD = StreamHealth(
    rate_hz=600.0, nominal_rate_hz=600.0, loss_share=0.01, longest_gap_s=0.2, distance_mm=650.0,
    left_ok=True, right_ok=True,
)  # fmt: skip
OPENED = m.TrackerOpened(info={"rate_hz": 600.0}, rates_hz=[600.0], wants_scene=False, calibrates=False)


def status(**changes: Any) -> m.Status:
    values = {
        "t_host_ns": 0, "state": "recording", "samples": 0, "recorded": 10_000, "lost": 0, "out_of_order": 0,
        "batches": 0, "queue_rows": 0, "bytes_written": 0, "disk_free_bytes": 10**12, "cpu_s": 0.0,
        "generator_cpu_s": 0.0, "rss_bytes": 0,
    }  # fmt: skip
    return m.Status(**(values | changes))


def verdict(*messages: m.Message, health: StreamHealth = GOOD, facts=FACTS, is_alive: bool = True):
    acquisition = FakeAcquisition()
    acquisition.is_alive = is_alive
    acquisition.say(*messages)
    link = Link(acquisition)
    link.poll()
    return verdict_of(
        state=RecordingState.READY,
        link=link,
        recording=RecordingControl(link),
        health=health,
        facts=facts,
        settings=Settings(),
        tracker_name="mock",
    )


def notice(kind: str) -> m.TrackerNotice:
    return m.TrackerNotice(t_host_ns=1, kind=kind, text=f"It is {kind}.", value=float("nan"))


@pytest.mark.parametrize(
    ("changes", "level", "word"),
    [
        ({}, "good", "good"),
        ({"stalled_s": 0.6}, "bad", "no samples"),
        ({"stalled_s": 0.4}, "good", "good"),
        ({"rate_hz": 560.0}, "attention", "rate 560 Hz"),
        ({"rate_hz": 575.0}, "good", "good"),
        ({"rate_hz": float("nan")}, "good", "good"),
        ({"left_ok": False}, "attention", "left eye lost"),
        ({"right_ok": False}, "attention", "right eye lost"),
        ({"left_ok": False, "right_ok": False, "loss_share": 0.9}, "bad", "eyes lost"),
        ({"loss_share": 0.12}, "attention", "loss 12 %"),
        ({"loss_share": 0.15}, "bad", "loss 15 %"),
        ({"distance_mm": 700.0}, "attention", "distance 70 cm"),
        ({"distance_mm": 670.0}, "good", "good"),
        ({"left_ok": False, "loss_share": 0.4}, "attention", "left eye lost"),
        ({"rate_hz": 500.0, "stalled_s": 2.0}, "bad", "no samples"),
    ],
)
def test_the_stream_decides_the_word(changes: dict[str, Any], level: str, word: str) -> None:
    found = verdict(OPENED, status(), health=replace(GOOD, **changes))
    assert (found.level, found.word) == (level, word)
    assert found.explanation.endswith(".")


@pytest.mark.parametrize(
    ("messages", "level", "word"),
    [
        ((), "information", "no tracker"),
        ((m.Failed(request="OpenTracker", kind="tracker", text="It is not there."),), "bad", "no tracker"),
        ((OPENED, notice("connection_lost")), "bad", "tracker lost"),
        ((OPENED, notice("connection_lost"), notice("connection_restored")), "good", "good"),
        ((OPENED, m.Failed(request="", kind="tracker", text="It is gone.")), "bad", "tracker lost"),
        ((OPENED, notice("finished")), "information", "played to the end"),
        ((OPENED, status(disk_free_bytes=8 * 60 * 10**6)), "attention", "disk 8 min left"),
        ((OPENED, status(disk_free_bytes=3 * 60 * 10**6)), "bad", "disk 3 min left"),
        ((OPENED, status(disk_free_bytes=-1)), "good", "good"),
        ((OPENED, status(lost=2)), "good", "good"),
        ((OPENED, status(lost=40)), "attention", "40 samples lost"),
    ],
)
def test_what_the_acquisition_said_decides_the_word(messages: Any, level: str, word: str) -> None:
    found = verdict(*messages)
    assert (found.level, found.word) == (level, word)


def test_the_worst_wins_over_the_merely_first() -> None:
    found = verdict(
        OPENED,
        status(lost=500, disk_free_bytes=60 * 10**6),
        health=replace(GOOD, left_ok=False, rate_hz=500.0),
    )
    assert found.word == "disk 1 min left"


def test_an_unknown_size_of_the_screen_is_told_last() -> None:
    unknown = replace(FACTS, width_mm=float("nan"))
    assert verdict(OPENED, facts=unknown).word == "screen size unknown"
    assert verdict(OPENED, facts=unknown, health=replace(GOOD, left_ok=False)).word == "left eye lost"


def test_the_end_of_the_process_is_worse_than_all() -> None:
    assert verdict(OPENED, is_alive=False).word == "tracker process ended"


def test_a_tracker_that_is_being_opened_is_connecting() -> None:
    link = Link(FakeAcquisition())
    link.is_opening = True
    found = verdict_of(
        state=RecordingState.NO_TRACKER, link=link, recording=RecordingControl(link), health=StreamHealth(),
        facts=FACTS, settings=Settings(), tracker_name="mock",
    )  # fmt: skip
    assert (found.level, found.word) == ("information", "connecting")


def test_the_disk_lasts_by_the_measured_rate_once_there_is_one() -> None:
    acquisition = FakeAcquisition()
    acquisition.say(
        m.RecordingStarted(path=str(Path("x")), t_host_ns=0, first_row=0),
        status(t_host_ns=20_000_000_000, bytes_written=20 * 500_000, disk_free_bytes=300 * 10**6),
    )
    link = Link(acquisition)
    assert disk_minutes(link) != disk_minutes(link)
    link.poll()
    assert disk_minutes(link) == pytest.approx(10.0)
