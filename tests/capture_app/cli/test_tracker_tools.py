"""`trackers --search` and `tracker-test`: refusals in words, exit codes, and the whole way once."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from capture_app.acquisition import messages as m
from capture_app.acquisition.client import AcquisitionClient
from capture_app.cli import tracker_tools
from capture_app.cli.commands import cli
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.port import TrackerChoice
from capture_app.session.settings import LoadedSettings, Settings
from capture_app.session.tracker_desk import TrackerDesk
from capture_app.session.tracker_states import QualityRunState
from drivers.host.json_forms import found_to_json
from drivers.registry import FoundTracker

FAKE_PACKAGES = Path(__file__).parents[2] / "drivers" / "tobii" / "fakes"
SPECTRUM = FoundTracker(
    driver="lsl",
    title="Spectrum",
    options={"source_id": "a b"},
    serial="S1",
    firmware="2.6",
    rates_hz=(600.0, 1200.0),
    rate_hz=600.0,
    modes=("human",),
    mode="human",
    display_area_mm=(597.0, 336.0),
    licence="none needed",
)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, ctrl_c = root.handlers[:], root.level, signal.getsignal(signal.SIGINT)
    root.handlers[:] = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    signal.signal(signal.SIGINT, ctrl_c)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    class Store:
        def load(self) -> LoadedSettings:
            return LoadedSettings(settings=Settings(screen_width_mm=520.0, screen_height_mm=320.0))

    monkeypatch.setattr(tracker_tools, "SettingsStore", Store)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


class Answering:
    """An acquisition process that is none: each search is answered as the test says."""

    def __init__(self, answers: dict[str, m.TrackersFound]) -> None:
        self.answers = answers
        self.asked: list[m.FindTrackers] = []
        self.is_alive = True
        self.next_row = 0
        self._said: list[m.Message] = []

    def send(self, message: m.Message) -> None:
        if isinstance(message, m.FindTrackers):
            self.asked.append(message)
            self._said.append(self.answers[message.driver])

    def poll(self) -> list[m.Message]:
        said, self._said = self._said, []
        return said

    def read_rows(self) -> tuple[Any, int]:
        from gaze_core.rows import GAZE

        return GAZE.empty(0), 0

    def newest_row(self) -> Any:
        return self.read_rows()[0]

    def close(self) -> None:
        self.is_alive = False


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answering]:
    """Return a function that sets what the searches for real and for simulated trackers give."""

    class TwoDrivers:
        def drivers(self) -> tuple[TrackerChoice, ...]:
            return (
                TrackerChoice(name="lsl", title="LSL", is_usable=True, can_search=True),
                TrackerChoice(name="mock", title="Mock", is_usable=True, can_search=True, is_simulated=True),
                TrackerChoice(name="playback", title="File", is_usable=True, is_simulated=True),
            )

    def answer(*lsl: FoundTracker, problem: str = "") -> Answering:
        simulated = FoundTracker(driver="mock", title="Simulated eye", options={})
        process = Answering(
            {
                "lsl": m.TrackersFound(
                    driver="lsl",
                    trackers=json.loads(json.dumps([found_to_json(each) for each in lsl])),
                    problem=problem,
                ),
                "mock": m.TrackersFound(
                    driver="mock", trackers=json.loads(json.dumps([found_to_json(simulated)])), problem=""
                ),
            }
        )
        monkeypatch.setattr(tracker_tools, "start_acquisition", lambda: process)
        monkeypatch.setattr(tracker_tools, "Station", TwoDrivers)
        return process

    return answer


def test_what_was_found_is_printed_with_the_words_that_connect_it(answering) -> None:
    answering(SPECTRUM)
    result = run("trackers", "--search")
    assert result.exit_code == 0
    for words in ("lsl: Spectrum", "S1", "600, 1200 Hz", "597 x 336 mm", "--option 'source_id=a b'"):
        assert words in result.output


def test_found_trackers_are_printed_as_json(answering) -> None:
    answering(SPECTRUM)
    found = json.loads(run("trackers", "--search", "--json").output)
    assert [each["driver"] for each in found] == ["lsl", "mock"]
    assert found[0]["trackers"][0]["options"] == {"source_id": "a b"}
    assert found[1]["trackers"][0]["rate_hz"] is None


@pytest.mark.parametrize("problem", ["", "LSL is not installed. Install it."])
def test_where_only_simulated_trackers_answer_the_exit_code_says_so(answering, problem) -> None:
    answering(problem=problem)
    result = run("trackers", "--search")
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.TRACKER
    assert problem in result.output
    assert "Simulated eye" in result.output


def test_a_tracker_that_cannot_be_used_does_not_count_and_says_why(answering) -> None:
    unusable = FoundTracker(
        driver="lsl", title="Twin", options={}, is_usable=False, reason="In use.", remedy="Close it."
    )
    answering(unusable)
    result = run("trackers", "--search", "--tracker", "lsl")
    assert isinstance(result.exception, CommandError)
    assert "In use. Close it." in result.output


def test_where_nothing_could_be_searched_nobody_is_told_to_switch_a_tracker_on(answering) -> None:
    answering(problem="LSL is not installed. Install it.")
    result = run("trackers", "--search", "--tracker", "lsl")
    assert isinstance(result.exception, CommandError)
    assert "why stands above" in str(result.exception)


def test_the_options_of_the_command_line_go_into_the_search(answering) -> None:
    process = answering(SPECTRUM)
    result = run("trackers", "--search", "--tracker", "lsl", "--option", "network=yes")
    assert result.exit_code == 0
    assert [(each.driver, each.options) for each in process.asked] == [("lsl", {"network": "yes"})]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--list", "--search"), "not both"),
        (("--tracker", "lsl"), "go with --search"),
        (("--search", "--option", "a=b"), "needs --tracker"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments, words) -> None:
    result = run("trackers", *arguments)
    assert result.exit_code == ExitCode.USAGE
    assert words in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("trackers", "--search", "--tracker", "nobody"), "no tracker driver called"),
        (("tracker-test", "--tracker", "nobody"), "no tracker driver called"),
        (("trackers", "--search", "--tracker", "playback"), "nothing to search for"),
    ],
)
def test_a_driver_that_is_unknown_or_has_nothing_to_search_is_refused(answering, arguments, words) -> None:
    answering()
    result = run(*arguments)
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.TRACKER
    assert words in str(result.exception)


@pytest.fixture
def quick_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def start() -> AcquisitionClient:
        client = AcquisitionClient(log_directory=tmp_path)
        client.start()
        return client

    monkeypatch.setattr(tracker_tools, "start_acquisition", start)


@pytest.mark.processes
@pytest.mark.usefixtures("quick_log")
def test_the_simulated_tracker_is_found_when_it_is_asked_for() -> None:
    result = run("trackers", "--search", "--tracker", "mock")
    assert result.exit_code == 0
    assert "--tracker mock --option preset=" in result.output


@pytest.mark.processes
@pytest.mark.usefixtures("quick_log")
def test_a_tracker_is_tested_from_connecting_to_the_verdict() -> None:
    arguments = ("--rate", "300", "--option", "scenario=ideal", "--seconds", "1")
    result = run("tracker-test", *arguments, "--json")
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told["tracker"]["rate_hz"] == 300.0
    assert told["display_area"]["level"] == "good"
    assert told["quality"]["rate_hz"] == pytest.approx(300.0, rel=0.02)
    assert told["quality"]["never_arrived"] == 0


@pytest.mark.processes
@pytest.mark.usefixtures("quick_log")
def test_a_stream_that_breaks_off_ends_with_the_code_of_findings() -> None:
    result = run("tracker-test", "--option", "duration_s=1.5", "--seconds", "3")
    assert result.exit_code == ExitCode.FINDINGS
    for words in ("verdict       bad", "stopped sending", "of 600 Hz set", "Hz with gaze", "RMS-S2S"):
        assert words in result.output


@pytest.mark.processes
@pytest.mark.usefixtures("quick_log")
def test_a_tracker_that_cannot_be_opened_says_why() -> None:
    result = run("tracker-test", "--option", "preset=never-heard-of")
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.TRACKER
    assert "has no preset" in str(result.exception)


@pytest.mark.processes
@pytest.mark.usefixtures("quick_log")
def test_a_tobii_tracker_is_found_and_tested_by_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FAKE_PACKAGES))  # the acquisition process takes its path from here
    found = run("trackers", "--search", "--tracker", "tobii", "--json")
    assert found.exit_code == 0
    (tracker,) = json.loads(found.output)[0]["trackers"]
    options = [word for name, text in tracker["options"].items() for word in ("--option", f"{name}={text}")]
    result = run("tracker-test", "--tracker", "tobii", *options, "--rate", "300", "--seconds", "1", "--json")
    told = json.loads(result.output)
    assert told["tracker"]["serial"] == tracker["serial"]
    assert told["quality"]["nominal_rate_hz"] == 300.0
    assert told["head"]["sentence"] == "The head is well placed."
    assert result.exit_code == 0


def test_a_test_without_a_result_ends_with_the_reason(answering, monkeypatch: pytest.MonkeyPatch) -> None:
    process = answering()
    opened = m.TrackerOpened(
        info={"driver": "mock", "model": "x"}, rates_hz=[], wants_scene=False, calibrates=False
    )
    process.poll = lambda: [opened]  # type: ignore[method-assign]
    monkeypatch.setattr(
        TrackerDesk,
        "begin_test",
        lambda desk, _seconds: setattr(
            desk, "_run_state", QualityRunState(problem="The tracker has sent nothing for 5 s.")
        ),
    )
    result = run("tracker-test")
    assert isinstance(result.exception, CommandError)
    assert "sent nothing for 5 s" in str(result.exception)
