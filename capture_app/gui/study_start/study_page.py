"""The page of an open study before a session: what it is, the start form, the station, and the start."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import ElidedLabel, label, rule
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.study_start.hardware_panel import HardwarePanel
from capture_app.gui.study_start.start_form_panel import StartFormPanel
from capture_app.gui.study_start.study_column import StudyColumn
from capture_app.gui.tokens import Colours
from capture_app.session.hardware_check import HardwareLine, blocking_sentence, is_reason_needed
from capture_app.session.states import DictationState
from capture_app.session.study import OpenedStudy, Study
from capture_app.session.study_desk.start_form import FieldProblem, form_problems
from capture_app.session.study_desk.states import StartForm, StartPlan
from capture_app.session.study_desk.study_words import study_facts


class StudyPage(QWidget):
    """Renders what it is told and says what the person wants; keeps forms of this sitting, never on disk."""

    plan_wanted = Signal(str)  # reader; asked once typing rests
    start_requested = Signal(object)  # StartForm
    close_requested = Signal()  # put the study away
    export_requested = Signal()  # its recordings

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("study_page")
        self._study: Study | None = None
        self._consent_sha256 = ""
        self._plan: StartPlan | None = None
        self._lines: tuple[HardwareLine, ...] = ()
        self._is_changed = False  # the files on the disk are not those that were opened
        self._preparing = ""  # the session that was asked for is being prepared
        self._was_tried = False  # the start was asked for: all that is missing is shown
        self._kept: dict[str, tuple[str, StartForm]] = {}  # by reader: checksum agreed to, form
        self._reader = ""  # whose answers are in the fields
        self.title = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self.title.setProperty("role", "title")
        self.place = ElidedLabel(self)
        self.place.setProperty("role", "secondary")
        self.column = StudyColumn(colours, self)
        self.form = StartFormPanel(self)
        self.hardware = HardwarePanel(colours, self)
        self.notice = SentenceLine(colours, self)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText(self.tr("Reason to start all the same; kept in the recording"))
        self.reason.setAccessibleName(self.tr("Reason to start all the same"))
        self.close_button = QPushButton(self.tr("Put the study away"), self)
        self.export_button = QPushButton(self.tr("Export…"), self)
        self.export_button.setToolTip(self.tr("Write the readings of this study as a published dataset"))
        self.start_button = QPushButton(self.tr("Start"), self)
        self.start_button.setProperty("role", "primary")
        self._form_area = self._scrolled(self.form)
        self._plan_timer = QTimer(self)
        self._plan_timer.setSingleShot(True)
        self._plan_timer.setInterval(tokens.PLAN_INTERVAL_MS)
        self._lay_out()
        self._connect()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for part in (self.column, self.hardware, self.notice):
            part.set_colours(colours)

    def show_study(self, opened: OpenedStudy, consent_text: str, consent_sha256: str) -> None:
        """Show a study that was opened, with the text its readers agree to."""
        self._keep_form()
        self._study = opened.study
        if consent_sha256 != self._consent_sha256:  # nobody has agreed to this text yet
            self.form.show_form(replace(self.form.form_now(), is_consent_given=False))
        self._consent_sha256 = consent_sha256
        self._is_changed = False
        self.title.set_text(opened.study.study.title)
        self.place.set_text(str(opened.path))
        self.column.show_facts(study_facts(opened))
        self.column.show_change("", can_reopen=False)
        self.form.show_study(opened.study, consent_text, consent_sha256)
        self.form.reader.setFocus()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Another session is to come: the plan of before is over, and so is the reason."""
        self._plan, self._was_tried = None, False
        self.reason.clear()
        self.form.show_plan("")
        self.form.forget_touched()
        self._plan_timer.start()
        self._render()

    def show_change(self, sentence: str, *, can_reopen: bool) -> None:
        """Say that the study on the disk is another one by now; with it no session starts."""
        self._is_changed = bool(sentence)
        self.column.show_change(sentence, can_reopen=can_reopen)
        self._render()

    def show_preparing(self, sentence: str) -> None:
        """Say that a session is being prepared, and start no other meanwhile; "" where that is over."""
        self._preparing = sentence
        self._render()

    def show_plan(self, plan: StartPlan) -> None:
        """Show what the reader would do now; a plan of somebody else comes too late."""
        if plan.reader != self.form.form_now().reader:
            return
        self._plan = plan
        if plan.last_form is not None:
            self.form.show_form(self.form.with_lasting_answers(self.form.form_now(), plan.last_form))
        self.form.show_plan(self._plan_words(plan))
        self._render()

    def show_plan_refused(self, reader: str, sentence: str) -> None:
        """Show at the reader why there is no plan; of somebody else it comes too late."""
        if reader == self.form.form_now().reader:
            self.form.show_finding("reader", sentence)
            self._go_to("reader")

    def show_hardware(
        self, lines: tuple[HardwareLine, ...], distance_mm: float, microphone: DictationState | None
    ) -> None:
        """Show the station as it is now."""
        self._lines = lines
        self.hardware.render_lines(lines, microphone)
        self.form.show_distance(distance_mm)
        self._render()

    def forms_kept(self) -> int:
        """Return how many readers' forms are kept in this sitting."""
        return len(self._kept)

    def _connect(self) -> None:
        self._plan_timer.timeout.connect(self._ask_for_plan)
        self.form.reader_changed.connect(self._reader_typed)
        self.form.changed.connect(self._render)
        self.reason.textChanged.connect(self._render)
        self.close_button.clicked.connect(self.close_requested)
        self.export_button.clicked.connect(self.export_requested)
        self.start_button.clicked.connect(self._start)

    def _reader_typed(self, _reader: str) -> None:
        """Forget the plan of whoever stood there before; typing may go on."""
        self._plan = None
        self.form.show_plan("")
        self._plan_timer.start()
        self._render()

    def _reader_settled(self, reader: str) -> None:
        """Show the answers of this reader, not those of the one before."""
        before, self._reader = self._reader, reader
        kept = self._kept.get(reader)
        if kept is not None:
            sha256, form = kept
            agreed = form.is_consent_given and sha256 == self._consent_sha256
            self.form.show_form(replace(form, is_consent_given=agreed))
        elif before and not self._is_typing_on(before, reader):
            self.form.show_form(StartForm(reader=reader))
        if before != reader:
            self.form.forget_touched()
            self._was_tried = False

    def _is_typing_on(self, before: str, reader: str) -> bool:
        """Return whether the name before was but the beginning of this one, or had letters too many."""
        is_somebody = before in self._kept or (self._study and before in self._study.readers.planned)
        return not is_somebody and (reader.startswith(before) or before.startswith(reader))

    def _ask_for_plan(self) -> None:
        reader = self.form.form_now().reader
        if self._study is None or not reader:
            return
        if reader != self._reader:
            self._keep_answers_before(reader)
            self._reader_settled(reader)
            self._render()
        if any(problem.field == "reader" for problem in self._problems()):
            return
        self.plan_wanted.emit(reader)

    def _start(self) -> None:
        self._was_tried = True
        self._keep_form()
        problems = self._problems()
        self._render()
        blocking = [problem for problem in problems if problem.is_blocking]
        if blocking:
            self._go_to(blocking[0].field)
        elif self._needs_reason(problems) and not self.reason.text().strip():
            self.reason.setFocus()
        elif self._plan is None:
            self._ask_for_plan()
        else:
            form = self.form.form_now()
            reason = self.reason.text().strip() if self._needs_reason(problems) else ""
            self.start_requested.emit(replace(form, period=self._plan.period, reason_to_start=reason))

    def _go_to(self, field: str) -> None:
        """Put the cursor into a field of the form, and the field into view."""
        self.form.focus_field(field)
        self._form_area.ensureWidgetVisible(self.form.field_named(field))

    def _keep_form(self) -> None:
        """Keep what was entered for this reader, for as long as the program runs."""
        form = self.form.form_now()
        if form.reader and self._reader in ("", form.reader):
            self._reader = form.reader
            self._kept[form.reader] = (self._consent_sha256, form)

    def _keep_answers_before(self, reader: str) -> None:
        """Keep the answers in the fields for whoever gave them, before those of `reader` are shown."""
        before = self._reader
        if before and not self._is_typing_on(before, reader):
            self._kept[before] = (self._consent_sha256, replace(self.form.form_now(), reader=before))

    def _problems(self) -> tuple[FieldProblem, ...]:
        if self._study is None:
            return ()
        return form_problems(self._study, self.form.form_now(), has_consent_text=bool(self._consent_sha256))

    def _needs_reason(self, problems: tuple[FieldProblem, ...]) -> bool:
        is_form_odd = any(not problem.is_blocking for problem in problems)
        return is_form_odd or is_reason_needed(self._lines)

    def _render(self) -> None:
        """Show problems, reason and button as they are now."""
        if self._study is None:
            return
        problems = self._problems()
        self.form.show_problems(problems, also_untouched=self._was_tried)
        blocked = self._blocked()
        is_complete = not any(problem.is_blocking for problem in problems)
        needs_reason = self._was_tried and not blocked and is_complete and self._needs_reason(problems)
        self.reason.setVisible(needs_reason)
        level, sentence = self._notice(problems, blocked)
        self.notice.say(level, sentence)
        self.start_button.setEnabled(not blocked and not self._preparing)
        self.close_button.setEnabled(not self._preparing)
        text = self._start_words()
        if self.start_button.text() != text:
            self.start_button.setText(text)

    def _blocked(self) -> str:
        """Return why no session can start, whatever the form says."""
        if self._is_changed:
            return self.tr("The study was changed on the disk. Open it again before a session.")
        if self._plan is not None and self._plan.blocked:
            return self._plan.blocked
        return blocking_sentence(self._lines)

    def _notice(self, problems: tuple[FieldProblem, ...], blocked: str) -> tuple[str, str]:
        if self._preparing:
            return "information", self._preparing
        if blocked:
            return "bad", blocked
        if not self._was_tried:
            return "information", ""
        count = sum(problem.is_blocking for problem in problems)
        if count:
            words = (
                self.tr("One field is to be filled in.")
                if count == 1
                else self.tr("{0} fields are to be filled in.")
            )
            return "attention", words.format(count)
        odd = [line.title for line in self._lines if line.level == "attention"]
        odd += [self.tr("Room light") for problem in problems if problem.field == "room_lux"]
        if odd and not self.reason.text().strip():
            words = self.tr("Not as the study wants it: {0}. Put it right, or give a reason.")
            return "attention", words.format(", ".join(odd))
        return "information", ""

    def _start_words(self) -> str:
        plan = self._plan
        if plan is None:
            return self.tr("Start")
        if plan.unended is not None:
            return self.tr("Start: the end of {0}").format(plan.unended.stem)
        if plan.interrupted:
            return self.tr("Start: {0}, at the interrupted case {1}").format(plan.reader, plan.interrupted)
        words = self.tr("Start: {0}, case {1} of {2}")
        return words.format(plan.reader, min(plan.counted + 1, plan.quota), plan.quota)

    def _plan_words(self, plan: StartPlan) -> str:
        sentences = []
        if plan.periods > 1:
            sentences.append(self.tr("Period {0} of {1}.").format(plan.period, plan.periods))
        sentences.append(self.tr("{0} of {1} cases count so far.").format(plan.counted, plan.quota))
        if plan.last_calibration:
            sentences.append(self.tr("Last calibration: {0}.").format(plan.last_calibration))
        return " ".join((*sentences, *plan.sentences))

    def _lay_out(self) -> None:
        self.column.setFixedWidth(tokens.STUDY_FACTS_WIDTH)
        station = QWidget(self)
        station_column = QVBoxLayout(station)
        station_column.setContentsMargins(0, 0, 0, 0)
        station_column.setSpacing(tokens.SPACE_S)
        station_column.addWidget(label(self.tr("This station"), "section", station))
        station_column.addWidget(self._scrolled(self.hardware), 1)
        station.setFixedWidth(tokens.STUDY_STATION_WIDTH)
        body = QHBoxLayout()
        body.setSpacing(tokens.SPACE_XL)
        body.addWidget(self.column)
        body.addWidget(self._form_area, 1)
        body.addWidget(station)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_M)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.export_button)
        buttons.addWidget(self.notice, 2, Qt.AlignmentFlag.AlignVCenter)
        buttons.addWidget(self.reason, 3)
        buttons.addStretch(0)
        buttons.addWidget(self.start_button)
        inner = QWidget(self)
        inner.setMaximumWidth(tokens.STUDY_PAGE_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_L, tokens.SPACE_XL, tokens.SPACE_L)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self.title)
        column.addWidget(self.place)
        column.addWidget(rule(inner))
        column.addLayout(body, 1)
        column.addWidget(rule(inner))
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)

    def _scrolled(self, content: QWidget) -> QScrollArea:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        return area
