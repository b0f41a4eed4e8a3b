"""The line of words in the corner of a picture or film: pseudonym, case and time, nothing else."""

from __future__ import annotations

from capture_app.session.replay import ReplayCase, ReplaySource


def stamp_of(source: ReplaySource, case: ReplayCase | None, t_ns: int) -> str:
    """Return the words for a moment; times are seconds since the case began, else since the recording did."""
    pseudonym = source.metadata.participant.pseudonym
    if case is None:
        return f"{pseudonym}  {_clock(source.seconds(t_ns))}"
    return f"{pseudonym}  {case.case_id}  {_clock((t_ns - case.first_ns) * 1e-9)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(seconds, 0.0), 60.0)
    return f"{int(minutes)}:{rest:04.1f}"
