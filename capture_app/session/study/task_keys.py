"""Keys of a study file about what the reader does: labels, certainty, screens, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, ClassVar, Final, TypeAlias

from capture_app.session.study.keys import Key, name_key

MOST_SHAPES: Final = 1000


class TaskKind(str, Enum):
    """What a case is read for."""

    READ = "read"  # free reading
    SEARCH = "search"  # one named finding: present or absent
    QUESTION = "question"  # a question about the image, yes/no or choices
    SEGMENT = "segment"  # a target is swept with the eyes: found, then covered


class Phase(str, Enum):
    """What the eyes do while an image is shown."""

    READ = "read"
    SEARCH = "search"  # ended by the answer present or absent
    QUESTION = "question"  # ended by the answer
    LOCATE = "locate"  # rough search for the target
    COVER = "cover"  # from its centre to its edge


class ShapeTool(str, Enum):
    """What a reader draws."""

    ELLIPSE = "ellipse"
    BOX = "box"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One entry of the label list."""

    name: Annotated[str, Key("text on the screen and in all tables", at_least=1)]
    is_exclusive: Annotated[bool, Key("excludes all others, as a normal radiograph does")] = False
    is_other: Annotated[bool, Key("asks for a free text")] = False
    needs_shape: Annotated[bool, Key("each choice needs an ellipse or box")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyLevel:
    """One step of the certainty scale, from certain to unlikely."""

    name: Annotated[str, Key("wording", at_least=1)]
    probability: Annotated[str, Key("probability in words, shown beside the wording")] = ""
    screen_code: Annotated[int, Key("code on the screen and its key", low=0, high=9)]
    export_code: Annotated[int, Key("code in exported tables", low=0, high=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionScreen:
    """A text before something begins."""

    KIND: ClassVar[str] = "instruction"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("what the reader is told", at_least=1)]
    is_skippable: Annotated[bool, Key("experienced readers may switch it off")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageScreen:
    """The images of the case; gaze on this screen is what the study measures."""

    KIND: ClassVar[str] = "image"
    name: Annotated[str, name_key("name within the study")]
    phase: Annotated[Phase, Key("what the eyes do")] = Phase.READ
    text: Annotated[str, Key("one line above the image; `{target}` and `{question}` are the case's")] = ""
    is_dictated: Annotated[bool, Key("the voice is recorded")] = False
    is_zoomable: Annotated[bool, Key("zoom and pan")] = True
    is_windowed: Annotated[bool, Key("grey-scale window can be changed")] = True
    longest_s: Annotated[float, Key("the image leaves by itself; 0: never", unit="s", low=0, high=3600)] = 0.0
    is_mask_previewed: Annotated[bool, Key("cover: the operator sees the mask grow")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScreen:
    """The label list."""

    KIND: ClassVar[str] = "labels"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question above the list")] = "Which findings are present or doubtful?"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextScreen:
    """A free text."""

    KIND: ClassVar[str] = "text"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question", at_least=1)]
    is_for_other: Annotated[bool, Key('only shown when the label "other" was chosen')] = False
    is_required: Annotated[bool, Key("cannot be left empty")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeScreen:
    """Ellipses and boxes, each with its labels and one certainty."""

    KIND: ClassVar[str] = "shapes"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question")] = "Mark every finding."
    tools: Annotated[tuple[ShapeTool, ...], Key("what can be drawn", at_least=1)] = (ShapeTool.ELLIPSE,)
    shapes_maximum: Annotated[int, Key("shapes of one case", low=1, high=MOST_SHAPES)] = 75
    has_certainty: Annotated[bool, Key("asks one certainty for each shape")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestBoxScreen:
    """One rectangle that holds heart and lungs."""

    KIND: ClassVar[str] = "chest_box"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question")] = "Draw one box around heart and lungs."
    is_required: Annotated[bool, Key("cannot be left out")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyScreen:
    """One certainty for the whole case."""

    KIND: ClassVar[str] = "certainty"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question", at_least=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LikertScreen:
    """A scale of steps between two ends."""

    KIND: ClassVar[str] = "likert"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question", at_least=1)]
    steps: Annotated[int, Key("number of steps", low=2, high=11)] = 5
    low_text: Annotated[str, Key("words at the first step")] = ""
    high_text: Annotated[str, Key("words at the last step")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceScreen:
    """An answer from a list."""

    KIND: ClassVar[str] = "choice"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question; `{target}` and `{question}` are the case's", at_least=1)]
    choices: Annotated[tuple[str, ...], Key("answers; empty: those of the case list", at_most=20)] = ()
    are_several_allowed: Annotated[bool, Key("more than one may be chosen")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptScreen:
    """The transcript of the dictation, to be corrected; the audio can be played at a word."""

    KIND: ClassVar[str] = "transcript"
    name: Annotated[str, name_key("name within the study")]
    text: Annotated[str, Key("question")] = "Correct recognition mistakes only."
    is_wait_skippable: Annotated[bool, Key("the reader need not wait for the transcription")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EndScreen:
    """End of the case: quality lights, next case, jump back, recalibrate, save and leave."""

    KIND: ClassVar[str] = "end"
    name: Annotated[str, name_key("name within the study")]
    is_jump_back_allowed: Annotated[bool, Key("the reader may go back to any screen")] = True
    discard_reasons: Annotated[
        tuple[str, ...], Key("reasons with which a case can be set aside, as not diagnostic")
    ] = ()


Screen: TypeAlias = (
    InstructionScreen
    | ImageScreen
    | LabelScreen
    | TextScreen
    | ShapeScreen
    | ChestBoxScreen
    | CertaintyScreen
    | LikertScreen
    | ChoiceScreen
    | TranscriptScreen
    | EndScreen
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is done with a case, screen by screen."""

    name: Annotated[str, name_key("name within the study; the case list refers to it")]
    kind: Annotated[TaskKind, Key("what a case is read for")]
    screens: Annotated[tuple[str, ...], Key("names of screens in their order", at_least=1)]
    expected_s: Annotated[
        float,
        Key("usual length of one case with all its screens, for the estimate", unit="s", low=1, high=7200),
    ] = 120.0
