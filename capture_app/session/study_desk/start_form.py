"""The start form of a session: what it lacks, and how it is kept in the recording and read back.

It is kept as answers without a trial, on the screen `SCREEN`; numbers are texts, since answers hold none with
a fraction.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.reading.answer_codec import AnswerValue, PieceCollector, pieces_of
from capture_app.session.reading.emitter import NamedRows
from capture_app.session.study import Study
from capture_app.session.study.quality_keys import GazeSignal
from capture_app.session.study.station_keys import Asked, Glasses, HeadRest
from capture_app.session.study_desk.states import StartForm
from gaze_core.rows import ANSWER, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

SCREEN: Final = "start"
NO_TRIAL: Final = -1
VISIONS: Final = ("normal", "glasses", "lenses", "other")
DOMINANT_EYES: Final = ("unknown", "left", "right")
LONGEST_TEXT: Final = 2000  # letters of a comment or reason
_PSEUDONYM: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_MOST_YEARS: Final = 80.0
_MOST_HOURS: Final = 72.0
_MOST_LUX: Final = 100_000.0
_NUMBERS: Final = ("years_of_experience", "hours_awake", "room_lux", "distance_mm")
_TEXTS: Final = ("specialty", "vision", "dominant_eye", "comment", "reason_to_start")
_YES_OR_NO: Final = ("has_head_rest", "has_glasses")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One field that is not as the study wants it."""

    field: str  # of `StartForm`; "is_consent_given" for the reader's agreement
    sentence: str  # what is wrong and what to do
    is_blocking: bool  # False: the session may start for a typed reason


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """A start form as a recording holds it, with the text that was agreed to."""

    form: StartForm
    consent_version: str  # "" where there was no text
    consent_sha256: str  # "" where there was no text


def form_problems(
    study: Study, form: StartForm, *, has_consent_text: bool = True
) -> tuple[FieldProblem, ...]:
    """Return what a form lacks, in the order of its fields; empty when a session may start.

    Parameters
    ----------
    study
        What is asked for.
    form
        What was entered.
    has_consent_text
        Whether the study has a text to agree to.
    """
    return tuple(
        problem
        for part in (
            _reader_problems(study, form),
            _consent_problems(form, has_consent_text),
            _person_problems(study, form),
            _condition_problems(study, form),
            _text_problems(form),
        )
        for problem in part
    )


def form_rows(study: Study, form: StartForm, consent_sha256: str, now_ns: int) -> NamedRows:
    """Return the rows that keep a form.

    Parameters
    ----------
    study
        Whose version of the consent text was shown.
    form
        What was entered.
    consent_sha256
        Of the text that was shown; "" where there is none.
    now_ns
        Host clock.
    """
    rows = [
        ANSWER.row(
            t_host_ns=now_ns, trial=NO_TRIAL, attempt=NO_TRIAL, screen=SCREEN, name=piece_name, value=piece
        )
        for name, value in _answers(study, form, consent_sha256)
        for piece_name, piece in pieces_of(name, value)
    ]
    return ((ANSWER.name, np.concatenate(rows)),)


def form_of(recording: Recording) -> StartForm | None:
    """Return the start form of a recording; None where it holds none.

    Raises
    ------
    RecordingError
        If the answers are missing or damaged.
    """
    kept = kept_form(recording)
    return None if kept is None else kept.form


def kept_form(recording: Recording) -> KeptForm | None:
    """Return the start form of a recording with the consent it names; None where it holds none.

    Raises
    ------
    RecordingError
        If the answers are missing or damaged.
    """
    rows = recording.rows(DatasetKey.ANSWERS)
    collector, answers = PieceCollector(), dict[str, AnswerValue]()
    for row in rows[rows["trial"] == NO_TRIAL]:
        if decode_text(row["screen"]) != SCREEN:
            continue
        found = collector.take(SCREEN, decode_text(row["name"]), decode_text(row["value"]))
        if found is not None:
            answers[found[0]] = found[1]
    if not answers:
        return None
    return KeptForm(
        form=_form_from(answers, recording.metadata.participant.pseudonym),
        consent_version=_text(answers, "consent_version"),
        consent_sha256=_text(answers, "consent_sha256"),
    )


def _reader_problems(study: Study, form: StartForm) -> Iterator[FieldProblem]:
    planned = study.readers.planned
    if not form.reader:
        yield _blocking("reader", "Enter the reader's pseudonym, for example R03.")
    elif not _PSEUDONYM.fullmatch(form.reader):
        yield _blocking("reader", "A pseudonym has 1 to 32 letters (a to z), digits or - _ . and no spaces.")
    elif form.reader not in planned and not study.readers.are_others_allowed:
        names = ", ".join(planned) if planned else "nobody"
        yield _blocking(
            "reader",
            f"{form.reader} is not a reader of this study. Planned are {names}; correct the pseudonym, or "
            "add it to readers.planned.",
        )


def _consent_problems(form: StartForm, has_consent_text: bool) -> Iterator[FieldProblem]:
    if has_consent_text and not form.is_consent_given:
        yield _blocking("is_consent_given", "Let the reader read the text above, and tick when they agree.")


def _person_problems(study: Study, form: StartForm) -> Iterator[FieldProblem]:
    asked = study.reader_form
    yield from _number_problems(
        "years_of_experience", form.years_of_experience, asked.years_of_experience, _MOST_YEARS,
        "Enter the years of reading radiographs; 0 for a beginner.",
        f"Years of experience are between 0 and {_MOST_YEARS:.0f}.",
    )  # fmt: skip
    yield from _choice_problems(
        "specialty", form.specialty, asked.specialty, asked.specialties, "Choose the specialty."
    )
    yield from _choice_problems("vision", form.vision, asked.vision, VISIONS, "Choose how the reader sees.")
    yield from _number_problems(
        "hours_awake", form.hours_awake, asked.hours_awake, _MOST_HOURS,
        "Enter the hours since the reader woke up.",
        f"Hours awake are between 0 and {_MOST_HOURS:.0f}.",
    )  # fmt: skip
    if study.analysis.signal is GazeSignal.DOMINANT and form.dominant_eye == "unknown":
        yield _blocking("dominant_eye", "This study analyses the dominant eye. Find out which it is.")


def _number_problems(
    field: str, value: float, asked: Asked, most: float, missing: str, outside: str
) -> Iterator[FieldProblem]:
    if asked is Asked.OFF:
        return
    if math.isnan(value):
        if asked is Asked.REQUIRED:
            yield _blocking(field, missing)
    elif not 0.0 <= value <= most:
        yield _blocking(field, outside)


def _choice_problems(
    field: str, value: str, asked: Asked, choices: tuple[str, ...], missing: str
) -> Iterator[FieldProblem]:
    if asked is Asked.OFF:
        return
    if not value:
        if asked is Asked.REQUIRED:
            yield _blocking(field, missing)
    elif value not in choices:
        yield _blocking(field, f"{value!r} is no choice here. {missing}")


def _condition_problems(study: Study, form: StartForm) -> Iterator[FieldProblem]:
    conditions = study.conditions
    yield from _light_problems(conditions.room_lux_minimum, conditions.room_lux_maximum, form.room_lux)
    if form.has_head_rest is None:
        yield _blocking("has_head_rest", "Say whether a head rest is used.")
    elif conditions.head_rest is HeadRest.REQUIRED and not form.has_head_rest:
        yield _blocking(
            "has_head_rest", "This study is read with a head rest. Put the reader's head into it."
        )
    elif conditions.head_rest is HeadRest.NOT_USED and form.has_head_rest:
        yield _blocking("has_head_rest", "This study is read without a head rest. Take it away.")
    if conditions.glasses is Glasses.ALLOWED:
        return
    if form.has_glasses is None:
        yield _blocking("has_glasses", "Say whether the reader wears glasses now.")
    elif conditions.glasses is Glasses.NOT_ALLOWED and form.has_glasses:
        yield _blocking("has_glasses", "This study is read without glasses; this reader cannot take part.")


def _light_problems(least_lux: float, most_lux: float, room_lux: float) -> Iterator[FieldProblem]:
    if not math.isnan(room_lux) and not 0.0 <= room_lux <= _MOST_LUX:
        yield _blocking("room_lux", f"The light is between 0 and {_MOST_LUX:.0f} lx.")
        return
    if not least_lux and not most_lux:
        return
    wanted = f"{least_lux:g} to {most_lux:g} lx" if most_lux else f"at least {least_lux:g} lx"
    if math.isnan(room_lux):
        yield _attention(
            "room_lux", f"The study wants {wanted} on the screen. Measure the light before the lit screen."
        )
    elif room_lux < least_lux:
        yield _attention("room_lux", f"It is too dark for this study ({wanted}). Turn up the room light.")
    elif most_lux and room_lux > most_lux:
        yield _attention("room_lux", f"It is too bright for this study ({wanted}). Dim the room light.")


def _text_problems(form: StartForm) -> Iterator[FieldProblem]:
    for field in ("comment", "reason_to_start"):
        if len(getattr(form, field)) > LONGEST_TEXT:
            yield _blocking(field, f"This text is longer than {LONGEST_TEXT} letters. Shorten it.")


def _blocking(field: str, sentence: str) -> FieldProblem:
    return FieldProblem(field=field, sentence=sentence, is_blocking=True)


def _attention(field: str, sentence: str) -> FieldProblem:
    return FieldProblem(field=field, sentence=sentence, is_blocking=False)


def _answers(study: Study, form: StartForm, consent_sha256: str) -> Iterator[tuple[str, AnswerValue]]:
    """Yield every field of a form; what was not entered is nothing."""
    yield "reader", form.reader
    yield "period", form.period
    yield "is_consent_given", form.is_consent_given
    yield "consent_version", study.consent.version if consent_sha256 else ""
    yield "consent_sha256", consent_sha256
    for name in _NUMBERS:
        value = getattr(form, name)
        yield name, None if math.isnan(value) else f"{value:g}"
    for name in _TEXTS:
        yield name, getattr(form, name)
    for name in _YES_OR_NO:
        yield name, getattr(form, name)
    yield "are_instructions_skipped", form.are_instructions_skipped


def _form_from(answers: Mapping[str, AnswerValue], reader: str) -> StartForm:
    """Return the form; what is missing or of another kind is as if it had not been entered."""
    period = answers.get("period")
    numbers = {name: _number(answers, name) for name in _NUMBERS}
    texts = {name: _text(answers, name) for name in _TEXTS}
    return StartForm(
        reader=reader,
        period=period if isinstance(period, int) and not isinstance(period, bool) else 1,
        is_consent_given=answers.get("is_consent_given") is True,
        **numbers,
        specialty=texts["specialty"],
        vision=texts["vision"],
        dominant_eye=texts["dominant_eye"] or "unknown",
        comment=texts["comment"],
        reason_to_start=texts["reason_to_start"],
        has_head_rest=_yes_or_no(answers, "has_head_rest"),
        has_glasses=_yes_or_no(answers, "has_glasses"),
        are_instructions_skipped=answers.get("are_instructions_skipped") is True,
    )


def _number(answers: Mapping[str, AnswerValue], name: str) -> float:
    try:
        return float(_text(answers, name) or math.nan)
    except ValueError:
        return math.nan


def _text(answers: Mapping[str, AnswerValue], name: str) -> str:
    value = answers.get(name)
    return value if isinstance(value, str) else ""


def _yes_or_no(answers: Mapping[str, AnswerValue], name: str) -> bool | None:
    value = answers.get(name)
    return value if isinstance(value, bool) else None
