from __future__ import annotations

import time

import numpy as np
import pytest

from drivers.lsl import create
from drivers.testing import DriverCase, DriverConformance

CHANNELS = [{"label": axis, "unit": "normalized"} for axis in "xy"]


@pytest.mark.processes
class TestLsl(DriverConformance):
    """A real stream of a second process, which sends ten samples before each read."""

    @pytest.fixture
    def case(self, shared_sender, new_sender, setup, session_id, request):
        name = request.node.name
        senders = [shared_sender]
        senders[0].open(name, channels=CHANNELS, source_id=name)
        started_s = time.perf_counter()

        def send():
            now_s = time.perf_counter()
            stamps = [max(started_s, now_s - 0.02) + step * 0.002 for step in range(10)]
            if senders:
                senders[0].push(name, np.full((10, 2), 0.5), stamps)

        def make(**options):
            return create({"session_id": session_id, "wait_s": "3", "source_id": name, **options}, setup)

        def lose():
            senders.pop().tell("close", name)

        def bring_back():
            senders.append(new_sender())
            senders[0].open(name, channels=CHANNELS, source_id=name)

        yield DriverCase(
            make=make,
            make_absent=lambda: make(source_id="nobody", wait_s="0.2"),
            before_read=send,
            lose=lose,
            bring_back=bring_back,
        )
        if senders == [shared_sender]:
            shared_sender.tell("close", name)
