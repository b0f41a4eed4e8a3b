"""Wishes to the system never fail the program."""

from __future__ import annotations

import gc
import sys

import pytest

from capture_app.acquisition import platform_tuning


def test_the_memory_of_the_process_is_known() -> None:
    assert 10_000_000 < platform_tuning.resident_bytes() < 100_000_000_000


def test_a_priority_that_is_refused_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(platform_tuning.os, "nice", refuse)

    platform_tuning.raise_priority()  # must not raise
    platform_tuning.lower_priority()


def test_garbage_collection_is_held_and_released() -> None:
    platform_tuning.hold_garbage_collection()
    was_enabled = gc.isenabled()
    platform_tuning.release_garbage_collection()

    assert not was_enabled
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="these do something on Windows alone")
def test_wishes_of_other_systems_do_nothing_here() -> None:
    platform_tuning.keep_awake(True)
    platform_tuning.keep_awake(False)
    platform_tuning.on_console_close(lambda: None)
