"""The voice of a session: kept on dictated screens, written down, edited, aligned again, played."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from capture_app.session.link import Link
from capture_app.session.port import SessionError
from capture_app.session.reading import NamedRows, ReadingView, Stage
from capture_app.session.speech import EngineChoice, EngineName
from capture_app.session.study import OpenedStudy, Study
from capture_app.session.study.station_keys import TranscriptionEngine
from capture_app.session.study.task_keys import ImageScreen, Screen, TranscriptScreen
from capture_app.session.study_desk.case_voice import CaseVoice, VoicePlace
from capture_app.session.study_desk.earlier_dictation import EarlierDictations
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.states import TranscriptState, TranscriptWord
from capture_app.session.study_desk.transcript_work import BeginWork, SpeechBench
from capture_app.session.study_desk.voice_keeper import VoiceKeeper
from capture_app.session.study_desk.voice_player import VoicePlayer
from gaze_core.clocks import Clock
from gaze_core.rows import EVENT

END_WAIT_NS: Final = 20_000_000_000
"""So long the end of a session waits for transcripts; `reading-station transcribe` makes them later."""

_NOT_WRITTEN: Final = "This study keeps the voice and writes nothing down. The text can be typed."


class StudyDictation:
    """The dictations of one session; `parts.DictationRun`. One thread.

    Parameters
    ----------
    clock
        The host clock.
    begin_work
        Begins work on speech; None: with the engine of the study.
    player
        Plays dictations; None: on a loudspeaker of this computer.
    """

    def __init__(
        self, clock: Clock, *, begin_work: BeginWork | None = None, player: VoicePlayer | None = None
    ) -> None:
        self._clock = clock
        self._wanted_work = begin_work
        self._begin_work: BeginWork | None = begin_work
        self._player = VoicePlayer() if player is None else player
        self._keeper = VoiceKeeper()
        self._study: Study | None = None  # None where the study has no dictation
        self._link: Link | None = None
        self._voices: dict[int, CaseVoice] = {}  # by trial
        self._current: CaseVoice | None = None
        self._earlier: EarlierDictations | None = None
        self._adopted: set[int] = set()  # trials whose earlier recordings were looked at
        self._kept_since_ns: int | None = None
        self._told_longest: set[int] = set()
        self._rows: list[NamedRows] = []
        self._give_up_ns: int | None = None  # the session has ended
        self._is_closed = False

    @property
    def state(self) -> TranscriptState | None:
        """The transcript of the open case; None where its task has no dictation."""
        voice = self._current
        if voice is None:
            return None
        can_play = self._player.can_play and bool(voice.stretches)
        sentence = voice.sentence or (self._player.problem if voice.stretches else "")
        return TranscriptState(
            stage=voice.stage,
            version=voice.text.version,
            text=voice.text.text,
            words=voice.words,
            sentence=sentence,
            can_play=can_play,
            playing_word=_word_at(voice.words, self._player.position_ns),
        )

    @property
    def is_voice_recorded(self) -> bool:
        """Whether the microphone is kept now."""
        audio = None if self._link is None else self._link.audio
        return self._keeper.trial >= 0 and audio is not None and audio.is_kept

    @property
    def is_transcript_ready(self) -> bool:
        """Whether the transcript of the open case can be shown, or never will be."""
        return self._current is None or not self._current.is_waiting

    @property
    def is_finished(self) -> bool:
        """After `end`: whether nothing is left to wait for."""
        return self._give_up_ns is not None and not any(each.is_unfinished for each in self._voices.values())

    def hold(self, link: Link) -> None:
        """Keep no voice but what is asked for from now on; called before the recording begins."""
        self._link = link
        self._keeper.hold(link)

    def begin(self, opened: OpenedStudy, around: StudyAround, earlier: Sequence[Path] = ()) -> None:
        """A session begins: its microphone, engine and vocabulary are those of the study.

        Parameters
        ----------
        opened
            The study.
        around
            The session now.
        earlier
            Recordings of the same reader and period, oldest first: a case that is gone on with shows the text
            it had there.
        """
        study = opened.study
        self._link = around.link
        self._voices, self._current, self._rows = {}, None, []
        self._adopted, self._told_longest = set(), set()
        self._kept_since_ns = self._give_up_ns = None
        self._earlier = EarlierDictations(earlier) if earlier else None
        self._study = study if study.dictation.is_on else None
        if self._study is None:
            return
        self.hold(around.link)
        self._keeper.begin(around.link, around.settings, float(study.dictation.rate_hz))
        if study.dictation.engine is not TranscriptionEngine.NONE:
            choice = EngineChoice(
                name=EngineName(study.dictation.engine.value),
                model_folder=around.settings.dictation.model_folder,
            )
            self._begin_work = self._wanted_work or SpeechBench(study, choice).begin

    def step(self, around: StudyAround, view: ReadingView) -> NamedRows:
        """Follow the reading; return WORD rows (and others) for the recording."""
        if self._study is not None:
            self._link = around.link
            if self._give_up_ns is None:
                self._follow(self._study, view)
                self._keep(self._study, around, view)
            for trial, stretch in self._keeper.take_stretches(around.link):
                if trial in self._voices:
                    self._voices[trial].stretches.append(stretch)
            self._hear_end_of_stretch(around)
            self._work(around.now_ns)
            if self._give_up_ns is not None and around.now_ns >= self._give_up_ns:
                self._give_up(around.now_ns)
        return self._taken()

    def edit(self, text: str) -> None:
        """Take an edited text."""
        voice = self._current
        if voice is None:
            raise SessionError("No case with a dictation is open.")
        if voice.is_waiting:
            raise SessionError("The dictation is still being written down. Wait for it, or go on without.")
        voice.edit(text, self._clock.now_ns())

    def play_from(self, word: int) -> None:
        """Play the sound from a word."""
        voice = self._current
        if voice is None or not voice.stretches:
            raise SessionError("There is no sound of this case that could be played.")
        if not 0 <= word < len(voice.words):
            raise SessionError("This word has no place in the sound yet.")
        self._player.play(voice.stretches, voice.words[word].t_onset_host_ns)

    def stop_playing(self) -> None:
        """Stop playing."""
        self._player.stop()

    def end(self, around: StudyAround) -> None:
        """The session ends: no voice is kept any more; called until `is_finished`. Never waits itself.

        `step` is called on meanwhile. What is not done after 20 s is given up, and events say of which cases.
        """
        if self._give_up_ns is None:
            self._give_up_ns = around.now_ns + END_WAIT_NS
        self._player.stop()
        if self._study is not None:
            self._stop_keeping(around.now_ns)
            self._keeper.end(around.link, around.now_ns)
        self._current = None
        for voice in self._voices.values():
            voice.is_left = voice.is_settled = True

    def close(self) -> None:
        """Let everything go; idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        self._player.close()
        for voice in self._voices.values():
            voice.give_up(self._clock.now_ns())
        if self._link is not None:
            self._keeper.release(self._link)

    def _follow(self, study: Study, view: ReadingView) -> None:
        """Take the case that is open, and say of all others that they were left."""
        voice, planned = None, view.planned
        screens = () if planned is None else study.screens_of(study.task_named(planned.task))
        if view.attempt >= 0 and planned is not None and any(_is_dictated(each) for each in screens):
            voice = self._voices.get(view.trial)
            if voice is None:
                place = _place_of(view.trial, view.attempt, planned.case.case_id, screens)
                voice = self._voices[view.trial] = self._new_voice(place)
            self._adopt(voice)
            voice.is_left = not _is_dictated(view.screen)
            voice.is_settled = not isinstance(view.screen, TranscriptScreen)
            if voice.stretches and isinstance(view.screen, TranscriptScreen):
                self._player.prepare()
        is_text_shown = isinstance(view.screen, TranscriptScreen) and view.stage is Stage.CASE
        if not is_text_shown and self._player.position_ns is not None:
            self._player.stop()
        if voice is not self._current:
            if self._current is not None:
                self._current.is_left = self._current.is_settled = True
            self._current = voice

    def _new_voice(self, place: VoicePlace) -> CaseVoice:
        is_written = self._begin_work is not None
        return CaseVoice(place=place, is_written=is_written, sentence="" if is_written else _NOT_WRITTEN)

    def _adopt(self, voice: CaseVoice) -> None:
        trial = voice.place.trial
        if self._earlier is None or trial in self._adopted or not self._earlier.is_read:
            return
        self._adopted.add(trial)
        found = self._earlier.of((voice.place.case_id, voice.place.attempt))
        if found is not None:
            voice.adopt(found.text, found.stretches, is_playable=found.is_same_clock)

    def _keep(self, study: Study, around: StudyAround, view: ReadingView) -> None:
        """Have the voice kept while the dictated image is before the reader, but not for too long."""
        voice, now_ns = self._current, around.now_ns
        is_dictating = (
            voice is not None and view.stage is Stage.CASE and view.is_presented and _is_dictated(view.screen)
        )
        if not is_dictating or voice is None:
            self._stop_keeping(now_ns)
            self._keeper.keep(around.link, -1, now_ns)
            return
        kept_ns = voice.kept_ns + (0 if self._kept_since_ns is None else now_ns - self._kept_since_ns)
        if kept_ns >= study.dictation.longest_s * 1e9:
            self._tell_longest(around, voice)
            self._stop_keeping(now_ns)
            self._keeper.keep(around.link, -1, now_ns)
            return
        if self._keeper.trial != voice.place.trial:
            self._stop_keeping(now_ns)
            self._kept_since_ns = now_ns
            voice.begin()
            self._keeper.keep(around.link, voice.place.trial, now_ns)

    def _stop_keeping(self, now_ns: int) -> None:
        voice = self._voices.get(self._keeper.trial)
        if voice is not None and self._kept_since_ns is not None:
            voice.kept_ns += now_ns - self._kept_since_ns
        self._kept_since_ns = None

    def _tell_longest(self, around: StudyAround, voice: CaseVoice) -> None:
        trial = voice.place.trial
        if trial in self._told_longest or self._study is None:
            return
        self._told_longest.add(trial)
        longest_s = self._study.dictation.longest_s
        text = (
            f"The dictation of case {voice.place.case_id} has lasted {longest_s:g} s, the longest this study "
            "keeps; the voice is not recorded any more. Gaze is."
        )
        around.link.say(around.now_ns, "dictation", text)
        row = EVENT.row(
            t_host_ns=around.now_ns, kind="dictation_longest", source="app", trial=trial, text=text
        )
        self._rows.append(((EVENT.name, row),))

    def _hear_end_of_stretch(self, around: StudyAround) -> None:
        """Once nothing is kept, and all that was kept has come in, say so to the cases."""
        if not self._keeper.is_answered(around.link, around.now_ns):
            return
        audio = around.link.audio
        why = "" if audio is None or audio.is_on else audio.text
        for trial, voice in self._voices.items():
            if trial != self._keeper.trial:
                voice.is_keeping = False
                if voice.is_left:
                    voice.close_without_sound(why)

    def _work(self, now_ns: int) -> None:
        """Take what is done, and begin what is due: the open case before the others, one at a time."""
        voices = sorted(self._voices.values(), key=lambda each: each is not self._current)
        for voice in voices:
            voice.take_result(now_ns)
        for voice in voices:
            if any(each.work is not None for each in voices) or self._begin_work is None:
                return
            voice.due_work(now_ns, self._begin_work)

    def _give_up(self, now_ns: int) -> None:
        for voice in self._voices.values():
            voice.give_up(now_ns)

    def _taken(self) -> NamedRows:
        groups, self._rows = self._rows, []
        for voice in self._voices.values():
            groups += voice.take_rows()
            for t_host_ns, sentence in voice.take_news():
                if self._link is not None:
                    self._link.say(t_host_ns, "dictation", sentence)
        return tuple(row for group in groups for row in group)


def _place_of(trial: int, attempt: int, case_id: str, screens: Sequence[Screen]) -> VoicePlace:
    """Return where the text of a case lies: with the screen that shows it, else with the dictated one."""
    holders = [each for each in screens if isinstance(each, TranscriptScreen)]
    dictated = [each for each in screens if _is_dictated(each)]
    return VoicePlace(trial=trial, attempt=attempt, case_id=case_id, screen=(holders or dictated)[0].name)


def _is_dictated(screen: Screen | None) -> bool:
    return isinstance(screen, ImageScreen) and screen.is_dictated


def _word_at(words: Sequence[TranscriptWord], position_ns: int | None) -> int:
    """Return the last word that has begun at a moment; -1 where nothing plays."""
    if position_ns is None:
        return -1
    begun = [index for index, word in enumerate(words) if word.t_onset_host_ns <= position_ns]
    return begun[-1] if begun else -1
