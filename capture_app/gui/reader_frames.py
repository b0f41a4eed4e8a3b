"""Which revision was asked for when, which frame showed it, and how many refreshes late that was."""

from __future__ import annotations

from dataclasses import dataclass

NS_PER_S = 1_000_000_000
USUAL_REFRESH_HZ = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedFrame:
    """One frame that reached the screen with something new in it."""

    revision: int
    t_host_ns: int  # after the paint was flushed
    frame: int  # number of presented frames before it
    frames_late: int  # refresh periods between request and presentation beyond the first


class FrameCounter:
    """Keeps the account between `asked` and `presented` of the reader's window. Revisions only grow."""

    def __init__(self, refresh_hz: float = USUAL_REFRESH_HZ) -> None:
        self.refresh_hz = refresh_hz
        self.frames = 0
        self.late = 0  # refresh periods, all frames together
        self.dropped = 0  # revisions replaced before they were presented
        self._asked: tuple[int, int] | None = None  # revision, t_host_ns

    @property
    def is_waiting(self) -> bool:
        """Whether a revision was asked for that is not presented yet."""
        return self._asked is not None

    def asked(self, revision: int, t_host_ns: int) -> None:
        """Note that a new revision shall be shown."""
        if self._asked is not None:
            self.dropped += 1
        self._asked = (revision, t_host_ns)

    def presented(self, painted_revision: int, t_host_ns: int) -> PresentedFrame | None:
        """Note that a paint reached the screen; None when it showed nothing new."""
        if self._asked is None or self._asked[0] != painted_revision:
            return None
        waited_ns = t_host_ns - self._asked[1]
        # 1 ns less: a frame presented exactly one period after the request is in time.
        late = max(int((waited_ns - 1) * self.refresh_hz // NS_PER_S), 0)
        frame = PresentedFrame(
            revision=painted_revision, t_host_ns=t_host_ns, frame=self.frames, frames_late=late
        )
        self._asked = None
        self.frames += 1
        self.late += late
        return frame
