"""A program of somebody else that listens to LSL: pylsl alone, nothing of this project.

Commands come as lines on stdin and are answered by one line each: ``listen`` (connect to the gaze and the
markers; answered once gaze arrives), ``leave`` (disconnect from the gaze), ``save FILE`` (take in what is
still on its way, write everything received). LSL's configuration comes from the environment.
"""

from __future__ import annotations

import queue
import sys
import threading
import time

import numpy as np
import pylsl

SILENCE_S = 0.7
"""When nothing has come for so long after a recording, everything is there."""


class Listener:
    def __init__(self) -> None:
        self.gaze: pylsl.StreamInlet | None = None
        self.markers: pylsl.StreamInlet | None = None
        self.values: list[np.ndarray] = []
        self.stamps: list[np.ndarray] = []
        self.marker_texts: list[str] = []
        self.marker_stamps: list[float] = []
        self.stays: list[int] = []  # samples of each stay
        self.xml: dict[str, str] = {}

    def listen(self) -> None:
        self.gaze = self._connect("Gaze")
        if self.markers is None:
            self.markers = self._connect("Markers")
        self.stays.append(0)
        while not self.stays[-1]:
            self.pull(0.1)

    def leave(self) -> None:
        self.gaze.close_stream()
        self.gaze = None

    def pull(self, timeout_s: float) -> bool:
        if self.gaze is None:
            time.sleep(timeout_s)
            return False
        values, stamps = self.gaze.pull_chunk(timeout=timeout_s, max_samples=4096, as_numpy=True)
        texts, marker_stamps = self.markers.pull_chunk(timeout=0.0)
        if len(stamps):
            self.values.append(np.array(values))
            self.stamps.append(np.array(stamps))
            self.stays[-1] += len(stamps)
        self.marker_texts += [text[0] for text in texts]
        self.marker_stamps += marker_stamps
        return bool(len(stamps) or len(texts))

    def save(self, file: str) -> None:
        heard_s = time.monotonic()
        deadline_s = heard_s + 5.0  # gaze goes on after a recording
        while time.monotonic() - heard_s < SILENCE_S and time.monotonic() < deadline_s:
            texts = len(self.marker_texts)
            self.pull(0.05)
            if len(self.marker_texts) > texts:
                heard_s = time.monotonic()
        np.savez(
            file,
            values=np.concatenate(self.values),
            stamps=np.concatenate(self.stamps),
            stays=np.array(self.stays),
            marker_texts=np.array(self.marker_texts),
            marker_stamps=np.array(self.marker_stamps),
            gaze_xml=np.array(self.xml["Gaze"]),
            markers_xml=np.array(self.xml["Markers"]),
        )

    def _connect(self, kind: str) -> pylsl.StreamInlet:
        found = pylsl.resolve_byprop("type", kind, timeout=20.0)
        inlet = pylsl.StreamInlet(found[0], processing_flags=pylsl.proc_none)
        inlet.open_stream(10.0)
        self.xml[kind] = inlet.info(10.0).as_xml()
        return inlet


def main() -> None:
    commands: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=lambda: [commands.put(line) for line in sys.stdin], daemon=True).start()
    listener = Listener()
    while True:
        listener.pull(0.05)
        if commands.empty():
            continue
        words = commands.get().split(maxsplit=1)
        if words[0] == "listen":
            listener.listen()
        elif words[0] == "leave":
            listener.leave()
        else:
            listener.save(words[1].strip())
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
