"""What hangs on the virtual sound device: a cable with an exactly known delay, a photodiode, or a
voice.

cable: whatever is played comes back so many frames later, frame by frame, nothing paced by this process; a
fifth of a second after each click the next of the delays counts, and after silence the first again.
cut: like a cable of which nothing comes back.
photodiode: writes silence in blocks of 10 ms of its own clock. A line "t_host_ns is_bright" on standard
input makes the level step at the frame of that host time, which must lie ahead by a few blocks.
voice: writes silence like that, too. A line "t_host_ns" has the sound of a file (16 bits, 48 kHz, no header)
begin at the frame of that host time.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable

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
    steps: list[tuple[int, int]] = []  # frame, level
    level = 0

    def block_at(frame: int) -> np.ndarray:
        nonlocal level
        block = np.full(BLOCK, level, "<i2")
        for step in list(steps):
            if step[0] < frame + BLOCK:
                level = step[1]
                block[max(step[0] - frame, 0) :] = level
                steps.remove(step)
        return block

    play_on(heard, lambda frame, words: steps.append((frame, LEVEL * int(words[0]))), block_at)


def voice(heard: str, sound_file: str) -> None:
    sound = np.fromfile(sound_file, "<i2")
    begins: list[int] = []  # frames

    def block_at(frame: int) -> np.ndarray:
        block = np.zeros(BLOCK, "<i2")
        for begin in begins:
            first = max(frame - begin, 0)
            part = sound[first : max(frame + BLOCK - begin, 0)]
            place = max(begin - frame, 0)
            block[place : place + len(part)] = part[: BLOCK - place]
        return block

    play_on(heard, lambda frame, _words: begins.append(frame), block_at)


def play_on(
    heard: str, take: Callable[[int, list[str]], None], block_at: Callable[[int], np.ndarray]
) -> None:
    """Write block after block at the pace of the host clock."""
    sink = os.open(heard, os.O_WRONLY)
    start_ns = time.perf_counter_ns()
    threading.Thread(target=listen, args=(start_ns, take), daemon=True).start()
    tell_ready()
    frame = 0
    while True:
        os.write(sink, block_at(frame).tobytes())
        frame += BLOCK
        time.sleep(max(start_ns + frame * 1_000_000_000 // RATE_HZ - time.perf_counter_ns(), 0) / 1e9)


def listen(start_ns: int, take: Callable[[int, list[str]], None]) -> None:
    """Hand over each line of standard input: the frame of its host time, and the words after it."""
    for line in sys.stdin:
        t_host_ns, *words = line.split()
        take(round((int(t_host_ns) - start_ns) * RATE_HZ / 1e9), words)


def tell_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "photodiode":
        photodiode(sys.argv[3])
    elif sys.argv[1] == "voice":
        voice(sys.argv[3], sys.argv[4])
    else:
        delays = [int(word) for word in sys.argv[4:]]
        cable(sys.argv[2], sys.argv[3], delays, is_cut=sys.argv[1] == "cut")
