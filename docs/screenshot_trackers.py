"""Believable states of the tracker's page for the screenshots; no tracker was at hand when they were made."""

from __future__ import annotations

from capture_app.session.display_area import match_display_area
from capture_app.session.port import ScreenFacts, TrackerChoice, TrackerOption
from capture_app.session.settings import Settings
from capture_app.session.tracker_states import (
    ConnectedTracker,
    DriverFindings,
    HeadPosition,
    QualityRunState,
    SearchRequest,
    SearchState,
    StreamQuality,
    TrackerDeskState,
)
from drivers.registry import FoundTracker

_RATE = TrackerOption(name="rate_hz", title="rate_hz", default="")
_MODE = TrackerOption(name="mode", title="mode", default="")
CHOICES = (
    TrackerChoice(
        name="mock",
        title="Simulated eye that looks at the shown image",
        is_usable=True,
        is_simulated=True,
        options=(_RATE,),
        can_search=True,
    ),
    TrackerChoice(
        name="tobii", title="Tobii Pro eye trackers", is_usable=True, options=(_RATE, _MODE), can_search=True
    ),
    TrackerChoice(
        name="lsl", title="Gaze stream of the Lab Streaming Layer", is_usable=True, can_search=True
    ),
)
_SCREEN = ScreenFacts(name="DP-2", width_px=2560, height_px=1440, width_mm=597.0, height_mm=336.0)
_RATES = (60.0, 120.0, 150.0, 300.0, 600.0, 1200.0)
_SPECTRUM = FoundTracker(
    driver="tobii",
    title="Tobii Pro Spectrum",
    options={"serial": "TPSP1-010203040506"},
    model="Tobii Pro Spectrum",
    serial="TPSP1-010203040506",
    firmware="2.6.1-citronkola-0",
    rates_hz=_RATES,
    rate_hz=600.0,
    modes=("human", "monkey"),
    mode="human",
    display_area_mm=(597.0, 336.0),
    licence="none needed for gaze",
)
_BUSY = FoundTracker(
    driver="tobii",
    title="Tobii Pro Fusion",
    options={"serial": "TPFC2-010201234567"},
    serial="TPFC2-010201234567",
    is_usable=False,
    reason="Another program is calibrating this tracker.",
    remedy="End the calibration there, or close that program, then search again.",
)
_SIMULATED = FoundTracker(
    driver="mock",
    title="Simulated eye",
    options={"preset": "tobii-pro-spectrum"},
    serial="MOCK-000001",
    rates_hz=_RATES,
    rate_hz=600.0,
)
_NO_SDK = (
    "Neither tobii_research nor TittaPy is installed for this Python 3.11. Install TittaPy: "
    "/home/lab/station/.venv/bin/python -m pip install TittaPy. Or install a Python 3.10 with tobii-research "
    "beside this program and name it by the option interpreter."
)
_GOOD_RUN = StreamQuality(
    level="good",
    sentence="600.0 of 600 Hz set, 4.1 % without gaze, noise 0.12 deg: good for recording.",
    duration_s=10.0,
    sample_count=6000,
    never_arrived=0,
    rate_hz=600.02,
    nominal_rate_hz=600.0,
    data_rate_hz=575.6,
    loss_share=0.041,
    loss_classes=(("blinks", 0.036), ("both eyes", 0.005)),
    beside_classes=(("one eye", 0.011),),
    longest_gap_s=0.22,
    noise_deg=0.12,
)
_POOR_RUN = StreamQuality(
    level="bad",
    sentence="599.7 of 600 Hz set, 24.3 % without gaze, noise 1.15 deg: far too much of the gaze is missing. "
    "Look at the distance, at glasses and at the light.",
    duration_s=10.0,
    sample_count=5997,
    never_arrived=3,
    rate_hz=599.7,
    nominal_rate_hz=600.0,
    data_rate_hz=454.1,
    loss_share=0.243,
    loss_classes=(("blinks", 0.123), ("both eyes", 0.118), ("no samples", 0.002)),
    beside_classes=(("one eye", 0.252), ("off screen", 0.031)),
    longest_gap_s=1.41,
    noise_deg=1.15,
)
_WELL = HeadPosition(
    left=(0.42, 0.47),
    right=(0.58, 0.48),
    distance_mm=642.0,
    near_mm=600.0,
    far_mm=700.0,
    level="good",
    sentence="The head is well placed.",
)
_NEAR = HeadPosition(
    left=(0.36, 0.52),
    right=(0.56, 0.5),
    distance_mm=551.0,
    near_mm=600.0,
    far_mm=700.0,
    level="attention",
    sentence="Ask the reader to move about 10 cm back.",
)


def _connected(area_mm: tuple[float, float]) -> ConnectedTracker:
    return ConnectedTracker(
        driver="tobii",
        options={"serial": _SPECTRUM.serial, "rate_hz": "600", "mode": "human"},
        model=_SPECTRUM.model,
        serial=_SPECTRUM.serial,
        firmware=_SPECTRUM.firmware,
        rate_hz=600.0,
        rates_hz=_RATES,
        mode="human",
        modes=_SPECTRUM.modes,
        display_area_mm=area_mm,
        is_simulated=False,
    )


def _findings(*tobii: FoundTracker, problem: str = "") -> tuple[DriverFindings, ...]:
    return (
        DriverFindings(
            driver="tobii", title="Tobii Pro eye trackers", is_done=True, trackers=tobii, problem=problem
        ),
        DriverFindings(driver="lsl", title="Gaze stream of the Lab Streaming Layer", is_done=True),
        DriverFindings(
            driver="mock",
            title="Simulated eye that looks at the shown image",
            is_done=True,
            trackers=(_SIMULATED,),
        ),
    )


def _many() -> tuple[FoundTracker, ...]:
    long_name = "Gaze of the reading room on the second floor, right-hand desk, station {0} on lab-pc-{0:02d}"
    return tuple(
        FoundTracker(driver="lsl", title=long_name.format(number), options={"source_id": f"desk-{number}"})
        for number in range(1, 13)
    )


_OVERFULL = (
    *_findings(_SPECTRUM, _BUSY)[:1],
    DriverFindings(
        driver="lsl", title="Gaze stream of the Lab Streaming Layer", is_done=True, trackers=_many()
    ),
)
_OTHER_AREA = (510.0, 287.0)
_STATES = {
    "tracker": TrackerDeskState(
        search=SearchState(findings=_findings(_SPECTRUM, _BUSY)),
        connected=_connected((597.0, 336.0)),
        area=match_display_area((597.0, 336.0), _SCREEN),
        head=_WELL,
        test=QualityRunState(result=_GOOD_RUN),
    ),
    "tracker-empty": TrackerDeskState(),
    "tracker-searching": TrackerDeskState(
        search=SearchState(
            is_running=True,
            findings=(
                *_findings(problem=_NO_SDK)[:1],
                DriverFindings(driver="lsl", title="Gaze stream of the Lab Streaming Layer"),
                DriverFindings(driver="mock", title="Simulated eye that looks at the shown image"),
            ),
        ),
    ),
    "tracker-fault": TrackerDeskState(
        search=SearchState(findings=_findings(_SPECTRUM, _BUSY)),
        connected=_connected(_OTHER_AREA),
        area=match_display_area(_OTHER_AREA, _SCREEN),
        head=_NEAR,
        test=QualityRunState(result=_POOR_RUN),
    ),
    "tracker-overfull": TrackerDeskState(
        search=SearchState(findings=_OVERFULL),
        connected=_connected((597.0, 336.0)),
        area=match_display_area((597.0, 336.0), _SCREEN),
        head=_NEAR,
        test=QualityRunState(is_running=True, elapsed_s=6.2, total_s=10.0),
    ),
    "tracker-recording": TrackerDeskState(
        search=SearchState(findings=_findings(_SPECTRUM, _BUSY)),
        connected=_connected((597.0, 336.0)),
        blocked="A recording is running. The tracker can be changed and tested when the recording has ended.",
        area=match_display_area((597.0, 336.0), _SCREEN),
        head=_WELL,
    ),
}


class DeskShown:
    """A desk that shows one state for ever."""

    def __init__(self, scene: str) -> None:
        self.state = _STATES[scene]
        is_new = scene in ("tracker-empty", "tracker-searching")
        options = {"serial": _SPECTRUM.serial, "rate_hz": "600", "mode": "human"}
        self.settings = Settings() if is_new else Settings(tracker="tobii", tracker_options=options)
        self.chosen = _SPECTRUM if not is_new else _SIMULATED

    def search(self, requests: tuple[SearchRequest, ...]) -> None:
        """Nothing is searched in a picture."""

    def cancel_search(self) -> None:
        """Nothing is searched in a picture."""

    def begin_test(self, seconds: float) -> None:
        """Nothing is tested in a picture."""

    def cancel_test(self) -> None:
        """Nothing is tested in a picture."""
