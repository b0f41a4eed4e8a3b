"""Bringing a hosted tracker back after its process has died: again and again, at a bounded pace."""

from __future__ import annotations

import logging
import threading
from typing import Final

from drivers.contract import DriverError, TrackerLostError
from drivers.host.opening import HostedRequest, HostedTracker, Opening, ensure_same, start_stream
from gaze_core.streams import TrackerInfo

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0)
"""Before the first, second, third and every further attempt."""

_JOIN_S: Final = 5.0  # the process of an attempt is killed, so no step of it can take long
_log = logging.getLogger(__name__)


class Revival:
    """Attempts until one succeeds, or shows that the tracker is another one.

    Parameters
    ----------
    losses
        Losses that followed each other quickly, this one included: the pauses go on where they were.
    pauses_s
        Pauses before the attempts, s; the last one holds for all further ones.
    """

    def __init__(
        self,
        request: HostedRequest,
        info: TrackerInfo,
        *,
        losses: int,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._request = request
        self._info = info
        self._pauses_s = pauses_s
        self._attempt = losses - 1
        self._opening: Opening | None = None
        self._is_cancelled = threading.Event()
        self._has_changed = threading.Condition()
        self._back: tuple[HostedTracker, int] | None = None
        self._lost: TrackerLostError | None = None
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name="host revival", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> tuple[HostedTracker, int] | None:
        """Return the tracker that is back and the number of its stream, None where it is not in time.

        Raises
        ------
        TrackerLostError
            If another tracker came back.
        """
        with self._has_changed:
            self._has_changed.wait_for(self._is_decided, timeout_s)
            if self._lost is not None:
                raise self._lost
            back, self._back = self._back, None
            return back

    def take_problem(self) -> str:
        """Return why the newest attempt failed, once; "" where that is known."""
        with self._has_changed:
            problem, self._problem = self._problem, ""
            return problem

    def cancel(self) -> None:
        """Give up; nothing is left running."""
        self._is_cancelled.set()
        opening = self._opening
        if opening is not None:
            opening.cancel()
        self._thread.join(_JOIN_S)
        if self._back is not None:
            self._back[0].process.end(0.0)

    def _is_decided(self) -> bool:
        return self._back is not None or self._lost is not None

    def _run(self) -> None:
        """Attempt until decided; the body of the thread."""
        told = ""
        while not self._is_cancelled.wait(self._pauses_s[min(self._attempt, len(self._pauses_s) - 1)]):
            self._attempt += 1
            try:
                back = self._bring_back()
            except TrackerLostError as error:
                self._decide(None, error)
                return
            except DriverError as error:
                _log.warning("The hosted driver could not be brought back: %s", error)
                if str(error) != told:
                    told = str(error)
                    with self._has_changed:
                        self._problem = told
                continue
            if self._is_cancelled.is_set():
                back[0].process.end(0.0)
            else:
                self._decide(back, None)
            return

    def _bring_back(self) -> tuple[HostedTracker, int]:
        self._opening = Opening(self._request)
        if self._is_cancelled.is_set():
            raise DriverError("The attempt was given up.")
        tracker = self._opening.run()
        try:
            ensure_same(self._info, tracker.info)
            return tracker, start_stream(tracker)
        except BaseException:
            tracker.process.end(0.0)
            raise

    def _decide(self, back: tuple[HostedTracker, int] | None, lost: TrackerLostError | None) -> None:
        with self._has_changed:
            self._back, self._lost = back, lost
            self._has_changed.notify_all()
