# ruff: noqa: E501 - a rule of a style sheet reads best on one line
"""The style sheet, written from the tokens. Roles are dynamic properties such as ``role="primary"``."""

from __future__ import annotations

from capture_app.gui import tokens
from capture_app.gui.tokens import Colours


def style_sheet(colours: Colours) -> str:
    """Return the style sheet of one theme."""
    return "\n".join(
        (_texts(colours), _buttons(colours), _fields(colours), _panels(colours), _lists(colours))
    )


def _texts(c: Colours) -> str:
    return f"""
QLabel[role="title"] {{ font-size: {tokens.FONT_TITLE_PX}px; font-weight: 600; }}
QLabel[role="section"] {{ font-size: {tokens.FONT_SECTION_PX}px; font-weight: 600; }}
QLabel[role="secondary"] {{ font-size: {tokens.FONT_SECONDARY_PX}px; color: {c.secondary}; }}
QLabel[role="clock"] {{ font-size: {tokens.FONT_CLOCK_PX}px; font-weight: 600; }}
QLabel[role="value"] {{ font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {tokens.FONT_SECONDARY_PX}px; font-weight: 600; color: {c.secondary}; }}
QLabel[role="finding"] {{ color: {c.text}; font-size: {tokens.FONT_SECONDARY_PX}px; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line};
  padding: {tokens.SPACE_XS}px {tokens.SPACE_S}px; }}
"""


def _buttons(c: Colours) -> str:
    side = tokens.SPACE_M
    inner = tokens.CONTROL_HEIGHT - 2 * tokens.HAIRLINE
    primary_inner = tokens.PRIMARY_HEIGHT - 2 * tokens.HAIRLINE
    return f"""
QPushButton, QToolButton {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line};
  border-radius: {tokens.RADIUS}px; padding: 0 {side}px; min-height: {inner}px; }}
QToolButton {{ padding: 0 {tokens.SPACE_S}px; min-width: {tokens.MINIMUM_TARGET - 2 * tokens.SPACE_S}px; }}
QPushButton:hover, QToolButton:hover {{ background: {c.hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {c.line}; }}
QPushButton:focus, QToolButton:focus {{ border: {tokens.HAIRLINE}px solid {c.focus}; background: {c.hover}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {c.secondary}; background: {c.window}; border-color: {c.line}; }}
QPushButton:checked, QToolButton:checked {{ background: {c.selection}; border-color: {c.focus}; }}
QPushButton[role="primary"] {{ background: {c.primary}; color: {c.on_primary}; border-color: {c.primary};
  font-weight: 600; min-height: {primary_inner}px; padding: 0 {tokens.SPACE_L}px; }}
QPushButton[role="primary"]:hover {{ background: {c.primary_hover}; }}
QPushButton[role="primary"]:focus {{ border: {tokens.FOCUS_RING}px solid {c.text};
  min-height: {primary_inner - 2 * (tokens.FOCUS_RING - tokens.HAIRLINE)}px; }}
QPushButton[role="primary"]:disabled {{ background: {c.raised}; color: {c.secondary}; border-color: {c.line}; }}
QPushButton[role="bar"] {{ min-height: {primary_inner}px; padding: 0 {tokens.SPACE_L}px; }}
QToolButton[role="bar"] {{ min-height: {primary_inner}px; min-width: {primary_inner - 2 * tokens.SPACE_S}px; }}
QPushButton[role="quiet"], QToolButton[role="quiet"] {{ background: transparent; border-color: transparent; }}
QPushButton[role="verdict"] {{ background: transparent; border-color: transparent; font-size: {tokens.FONT_SECTION_PX}px;
  font-weight: 600; min-height: {primary_inner}px; padding: 0 {tokens.SPACE_S}px; }}
QPushButton[role="verdict"]:hover {{ background: {c.hover}; }}
QPushButton[role="verdict"]:focus {{ border-color: {c.focus}; }}
QPushButton[role="quiet"]:hover, QToolButton[role="quiet"]:hover {{ background: {c.hover}; }}
QPushButton[role="quiet"]:focus, QToolButton[role="quiet"]:focus {{ border-color: {c.focus}; }}
QPushButton[role="card"] {{ min-height: {tokens.START_CARD_HEIGHT}px; background: {c.surface}; text-align: left; border: {tokens.HAIRLINE}px solid {c.line}; }}
QPushButton[role="card"]:hover {{ background: {c.raised}; border-color: {c.control_line}; }}
QPushButton[role="card"]:focus {{ border-color: {c.focus}; background: {c.raised}; }}
QPushButton[role="strip"] {{ background: transparent; text-align: left; border: {tokens.HAIRLINE}px solid transparent; }}
QPushButton[role="recent"] {{ min-height: {tokens.START_ROW_HEIGHT}px; background: transparent; border-color: transparent; }}
QPushButton[role="recent"]:hover {{ background: {c.raised}; }}
QPushButton[role="recent"]:checked {{ background: {c.selection}; }}
QPushButton[role="recent"]:focus {{ border-color: {c.focus}; }}
QPushButton[role="strip"]:hover {{ background: {c.raised}; }}
QPushButton[role="strip"]:focus {{ border-color: {c.focus}; }}
QToolButton::menu-indicator {{ image: none; }}
"""


def _fields(c: Colours) -> str:
    inner = tokens.CONTROL_HEIGHT - 2 * tokens.HAIRLINE
    checked = tokens.CHECK_SIZE - 2 * (tokens.CHECK_RIM - tokens.HAIRLINE)  # no larger than the empty box
    return f"""
QLineEdit, QAbstractSpinBox, QPlainTextEdit, QKeySequenceEdit QLineEdit {{ background: {c.surface}; color: {c.text};
  border: {tokens.HAIRLINE}px solid {c.control_line}; border-radius: {tokens.RADIUS}px;
  padding: 0 {tokens.SPACE_S}px; min-height: {inner}px; selection-background-color: {c.primary};
  selection-color: {c.on_primary}; }}
QAbstractSpinBox QLineEdit {{ border: 0; padding: 0 {tokens.SPACE_S - 2}px; min-height: 0; background: transparent; }}
QAbstractSpinBox {{ max-height: {inner}px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; height: 0; border: 0; }}
QPlainTextEdit {{ padding: {tokens.SPACE_XS}px; }}
QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus {{ border-color: {c.focus}; }}
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"] {{ border-color: {c.recording}; }}
QLineEdit:disabled, QAbstractSpinBox:disabled {{ color: {c.secondary}; background: {c.window}; }}
QComboBox {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line};
  border-radius: {tokens.RADIUS}px; min-height: {inner}px; padding: 0 {tokens.SPACE_XS}px 0 {tokens.SPACE_S}px; }}
QComboBox QLineEdit {{ border: 0; padding: 0; min-height: 0; background: transparent; }}
QComboBox:disabled {{ color: {c.secondary}; background: {c.window}; }}
QComboBox:hover {{ background: {c.hover}; }}
QComboBox:focus {{ border-color: {c.focus}; }}
QComboBox[invalid="true"] {{ border-color: {c.recording}; }}
QComboBox::drop-down {{ border: 0; width: {tokens.MINIMUM_TARGET}px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line};
  selection-background-color: {c.selection}; selection-color: {c.text}; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: {tokens.MINIMUM_TARGET}px; }}
QCheckBox, QRadioButton {{ min-height: {tokens.MINIMUM_TARGET}px; spacing: {tokens.SPACE_S}px; }}
QCheckBox::indicator {{ width: {tokens.CHECK_SIZE}px; height: {tokens.CHECK_SIZE}px; background: {c.raised};
  border: {tokens.HAIRLINE}px solid {c.secondary}; border-radius: 3px; }}
QCheckBox::indicator:focus, QCheckBox::indicator:hover {{ border-color: {c.focus}; }}
QCheckBox::indicator:checked {{ background: {c.primary}; border: {tokens.CHECK_RIM}px solid {c.text};
  width: {checked}px; height: {checked}px; }}
QSlider {{ min-height: {tokens.MINIMUM_TARGET}px; }}
QSlider::groove:horizontal {{ height: {tokens.SPACE_XS}px; background: {c.control_line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.primary}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: {tokens.SPACE_L}px; height: {tokens.SPACE_L}px; margin: -{tokens.SPACE_S - 2}px 0;
  border-radius: {tokens.SPACE_S}px; background: {c.text}; border: 0; }}
QSlider::handle:horizontal:focus {{ background: {c.focus}; }}
QSlider:disabled {{ color: {c.secondary}; }}
QSlider::sub-page:horizontal:disabled {{ background: {c.control_line}; }}
QSlider::handle:horizontal:disabled {{ background: {c.secondary}; }}
QProgressBar {{ background: {c.raised}; border: 0; border-radius: 3px; max-height: {tokens.SPACE_S}px;
  min-height: {tokens.SPACE_S}px; }}
QProgressBar::chunk {{ background: {c.primary}; border-radius: 3px; }}
"""


def _panels(c: Colours) -> str:
    return f"""
QMainWindow::separator {{ background: {c.window}; width: {tokens.SPACE_XS}px; height: {tokens.SPACE_XS}px; }}
QMainWindow::separator:hover {{ background: {c.control_line}; }}
QDockWidget {{ color: {c.secondary}; font-size: {tokens.FONT_SECONDARY_PX}px; }}
QWidget[role="topbar"] {{ background: {c.surface}; border-bottom: {tokens.HAIRLINE}px solid {c.line}; }}
QWidget[role="panel"] {{ background: {c.surface}; border: {tokens.HAIRLINE}px solid {c.line};
  border-radius: {tokens.RADIUS}px; }}
QWidget[role="dockhead"] {{ background: transparent; }}
QFrame[role="rule"] {{ background: {c.line}; border: 0; max-height: {tokens.HAIRLINE}px; min-height: {tokens.HAIRLINE}px; }}
QFrame[role="popover"] {{ background: {c.raised}; border: {tokens.HAIRLINE}px solid {c.control_line};
  border-radius: {tokens.RADIUS}px; }}
QMenu {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line};
  padding: {tokens.SPACE_XS}px; }}
QMenu::item {{ padding: {tokens.SPACE_S - 1}px {tokens.SPACE_XL}px; border-radius: {tokens.SPACE_XS}px; }}
QMenu::item:selected {{ background: {c.selection}; }}
QMenu::item:disabled {{ color: {c.secondary}; }}
QMenu::separator {{ height: {tokens.HAIRLINE}px; background: {c.line}; margin: {tokens.SPACE_XS}px 0; }}
QTabBar::tab {{ background: transparent; color: {c.secondary}; padding: {tokens.SPACE_S}px {tokens.SPACE_M}px;
  border-bottom: {tokens.FOCUS_RING}px solid transparent; }}
QTabBar[role="compact"]::tab {{ padding: {tokens.SPACE_S}px {tokens.SPACE_S - 1}px; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.primary}; }}
QTabWidget::pane {{ border: 0; border-top: {tokens.HAIRLINE}px solid {c.line}; }}
"""


def _lists(c: Colours) -> str:
    return f"""
QListView, QTreeView, QTableView {{ background: transparent; border: 0; outline: 0; color: {c.text}; }}
QListView::item {{ min-height: {tokens.ROW_HEIGHT}px; padding: 0 {tokens.SPACE_S}px; border-radius: {tokens.RADIUS}px;
  border: {tokens.HAIRLINE}px solid transparent; }}
QListView::item:hover {{ background: {c.raised}; }}
QListView::item:selected {{ background: {c.selection}; color: {c.text}; }}
QListView::item:focus {{ border-color: {c.focus}; }}
QScrollArea {{ background: transparent; border: 0; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: {tokens.SPACE_M}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {tokens.SPACE_M}px; margin: 0; }}
QScrollBar::handle {{ background: {c.control_line}; border-radius: {tokens.SPACE_XS - 1}px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: {tokens.SPACE_XXL}px; }}
QScrollBar::handle:horizontal {{ min-width: {tokens.SPACE_XXL}px; }}
QScrollBar::handle:hover {{ background: {c.secondary}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
  width: 0; height: 0; }}
"""
