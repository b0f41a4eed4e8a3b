"""A search runs beside everything else: it is answered in any case, once, and holds up nobody."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from capture_app.acquisition import messages as m
from capture_app.acquisition.find_service import SEARCH_TIMEOUT_NS, FindService
from capture_app.acquisition.service_table import make_services
from capture_app.acquisition.services import ServiceParts
from drivers.contract import DriverError, DriverOptionError, TrackerNotFoundError
from drivers.host.json_forms import found_from_json
from drivers.registry import Availability, DriverRequest, DriverSpec, FoundTracker
from gaze_core.clocks import ManualClock

SPECTRUM = FoundTracker(
    driver="good", title="Spectrum", options={"serial": "1"}, rates_hz=(600.0, 1200.0), modes=("human",)
)


def spec(name: str, find: Any, *, problem: str = "") -> DriverSpec:
    return DriverSpec(
        name=name,
        summary=name,
        create=lambda _request: pytest.fail("a search opens nothing"),
        probe=lambda: Availability(is_usable=not problem, reason=problem, remedy="Install it."),
        is_simulated=False,
        find=find,
    )


class Bench:
    """A service with scripted drivers; `hang` keeps the search of the driver of that name."""

    def __init__(self) -> None:
        self.clock = ManualClock(1_000)
        self.sent: list[Any] = []
        self.hang = threading.Event()
        self.requests: list[DriverRequest] = []
        self.recorder = SimpleNamespace(is_recording=False)
        self.service = FindService(
            ServiceParts(clock=self.clock, send=self.sent.append, recorder=self.recorder, tracker=None),  # type: ignore[arg-type]
            self.spec_of,
        )

    def spec_of(self, name: str) -> DriverSpec:
        known = {
            "good": spec("good", self.find),
            "silent": spec("silent", self.find_never),
            "refusing": spec("refusing", self.refuse),
            "broken": spec("broken", lambda _request: 1 / 0),
            "odd": spec("odd", lambda _request: ("a tracker",)),
            "absent": spec("absent", self.find, problem="The package is not installed."),
            "without": spec("without", None),
        }
        if name not in known:
            raise DriverOptionError(f"There is no tracker driver called {name!r}.")
        return known[name]

    def find(self, request: DriverRequest) -> tuple[FoundTracker, ...]:
        self.requests.append(request)
        return (SPECTRUM,)

    def find_never(self, _request: DriverRequest) -> tuple[FoundTracker, ...]:
        self.hang.wait(30)
        return ()

    def refuse(self, _request: DriverRequest) -> tuple[FoundTracker, ...]:
        raise TrackerNotFoundError("The licence server does not answer. Start it.")

    def ask(self, name: str, **options: str) -> None:
        self.service.handle(m.FindTrackers(driver=name, options=options))

    def answer(self) -> m.TrackersFound:
        """Step until there is one more answer; the thread of the search takes its own time."""
        count, pause = len(self.sent), threading.Event()
        for _ in range(5000):
            self.service.step()
            if len(self.sent) > count:
                return self.sent[-1]
            pause.wait(0.001)
        return pytest.fail("the search was not answered")


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.hang.set()
    bench.service.close()


def test_what_was_found_is_told_with_everything_known_of_it(bench):
    bench.ask("good", rate_hz="600")
    answer = bench.answer()
    assert (answer.driver, answer.problem) == ("good", "")
    assert found_from_json(answer.trackers[0]).options == {"serial": "1"}
    assert bench.requests[0].options == {"rate_hz": "600"}


def test_an_answer_fits_through_the_pipe_between_the_processes(bench):
    bench.ask("good")
    answer = bench.answer()
    assert m.decode(m.encode(answer)).trackers[0]["rates_hz"] == [600.0, 1200.0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("refusing", "The licence server does not answer. Start it."),
        ("broken", "failed by a mistake of its driver"),
        ("odd", "failed by a mistake of its driver"),
        ("absent", "The package is not installed. Install it."),
        ("without", "nothing to search for"),
        ("unheard-of", "no tracker driver called"),
    ],
)
def test_a_search_that_cannot_be_made_is_answered_in_words(bench, name, words):
    bench.ask(name)
    answer = bench.answer()
    assert answer.trackers == []
    assert words in answer.problem
    assert answer.problem.endswith(".")


def test_a_second_search_is_refused_while_the_first_goes_on(bench):
    bench.ask("silent")
    bench.ask("good")
    assert "still going on" in bench.sent[-1].problem
    bench.hang.set()
    assert bench.answer().driver == "silent"
    bench.ask("good")
    assert bench.answer().trackers


def test_a_recording_is_not_disturbed_by_a_search(bench):
    bench.recorder.is_recording = True
    bench.ask("good")
    assert "A recording is running" in bench.sent[-1].problem
    assert bench.requests == []
    bench.recorder.is_recording = False
    bench.ask("good")
    assert bench.answer().trackers


def test_a_search_that_hangs_is_given_up_and_others_go_on(bench):
    bench.ask("silent")
    bench.service.step()
    assert bench.sent == []
    bench.clock.advance_ns(SEARCH_TIMEOUT_NS + 1)
    bench.service.step()
    assert "did not end within 20 s" in bench.sent[-1].problem
    bench.ask("good")
    assert bench.answer().trackers


def test_a_driver_whose_search_still_hangs_is_not_searched_again_until_it_has_ended(bench):
    bench.ask("silent")
    bench.clock.advance_ns(SEARCH_TIMEOUT_NS + 1)
    bench.service.step()
    bench.ask("silent")
    assert "has not come back" in bench.sent[-1].problem
    bench.hang.set()
    pause = threading.Event()
    for _ in range(5000):
        if threading.active_count() == 1 or not [
            each for each in threading.enumerate() if each.name == "search silent"
        ]:
            break
        pause.wait(0.001)
    bench.ask("silent")
    assert bench.answer().problem == ""


def test_what_a_search_that_was_given_up_finds_late_is_not_told(bench):
    bench.ask("silent")
    bench.clock.advance_ns(SEARCH_TIMEOUT_NS + 1)
    bench.service.step()
    bench.hang.set()
    bench.ask("good")
    answers = {bench.answer().driver}
    bench.service.step()
    assert answers == {"good"}
    assert len(bench.sent) == 2


def test_the_server_has_the_service(bench):
    parts = ServiceParts(clock=bench.clock, send=bench.sent.append, recorder=None, tracker=None)  # type: ignore[arg-type]
    handled = [message for service in make_services(parts) for message in service.handles]
    assert m.FindTrackers in handled


def test_an_error_of_a_driver_keeps_its_own_words(bench):
    bench.refuse = lambda _request: (_ for _ in ()).throw(DriverError("The tracker is in use."))
    bench.ask("refusing")
    assert bench.answer().problem == "The tracker is in use."
