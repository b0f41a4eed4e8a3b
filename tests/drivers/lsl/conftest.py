from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]


class Sender:
    """A second process that sends LSL streams of the test session."""

    def __init__(self, session_id: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("sender.py")), session_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def tell(self, do: str, name: str, **values) -> None:
        self.process.stdin.write(json.dumps({"do": do, "name": name, **values}) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n", "the sender died"

    def open(self, name: str, labels: list[str] = (), *, count: int = 0, **values) -> None:
        channels = values.pop("channels", [{"label": label} for label in labels])
        self.tell("open", name, count=count or len(channels), channels=channels, **values)

    def push(self, name: str, values: np.ndarray, stamps: list[float]) -> None:
        self.tell("push", name, bytes=values.tobytes().hex(), dtype=values.dtype.str, stamps=list(stamps))

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture(scope="session")
def session_id() -> str:
    """An LSL session of this test process alone: others on the machine do not see it."""
    return f"test-{uuid.uuid4().hex[:16]}"


@pytest.fixture
def sender(session_id):
    sender = Sender(session_id)
    yield sender
    sender.end()


@pytest.fixture(scope="module")
def shared_sender(session_id):
    sender = Sender(session_id)
    yield sender
    sender.end()


@pytest.fixture
def new_sender(session_id):
    """Starts further senders; all end with the test."""
    senders = []

    def start() -> Sender:
        senders.append(Sender(session_id))
        return senders[-1]

    yield start
    for sender in senders:
        sender.end()
