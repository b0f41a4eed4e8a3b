"""The case loop without windows, its state as a fold over rows, and a pseudo-reader that goes through it."""

from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.attempts import Attempt, CaseState, Ending, Shape, ShapeKind
from capture_app.session.reading.emitter import NamedRows
from capture_app.session.reading.errors import HistoryError, ReadingError
from capture_app.session.reading.gaze_loss import CaseGrade, GazeLoss, Light, LossMeter, grade_case
from capture_app.session.reading.images import ShownImage
from capture_app.session.reading.loop import ReadingLoop
from capture_app.session.reading.names import By, Cause, Event, Subject
from capture_app.session.reading.practice_key import PracticeKey
from capture_app.session.reading.reading_state import ReadingState, RecordingRows
from capture_app.session.reading.recorded import DATASET_OF, rows_of
from capture_app.session.reading.robot import RobotHabits, RobotReader
from capture_app.session.reading.stages import Prompt, Stage
from capture_app.session.reading.view import InterruptedCase, ReadingView, case_state_of, progress_of
from capture_app.session.reading.worklist import Fate, PracticeStage, Worklist

__all__ = [
    # The loop and what it shows.
    "ReadingLoop", "ReadingView", "ShownImage", "InterruptedCase", "Stage", "Prompt", "NamedRows",
    # What is read.
    "Worklist", "Fate", "PracticeStage", "PracticeKey",
    # Cases.
    "Attempt", "CaseState", "Ending", "case_state_of", "progress_of", "Shape", "ShapeKind", "AnswerValue",
    # Judging them.
    "LossMeter", "GazeLoss", "CaseGrade", "Light", "grade_case",
    # Rows.
    "ReadingState", "RecordingRows", "rows_of", "DATASET_OF", "By", "Cause", "Event", "Subject",
    # A reader of our own.
    "RobotReader", "RobotHabits",
    "ReadingError", "HistoryError",
]  # fmt: skip
