# ruff: noqa: E501 - a rule of a style sheet reads best on one line
"""The style sheet of the reader's screens, written from their look. Roles are the property ``reading``."""

from __future__ import annotations

from capture_app.gui import tokens
from capture_app.gui.reading.look import ReadingLook


def reading_style(look: ReadingLook) -> str:
    """Return the style sheet of one look."""
    return "\n".join((_texts(look), _buttons(look), _fields(look)))


def _texts(look: ReadingLook) -> str:
    c = look.shades
    return f"""
QWidget {{ color: {c.text}; font-size: {look.body_px}px; }}
QLabel {{ background: transparent; color: {c.text}; font-size: {look.body_px}px; }}
QLabel[reading="question"] {{ font-size: {look.question_px}px; font-weight: 600; }}
QLabel[reading="instruction"] {{ font-size: {look.question_px}px; }}
QLabel[reading="strong"] {{ font-weight: 600; }}
QLabel[reading="small"] {{ font-size: {look.small_px}px; color: {c.secondary}; }}
QLabel[reading="clock"] {{ font-size: {2 * look.question_px}px; font-weight: 300; }}
QFrame[reading="rule"] {{ background: {c.line}; border: 0; max-height: {tokens.HAIRLINE}px; min-height: {tokens.HAIRLINE}px; }}
QFrame[reading="card"] {{ background: {c.raised}; border: {tokens.HAIRLINE}px solid {c.control_line}; border-radius: {tokens.RADIUS}px; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line}; font-size: {look.small_px}px;
  padding: {tokens.SPACE_XS}px {tokens.SPACE_S}px; }}
"""


def _buttons(look: ReadingLook) -> str:
    c = look.shades
    inner = look.control_px - 2 * tokens.FOCUS_RING
    ring = f"{tokens.FOCUS_RING}px solid"
    return f"""
QPushButton, QToolButton {{ background: {c.raised}; color: {c.text}; border: {ring} {c.control_line}; border-radius: {tokens.RADIUS}px;
  padding: 0 {tokens.SPACE_L}px; min-height: {inner}px; font-size: {look.body_px}px; font-weight: 400; text-align: center; }}
QPushButton:hover, QToolButton:hover {{ background: {c.hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {c.line}; }}
QPushButton:checked, QToolButton:checked {{ background: {c.chosen}; border-color: {c.accent.primary}; }}
QPushButton:focus, QToolButton:focus {{ border: {ring} {c.text}; }}
QPushButton:disabled, QToolButton:disabled {{ background: transparent; color: {c.secondary}; border-color: {c.line}; }}
QPushButton[reading="primary"] {{ background: {c.accent.primary}; color: {c.accent.on_primary}; border-color: {c.accent.primary};
  font-weight: 600; padding: 0 {tokens.SPACE_XL}px; min-width: {4 * look.body_px}px; }}
QPushButton[reading="primary"]:hover {{ background: {c.accent.primary_hover}; }}
QPushButton[reading="primary"]:focus {{ border-color: {c.text}; }}
QPushButton[reading="primary"]:disabled {{ background: {c.raised}; color: {c.secondary}; border-color: {c.line}; }}
QPushButton[reading="bar"], QPushButton[reading="quiet"], QToolButton[reading="quiet"] {{ background: transparent; border-color: transparent; color: {c.text}; }}
QPushButton[reading="bar"] {{ border-color: {c.control_line}; }}
QPushButton[reading="bar"]:hover, QPushButton[reading="quiet"]:hover, QToolButton[reading="quiet"]:hover {{ background: {c.raised}; }}
QPushButton[reading="bar"]:focus, QPushButton[reading="quiet"]:focus, QToolButton[reading="quiet"]:focus {{ border-color: {c.text}; }}
QPushButton[reading="measured"] {{ background: transparent; border-color: {c.line}; color: {c.secondary}; padding: 0 {tokens.SPACE_XL}px;
  min-width: {4 * look.body_px}px; }}
QPushButton[reading="measured"]:hover {{ background: {c.raised}; }}
QPushButton[reading="measured"]:disabled {{ background: transparent; color: {c.line}; }}
QToolButton[reading="quiet"] {{ color: {c.secondary}; font-size: {look.small_px}px; padding: 0 {tokens.SPACE_S}px; min-width: {tokens.MINIMUM_TARGET - 2 * tokens.SPACE_S}px; }}
"""


def _fields(look: ReadingLook) -> str:
    c = look.shades
    ring = f"{tokens.FOCUS_RING}px solid"
    return f"""
QPlainTextEdit, QTextEdit, QLineEdit {{ background: {c.raised}; color: {c.text}; border: {ring} {c.control_line};
  border-radius: {tokens.RADIUS}px; padding: {tokens.SPACE_S}px; font-size: {look.body_px}px;
  selection-background-color: {c.accent.primary}; selection-color: {c.accent.on_primary}; }}
QPlainTextEdit:focus, QTextEdit:focus, QLineEdit:focus {{ border-color: {c.text}; }}
QScrollArea, QStackedWidget {{ background: transparent; border: 0; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: {tokens.SPACE_L}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {tokens.SPACE_L}px; margin: 0; }}
QScrollBar::handle {{ background: {c.control_line}; border-radius: {tokens.SPACE_XS}px; margin: {tokens.SPACE_XS}px; }}
QScrollBar::handle:hover {{ background: {c.secondary}; }}
QScrollBar::handle:vertical {{ min-height: {tokens.SPACE_XXL}px; }}
"""
