"""Plays dictation from a moment on, on a loudspeaker of this computer.

The device is held by a process of its own, as for the microphone; one is kept ready, since it takes half a
second to start. Everything that waits does so in the player's thread.
"""

from __future__ import annotations

import logging
import queue
import threading
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np

from capture_app.acquisition.audio import SoundClient, SoundDevice, SoundError, choose_device
from capture_app.acquisition.audio.takes import Pcm
from capture_app.session.speech import Sound
from capture_app.session.speech.sound import resampled
from capture_app.session.study_desk.dictation_sound import Stretch

LONGEST_PLAY_S: Final = 300.0
STEP_S: Final = 0.02
_END_TIMEOUT_S: Final = 0.03
"""So long the end of playing is waited for; whoever closes may be the windows' thread."""
_NO_LOUDSPEAKER: Final = "There is no loudspeaker, so the dictation cannot be played. Plug one in."
_log = logging.getLogger(__name__)


class Loudspeaker(Protocol):
    """What is needed of `SoundClient`."""

    @property
    def devices(self) -> tuple[SoundDevice, ...]:
        """The devices of the system."""

    @property
    def problem(self) -> str:
        """Why there is no sound, a sentence; "" while all is well."""

    @property
    def output_rate_hz(self) -> float:
        """Rate at which the output runs."""

    @property
    def played_s(self) -> float:
        """Seconds that have left the loudspeaker."""

    def begin(self, heard: SoundDevice | None, played: SoundDevice | None, pcm: Pcm) -> None:
        """Play. Raises `SoundError`."""

    def stop(self) -> None:
        """Stop and let go of everything, within seconds. Raises `SoundError` where nobody is there."""

    def close(self) -> None:
        """Let go of everything by force; idempotent."""


MakeLoudspeaker: TypeAlias = Callable[[float], Loudspeaker]


def loudspeaker_process(rate_hz: float) -> Loudspeaker:
    """Return the process that holds the loudspeaker, started. Raises `SoundError`."""
    return SoundClient(rate_hz=rate_hz)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is to be played: stretches of one rate, the first from a frame on."""

    stretches: tuple[Stretch, ...]
    first_frame: int

    def host_ns(self, played_s: float) -> int | None:
        """Return the host time at which the sound was spoken that is played now; None after its end."""
        frame = self.first_frame + played_s * self.stretches[0].rate_hz
        for stretch in self.stretches:
            if frame < stretch.frame_count:
                return stretch.host_ns(frame)
            frame -= stretch.frame_count
        return None


class VoicePlayer:
    """Plays one thing at a time. Its methods are for one thread and return at once."""

    def __init__(self, make: MakeLoudspeaker = loudspeaker_process) -> None:
        self._make = make
        self._orders: queue.SimpleQueue[_Order | str] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ready: Loudspeaker | None = None  # a process that has not played yet
        self._position_ns: int | None = None
        self._problem = ""
        self._can_play = False
        self._is_closed = False

    @property
    def can_play(self) -> bool:
        """Whether there is a loudspeaker."""
        return self._can_play

    @property
    def problem(self) -> str:
        """Why nothing can be played, a sentence; "" where it can or is not known yet."""
        return self._problem

    @property
    def position_ns(self) -> int | None:
        """Host time at which the sound was spoken that is played now; None while nothing is."""
        return self._position_ns

    def prepare(self) -> None:
        """Look for a loudspeaker, so that playing begins without delay; nothing happens the second time."""
        if self._thread is None and not self._is_closed:
            self._thread = threading.Thread(target=self._work, name="playback", daemon=True)
            self._thread.start()

    def play(self, stretches: Sequence[Stretch], t_from_host_ns: int) -> None:
        """Play from a moment on, to the end of the stretches or for five minutes."""
        later = [each for each in stretches if t_from_host_ns < each.t_end_host_ns]
        chosen: list[Stretch] = []
        for each in later:
            if each.rate_hz != later[0].rate_hz:
                break
            chosen.append(each)
        if chosen:
            self.prepare()
            first = chosen[0].frame_at(t_from_host_ns)
            self._orders.put(_Order(stretches=tuple(chosen), first_frame=first))

    def stop(self) -> None:
        """Stop playing; nothing happens where nothing plays."""
        if self._thread is not None:
            self._orders.put("stop")

    def close(self) -> None:
        """Let go of everything; idempotent."""
        self._is_closed = True
        if self._thread is not None:
            self._orders.put("close")
            self._thread.join(_END_TIMEOUT_S)  # what hangs ends with this process
            self._thread = None

    # in the thread of the player

    def _work(self) -> None:
        try:
            self._get_ready()
            order: _Order | str = self._orders.get()
            while order != "close":
                order = self._play(order) if isinstance(order, _Order) else self._orders.get()
        except Exception:  # noqa: BLE001  # the top of the thread: the text can be read and edited without sound
            _log.exception("Playing a dictation failed")
            self._fail("Playing failed unexpectedly; details are in the log.")
        finally:
            self._position_ns = None
            if self._ready is not None:
                self._ready.close()

    def _get_ready(self) -> None:
        try:
            speaker = self._make(48_000.0)
        except SoundError as err:
            self._fail(str(err))
            return
        if speaker.problem or choose_device(speaker.devices, "output") is None:
            self._fail(speaker.problem or _NO_LOUDSPEAKER)
            speaker.close()
            return
        self._ready, self._can_play = speaker, True

    def _play(self, order: _Order) -> _Order | str:
        """Play to the end or until something else is ordered, which is returned."""
        speaker: Loudspeaker | None = None
        following: _Order | str = "stop"
        try:
            speaker = self._begin(order)
            self._problem = ""
            while not speaker.problem:
                position_ns = order.host_ns(speaker.played_s)
                self._position_ns = position_ns
                if position_ns is None or speaker.played_s > LONGEST_PLAY_S:
                    break
                try:
                    following = self._orders.get(timeout=STEP_S)
                    break
                except queue.Empty:
                    continue
        except SoundError as err:
            self._fail(str(err))
        except (OSError, EOFError, wave.Error):
            self._problem = (
                f"{order.stretches[0].file.name} cannot be read. Check that it is beside the recording."
            )
        self._position_ns = None
        if speaker is not None:
            _stop(speaker)
        if following != "close" and self._ready is None:
            self._get_ready()
        return following

    def _begin(self, order: _Order) -> Loudspeaker:
        rate_hz = order.stretches[0].rate_hz
        sound = Sound(_read(order), round(rate_hz))
        speaker, self._ready = self._ready, None
        if speaker is None:
            speaker = self._make(rate_hz)
        try:
            speaker.begin(None, choose_device(speaker.devices, "output"), resampled(sound, 48_000).pcm)
            if abs(speaker.output_rate_hz - 48_000.0) > 1.0:  # this device has a rate of its own
                own_rate_hz = speaker.output_rate_hz
                _stop(speaker)
                speaker = self._make(own_rate_hz)
                pcm = resampled(sound, round(own_rate_hz)).pcm
                speaker.begin(None, choose_device(speaker.devices, "output"), pcm)
        except SoundError:
            speaker.close()
            raise
        return speaker

    def _fail(self, problem: str) -> None:
        self._problem, self._can_play = problem, False


def _stop(speaker: Loudspeaker) -> None:
    try:
        speaker.stop()
    except SoundError:
        speaker.close()  # its process has ended by itself


def _read(order: _Order) -> Pcm:
    """Return what is to be played, a bit more than five minutes of it at most."""
    parts, left, first = [], 0, order.first_frame
    for stretch in order.stretches:
        with wave.open(str(stretch.file), "rb") as file:
            left = left or round(LONGEST_PLAY_S * file.getframerate())
            file.setpos(min(first, file.getnframes()))
            parts.append(np.frombuffer(file.readframes(left), "<i2"))
        first, left = 0, left - len(parts[-1])
        if left <= 0:
            break
    return np.concatenate(parts).astype(np.int16)
