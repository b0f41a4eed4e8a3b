"""`reading-station timing`: what is attached is measured and kept, what is not is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sound_fakes import LINE_IN, FakeSound

from capture_app.acquisition.audio import SoundError
from capture_app.cli import timing, timing_report
from capture_app.cli.commands import cli
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.interrupts import CtrlC
from capture_app.cli.timing import TimingRequest, TimingRun
from capture_app.session.settings import Settings
from capture_app.session.timing_audio import SoundChoice
from capture_app.session.timing_constants import ConstantName, TimingConstants, constant
from capture_app.session.timing_findings import TimingFindings, Unmeasured
from capture_app.session.timing_store import TimingStore
from recordings_schema.reader import Recording

SOUND = constant(ConstantName.AUDIO_INPUT, LINE_IN.full_name, [7.0, 7.5], "click loop-back")


class Openings:
    """Hands out sound cards in turn, and the last one again and again."""

    def __init__(self, *sounds: FakeSound | SoundError) -> None:
        self.sounds = list(sounds)
        self.opened: list[FakeSound] = []

    def __call__(self) -> FakeSound:
        sound = self.sounds.pop(0) if len(self.sounds) > 1 else self.sounds[0]
        if isinstance(sound, SoundError):
            raise sound
        sound.heard_s = 0.0
        self.opened.append(sound)
        return sound


@pytest.fixture
def pressed() -> CtrlC:
    return CtrlC()


@pytest.fixture
def run(monkeypatch, pressed):
    """Measures in virtual time: whatever is waited for passes on the sound card that is open."""

    def measure(parts: tuple[str, ...], openings: Openings, **request) -> TimingFindings:
        monkeypatch.setattr(timing.time, "sleep", lambda seconds: openings.opened[-1].wait(seconds))
        made = TimingRun(
            TimingRequest(parts=parts, sound=request.pop("sound", SoundChoice()), seconds=2.0, **request),
            Settings(),
            TimingConstants(),
            pressed,
            start_sound=openings,
            say=lambda _text: None,
        )
        made.measure()
        return made.findings

    return measure


def test_the_sound_devices_are_opened_three_times_and_closed_each_time(run):
    openings = Openings(FakeSound(), FakeSound(), FakeSound())
    findings = run(("audio",), openings)
    assert [sound.is_closed for sound in openings.opened] == [True, True, True]
    assert findings.constants[0].count == 24


def test_an_opening_in_which_sound_was_lost_is_made_up_for(run):
    openings = Openings(FakeSound(gap_at_block=200), FakeSound(), FakeSound(), FakeSound())
    assert run(("audio",), openings).constants[0].count == 24
    assert len(openings.opened) == 4


def test_where_sound_is_lost_again_and_again_it_is_given_up(run):
    openings = Openings(FakeSound(gap_at_block=200))
    assert run(("audio",), openings).constants == ()
    assert len(openings.opened) == 6


def test_a_sound_system_that_does_not_answer_is_a_reason_and_no_error(run):
    findings = run(("audio",), Openings(SoundError("The sound system did not answer within 20 s.")))
    assert findings.unmeasured[0].why == "The sound system did not answer within 20 s"


def test_a_named_device_that_is_not_there_ends_the_command(run):
    with pytest.raises(CommandError, match="headset") as raised:
        run(("audio",), Openings(FakeSound()), sound=SoundChoice(input_name="headset"))
    assert raised.value.code is ExitCode.INPUT


def test_ctrl_c_ends_the_command_and_closes_the_sound_device(run, pressed):
    openings = Openings(FakeSound())
    pressed.is_pressed = True
    with pytest.raises(CommandError, match="Nothing was stored") as raised:
        run(("audio",), openings)
    assert raised.value.code is ExitCode.INTERRUPTED
    assert openings.opened[0].is_closed


def test_without_a_screen_the_onset_is_not_measured(run, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    findings = run(("onset",), Openings(FakeSound()))
    assert "there is no screen here" in findings.unmeasured[0].why


def test_a_simulated_tracker_is_measured_only_when_it_is_named(run):
    findings = run(("tracker",), Openings(FakeSound()))
    assert "no tracker is chosen in Settings" in findings.unmeasured[0].why
    assert "artificial eye" in findings.unmeasured[1].why
    assert findings.unmeasured[2].what == "The alignment of the clocks by TTL"


def test_a_tracker_that_does_not_exist_ends_the_command(run):
    openings = Openings(FakeSound())
    with pytest.raises(CommandError, match="no tracker driver called 'nonsense'") as raised:
        run(("audio", "tracker"), openings, tracker="nonsense")
    assert raised.value.code is ExitCode.TRACKER
    assert not openings.opened  # told before anything else takes its time


def test_where_nothing_was_measured_because_of_an_error_the_error_alone_is_told():
    result = CliRunner().invoke(cli, ["timing", "--tracker", "nonsense"])
    assert isinstance(result.exception, CommandError)
    assert result.output == ""


@pytest.mark.processes
def test_a_named_tracker_is_recorded_with_and_its_clock_compared():
    done = CliRunner().invoke(
        cli, ["timing", "--only", "tracker", "--tracker", "mock", "--seconds", "4", "--json"]
    )
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    names = {each["name"] for each in document["constants"]}
    missing = {each["what"] for each in document["unmeasured"]}
    # A busy computer may not read the clock well enough in so short a time, and then says so.
    assert ("tracker_clock_drift" in names) != ("The drift of the tracker's clock" in missing)
    assert names & {"tracker_delivery_latency", "tracker_delivery_above_shortest"}
    assert document["stored_in"] is None  # a simulation says nothing of this computer
    assert not any("Samples arrived" in sentence for sentence in document["sentences"])
    assert {
        "what": "The delivery latency of the tracker",
        "why": "the tracker is a simulated one",
    } in document["unmeasured"]
    assert TimingStore().load().constants == TimingConstants()


@pytest.fixture
def measured(monkeypatch) -> None:
    """Let the command find the latency of a sound input, and nothing else."""
    missing = Unmeasured(what="The time from presentation to light", why="no photodiode")
    findings = TimingFindings(constants=(SOUND,), unmeasured=(missing,), notes=("A note.",))
    monkeypatch.setattr(TimingRun, "measure", lambda run: setattr(run, "findings", findings))


@pytest.mark.usefixtures("measured")
def test_what_was_measured_is_kept_and_shown_again():
    runner = CliRunner()
    told = runner.invoke(cli, ["timing"])
    assert told.exit_code == 0
    for text in ("audio_input_latency", "7.25 ms", "no photodiode", "A note.", "Stored in"):
        assert text in told.output
    assert TimingStore().load().constants.constants == (SOUND,)
    shown = runner.invoke(cli, ["timing", "--show"])
    assert "The latency of the sound input was 7.25 ms" in shown.output
    as_json = json.loads(runner.invoke(cli, ["timing", "--show", "--json"]).stdout)
    assert as_json["constants"][0]["mean"] == 7.25


@pytest.mark.usefixtures("measured")
def test_the_answer_for_programs_holds_figures_reasons_and_sentences():
    document = json.loads(CliRunner().invoke(cli, ["timing", "--json"]).stdout)
    assert document["constants"][0]["name"] == "audio_input_latency"
    assert document["unmeasured"] == [{"what": "The time from presentation to light", "why": "no photodiode"}]
    assert document["notes"] == ["A note."]
    assert "The time from presentation to light stays unmeasured: no photodiode." in document["sentences"]
    assert Path(document["stored_in"]).is_file()


@pytest.mark.usefixtures("measured")
def test_constants_that_cannot_be_kept_are_told(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(timing, "TimingStore", lambda: TimingStore(tmp_path / "file" / "timing.json"))
    result = CliRunner().invoke(cli, ["timing"])
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.RECORDING
    assert "7.25 ms" in result.output  # what took minutes is told all the same
    assert "Stored in" not in result.output


def test_where_nothing_was_measured_the_way_to_do_so_is_told():
    assert "`reading-station timing` does" in CliRunner().invoke(cli, ["timing", "--show"]).output


def test_a_broken_file_of_constants_is_told():
    store = TimingStore()
    store.path.parent.mkdir(parents=True)
    store.path.write_text("{")
    result = CliRunner().invoke(cli, ["timing", "--show"])
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.INPUT


def test_the_sound_devices_are_listed(monkeypatch):
    monkeypatch.setattr(timing_report, "SoundClient", FakeSound)
    told = CliRunner().invoke(cli, ["timing", "--list"]).output
    assert "Line In" in told
    assert "Line Out" in told
    document = json.loads(CliRunner().invoke(cli, ["timing", "--list", "--json"]).stdout)
    assert [each["name"] for each in document["devices"]] == ["Line In", "Line Out"]


def test_a_computer_without_sound_devices_says_so(monkeypatch):
    monkeypatch.setattr(timing_report, "SoundClient", lambda: FakeSound(devices=()))
    assert "no sound device on this computer" in CliRunner().invoke(cli, ["timing", "--list"]).output


def test_what_was_measured_before_something_failed_is_kept(monkeypatch):
    def measure(run: TimingRun) -> None:
        run.findings = TimingFindings(constants=(SOUND,))
        raise CommandError("The tracker is gone.", ExitCode.TRACKER)

    monkeypatch.setattr(TimingRun, "measure", measure)
    result = CliRunner().invoke(cli, ["timing"])
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.TRACKER
    assert TimingStore().load().constants.constants == (SOUND,)


@pytest.mark.processes
def test_a_recording_made_afterwards_carries_what_was_measured(tmp_path):
    TimingStore().save(TimingConstants(constants=(SOUND,)))
    path = tmp_path / "after.gazeh5"
    done = CliRunner().invoke(cli, ["record", "--seconds", "1", "--out", str(path)])
    assert done.exit_code == 0, done.output
    with Recording.open(path) as recording:
        found = recording.metadata.timing
    assert json.loads(found.constants["audio_input_latency"])["mean_ms"] == 7.25
    assert "The latency of the sound input was 7.25 ms" in found.sentence
    assert "The time from presentation to light was not measured." in found.sentence
