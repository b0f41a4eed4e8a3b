"""What hangs on the virtual sound device: a cable with an exactly known delay, or a photodiode.

cable: whatever is played comes back so many frames later, frame by frame, nothing paced by this process; a
fifth of a second after each click the next of the delays counts, and after silence the first again.
cut: like a cable of which nothing comes back.
photodiode: writes silence in blocks of 10 ms of its own clock. A line "t_host_ns is_bright" on standard
input makes the level step at the frame of that host time, which must lie ahead by a few blocks.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time

import numpy as np

RATE_HZ = 48_000
BLOCK = 480
LEVEL = 12_000
SWITCH_FRAMES = RATE_HZ // 5
QUIET_FRAMES = RATE_HZ


def cable(played: str, heard: str, delays: list[int], *, is_cut: bool) -> None:
    source = os.open(played, os.O_RDONLY | os.O_NONBLOCK)
    sink = os.open(heard, os.O_WRONLY)
    past = np.zeros(RATE_HZ, "<i2")  # the last second
    turn, quiet = 0, QUIET_FRAMES  # frames since the last click
    tell_ready()
    while True:
        select.select([source], [], [])
        try:
            content = np.frombuffer(os.read(source, 2 * BLOCK), "<i2")
        except BlockingIOError:
            continue
        past = np.concatenate([past[len(content) :], content])
        loud = np.flatnonzero(np.abs(content) > LEVEL)
        before, quiet = quiet, len(content) - loud[-1] if len(loud) else quiet + len(content)
        if before < SWITCH_FRAMES <= quiet:
            turn = (turn + 1) % len(delays)
        elif before < QUIET_FRAMES <= quiet:
            turn = 0
        end = len(past) - delays[turn]
        os.write(sink, bytes(2 * len(content)) if is_cut else past[end - len(content) : end].tobytes())


def photodiode(heard: str) -> None:
    sink = os.open(heard, os.O_WRONLY)
    steps: list[tuple[int, int]] = []  # frame, level
    start_ns = time.perf_counter_ns()
    threading.Thread(target=listen, args=(start_ns, steps), daemon=True).start()
    tell_ready()
    level, frame = 0, 0
    while True:
        block = np.full(BLOCK, level, "<i2")
        for step in list(steps):
            if step[0] < frame + BLOCK:
                level = step[1]
                block[max(step[0] - frame, 0) :] = level
                steps.remove(step)
        os.write(sink, block.tobytes())
        frame += BLOCK
        time.sleep(max(start_ns + frame * 1_000_000_000 // RATE_HZ - time.perf_counter_ns(), 0) / 1e9)


def listen(start_ns: int, steps: list[tuple[int, int]]) -> None:
    for line in sys.stdin:
        t_host_ns, is_bright = (int(word) for word in line.split())
        steps.append((round((t_host_ns - start_ns) * RATE_HZ / 1e9), LEVEL * is_bright))


def tell_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "photodiode":
        photodiode(sys.argv[3])
    else:
        delays = [int(word) for word in sys.argv[4:]]
        cable(sys.argv[2], sys.argv[3], delays, is_cut=sys.argv[1] == "cut")
