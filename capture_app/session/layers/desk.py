"""The layers of one replay: which is shown, what is tried out, what is being made, how two agree.

Nothing here waits: everything that reads the recording runs on a thread of its own, and `poll` takes the
answers. The recording is only read; layers are kept in the file beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.layers.choice import LIVE_LAYER, LayerChoice, LayerError
from capture_app.session.layers.comparing import LayerComparison, compare_layers
from capture_app.session.layers.drift import DriftSettings, MeasuredDrift, measured_drift, settings_from_text
from capture_app.session.layers.finding import EventFinder, found_between
from capture_app.session.layers.latest_work import LatestWork
from capture_app.session.layers.making import make_layer
from capture_app.session.replay import ReplayEvents, ReplaySource, SignalColumns, replay_events
from gaze_core.drift_correction import DriftCorrection
from gaze_core.fixations import create_detector
from gaze_core.rows import Rows
from recordings_schema.layers import Layer, LayerFacts, LayersError, LayerSource, LayerStore, source_of
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

TRIED: Final = ""
"""Stands for what is tried out where the name of a layer is expected."""

_PART_ROWS: Final = 4096
_LEAD_NS: Final = 2_000_000_000  # the adaptive detector has measured the noise by then
_AROUND_NS: Final = 30_000_000_000  # of the moment, where no case is


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time."""

    first_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a replay is to show."""

    name: str
    events: ReplayEvents | None
    correction: DriftCorrection | None
    columns: SignalColumns | None


class LayerDesk:
    """One for each replay. One thread; see the module's first lines."""

    def __init__(self, source: ReplaySource) -> None:
        self._source = source
        self._store = LayerStore(source.path)
        self._work = LatestWork("replay-layers")
        self._checked: LayerSource | None = None  # of this recording, once it was worked out
        self.layers: tuple[LayerFacts, ...] = ()
        self.shown = LIVE_LAYER
        self.other = LIVE_LAYER  # that is compared with; LIVE_LAYER where none was chosen
        self.tried: LayerChoice | None = None
        self.tried_span: Span | None = None
        self.comparison: LayerComparison | None = None
        self.saved_share = 0.0  # of the layer that is being made
        self.problem = ""
        self.refresh()

    @property
    def is_busy(self) -> bool:
        """Whether something is being worked out."""
        return self._work.is_busy

    @property
    def busy_with(self) -> str:
        """show, try, save or compare; "" for nothing."""
        return self._work.kind

    def facts(self, name: str) -> LayerFacts | None:
        """Return a stored layer; None for the live one and for what is tried out."""
        return next((each for each in self.layers if each.name == name), None)

    def refresh(self) -> None:
        """Read again which layers there are."""
        try:
            self.layers = self._store.read().layers
        except LayersError as err:
            self.layers, self.problem = (), str(err)

    def drift(self, settings: DriftSettings) -> MeasuredDrift | None:
        """Return the correction this recording allows; None where it has no such offsets."""
        return measured_drift(_Tables(self._source), self._source.eye, settings)

    def span_at(self, t_ns: int) -> Span:
        """Return what is tried out at a moment: its case, else half a minute around it."""
        case = self._source.tables.case_at(t_ns)
        if case is not None and t_ns <= case.end_ns:
            return Span(first_ns=case.first_ns, end_ns=case.end_ns)
        return Span(
            first_ns=max(t_ns - _AROUND_NS, self._source.first_ns),
            end_ns=min(t_ns + _AROUND_NS, self._source.end_ns),
        )

    def show(self, name: str) -> None:
        """Show a layer; what was tried out is left, but not forgotten."""
        self.problem = ""
        self._work.give_up("try")
        if name == LIVE_LAYER:
            self._work.give_up("show")
            self._take(_Shown(name=LIVE_LAYER, events=None, correction=None, columns=None))
            return
        self._work.ask("show", lambda is_given_up: self._loaded(name, is_given_up), self._take)

    def try_out(self, choice: LayerChoice, span: Span) -> None:
        """Show what a detector finds in a stretch; while it is worked out the last one stays."""
        self.problem = ""
        self.tried, self.tried_span = choice, span
        self._work.give_up("show")
        self._work.ask("try", lambda is_given_up: self._tried(choice, span, is_given_up), self._take)

    def save(self, name: str, note: str, choice: LayerChoice) -> None:
        """Make a layer of the whole recording and keep it; then it is shown."""
        self.problem, self.saved_share = "", 0.0

        def made(is_given_up: Callable[[], bool]) -> str | None:
            return self._saved(name, note, choice, is_given_up)

        def done(saved: str) -> None:
            self.refresh()
            self.show(saved)

        self._work.ask("save", made, done)

    def give_up_saving(self) -> None:
        """Leave the layer that is being made; nothing of it is kept."""
        self._work.give_up("save")

    def rename(self, name: str, new_name: str) -> None:
        """Give a stored layer another name."""
        plain = " ".join(new_name.split())
        if self._changed(lambda: self._store.rename(name, new_name)):
            self.shown = plain if self.shown == name else self.shown
            self.other = plain if self.other == name else self.other

    def set_note(self, name: str, note: str) -> None:
        """Write a note on a stored layer."""
        self._changed(lambda: self._store.set_note(name, note))

    def delete(self, name: str) -> None:
        """Delete a stored layer; the live one is shown instead of it."""
        if self._changed(lambda: self._store.delete(name)):
            if self.other == name:
                self.other, self.comparison = LIVE_LAYER, None
            if self.shown == name:
                self.show(LIVE_LAYER)

    def compare(self, other: str, span: Span) -> None:
        """Work out how well another layer agrees with the one that is shown."""
        self.other = other
        shown = self._source.events.rows

        def compared(_is_given_up: Callable[[], bool]) -> tuple[Rows, LayerComparison]:
            rows = self._source.recorded.rows if other == LIVE_LAYER else self._store.load(other).events
            return rows, compare_layers(shown, rows, self._times(span))

        def done(answer: tuple[Rows, LayerComparison]) -> None:
            rows, self.comparison = answer
            self._source.show_other(replay_events(rows, other))

        self._work.ask("compare", compared, done)

    def leave_comparison(self) -> None:
        """Compare no longer."""
        self._work.give_up("compare")
        self.comparison = None
        self._source.show_other(None)

    def poll(self) -> bool:
        """Take what was worked out; return whether anything changed."""
        is_changed = self._work.poll()
        if is_changed and self._work.problem:
            self.problem, self._work.problem = self._work.problem, ""
        return is_changed

    def close(self) -> None:
        """Give up what is being worked out, and wait until it has ended."""
        self._work.close()

    def _take(self, shown: _Shown) -> None:
        self.shown = shown.name
        self._source.show_analysis(shown.events, shown.correction, shown.columns)

    def _changed(self, change: Callable[[], None]) -> bool:
        self.problem = ""
        try:
            change()
        except LayersError as err:
            self.problem = str(err)
            return False
        self.refresh()
        return True

    def _loaded(self, name: str, is_given_up: Callable[[], bool]) -> _Shown | None:
        self._check(is_given_up)
        layer = self._store.load(name)
        if is_given_up():
            return None
        correction = correction_of(layer)
        columns = None
        if correction is not None:
            if not self._source.is_loaded:
                raise LayerError("The signals are still being read. Choose the layer again in a moment.")
            columns = self._source.recorded_columns.corrected(correction, None, is_given_up)
            if columns is None:
                return None
        facts = layer.facts
        origin = f"layer {facts.name}, {facts.detector} {facts.detector_version}"
        events = replay_events(layer.events, origin)
        return _Shown(name=facts.name, events=events, correction=correction, columns=columns)

    def _tried(self, choice: LayerChoice, span: Span, is_given_up: Callable[[], bool]) -> _Shown | None:
        source, drift = self._source, None
        if choice.drift is not None:
            drift = self.drift(choice.drift)
            if drift is None:
                raise LayerError(
                    f"This recording holds no {choice.drift.source.value} with an offset up to "
                    f"{choice.drift.largest_deg:g} deg, so its gaze cannot be corrected by them."
                )
        detector = create_detector(choice.detector, choice.parameters)
        finder = EventFinder(
            detector,
            source.geometry,
            choice.parameters.eye,
            viewport=source.tables.rows[DatasetKey.VIEWPORT],
            trials=source.tables.rows[DatasetKey.TRIALS],
            correction=None if drift is None else drift.correction,
        )
        found = found_between(finder, self._parts(span), is_given_up)
        if found is None:
            return None
        rows = found[0]
        rows = rows[(rows["onset_host_ns"] >= span.first_ns) & (rows["onset_host_ns"] <= span.end_ns)]
        columns = None
        if drift is not None and source.is_loaded:
            own = (span.first_ns, span.end_ns)
            columns = source.recorded_columns.corrected(drift.correction, own, is_given_up)
        origin = f"tried out here, {detector.name.value} {detector.version}; not saved"
        return _Shown(
            name=TRIED,
            events=replay_events(rows, origin),
            correction=None if drift is None else drift.correction,
            columns=columns,
        )

    def _saved(
        self, name: str, note: str, choice: LayerChoice, is_given_up: Callable[[], bool]
    ) -> str | None:
        if self._store.read().find(name) is not None:
            raise LayerError(f"There is a layer {name!r} already. Choose another name.")
        source = self._check(is_given_up)

        def show(share: float) -> None:
            self.saved_share = share

        with Recording.open(self._source.path) as recording:
            layer = make_layer(recording, name, choice, note=note, on_share=show, is_given_up=is_given_up)
        if layer is None:
            return None
        self._store.add(layer, source)
        return " ".join(name.split())

    def _check(self, is_given_up: Callable[[], bool]) -> LayerSource:
        """Make sure once that the layers were made from these samples."""
        if self._checked is None:
            with Recording.open(self._source.path) as recording:
                found = source_of(recording, is_given_up=is_given_up)
            self._store.check(found)
            self._checked = found
        return self._checked

    def _parts(self, span: Span) -> Iterator[tuple[Rows, npt.NDArray[np.int64]]]:
        blocks = self._source.blocks
        first, end = blocks.row_at(span.first_ns - _LEAD_NS) + 1, blocks.row_at(span.end_ns) + 1
        for start in range(first, end, _PART_ROWS):
            timed = blocks.rows(start, min(start + _PART_ROWS, end))
            yield timed.gaze, timed.t_host_ns

    def _times(self, span: Span) -> npt.NDArray[np.int64]:
        columns = self._source.recorded_columns
        times = columns.t_ns[: columns.loaded]
        first, end = np.searchsorted(times, (span.first_ns, span.end_ns))
        return np.asarray(times[first:end], np.int64)


class _Tables:
    """The tables of a replay as `measured_drift` reads them."""

    def __init__(self, source: ReplaySource) -> None:
        self._source = source

    def rows(self, key: DatasetKey) -> Rows:
        """Return a table."""
        return self._source.tables.rows[key]


def correction_of(layer: Layer) -> DriftCorrection | None:
    """Return what a layer takes away from the gaze; None where that is as recorded.

    Raises
    ------
    LayerError
        If the layer does not say how.
    """
    if not len(layer.offsets):
        return None
    try:
        between = settings_from_text(layer.facts.gaze_parameters).between
    except ValueError as err:
        raise LayerError(
            f"The layer {layer.facts.name} does not say how its gaze was corrected, so it is not shown. Make "
            "it anew."
        ) from err
    return DriftCorrection(offsets=layer.offsets, between=between)
