"""What the button More of a replay offers, in the order of this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

if TYPE_CHECKING:
    from capture_app.gui.replay.window import ReplayWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """One line of the menu."""

    title: str  # with an ellipsis where it asks something first
    tip: str
    act: Callable[[ReplayWindow], object]
    begins_group: bool = False  # a line above it


def _readers(window: ReplayWindow) -> None:
    from capture_app.gui.compare.choosing import door_of

    door_of(window).ask()


def _similar(window: ReplayWindow) -> None:
    from capture_app.gui.similarity.opening import open_similar

    open_similar(window)


def _picture(window: ReplayWindow) -> None:
    from capture_app.gui.film.saving import saver_of

    saver_of(window).ask_for_picture()


def _film(window: ReplayWindow) -> None:
    from capture_app.gui.film.saving import saver_of

    saver_of(window).ask_for_film()


def _contact_sheet(window: ReplayWindow) -> None:
    from capture_app.gui.film.saving import saver_of

    saver_of(window).ask_for_sheet()


def _export(window: ReplayWindow) -> None:
    from capture_app.gui.datasets.opening import export_replayed

    export_replayed(window)


def _find_images(window: ReplayWindow) -> None:
    window.ask_for_folder()


def _perceptual_errors(window: ReplayWindow) -> None:
    from capture_app.gui.replay.error_window import ErrorWindow

    opened = ErrorWindow(window.source.path, window.pictures, window)
    opened.moment_chosen.connect(window.go_to)
    opened.show()


def _information(window: ReplayWindow) -> None:
    window.information_requested.emit(window.source.path)


def _keys(window: ReplayWindow) -> None:
    window.show_keys()


ENTRIES: Final[tuple[MenuEntry, ...]] = (
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Readers side by side…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "Others who read this image, beside or over each other")),
        act=_readers,
        begins_group=True,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Similar readings…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "Readings of this study that are alike by gaze")),
        act=_similar,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Save picture…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "What is shown now, as PNG or SVG of any size")),
        act=_picture,
        begins_group=True,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Save film…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "A case as MP4, with what is chosen on the page View")),
        act=_film,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Save contact sheet…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "One picture with the scanpath of each case")),
        act=_contact_sheet,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Export…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "This recording as a published dataset")),
        act=_export,
        begins_group=True,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Error report…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "Missed findings: search, recognition or decision")),
        act=_perceptual_errors,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Find images…")),
        tip=str(QT_TRANSLATE_NOOP("replay", "Name the folder the images are in")),
        act=_find_images,
        begins_group=True,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Information")),
        tip=str(QT_TRANSLATE_NOOP("replay", "What this recording holds, and whether all of it is in order")),
        act=_information,
    ),
    MenuEntry(
        title=str(QT_TRANSLATE_NOOP("replay", "Keys of the replay")),
        tip=str(QT_TRANSLATE_NOOP("replay", "What the keys do  (?)")),
        act=_keys,
    ),
)


def more_button(window: ReplayWindow, parent: QWidget) -> QPushButton:
    """Return the button with its menu."""
    button = QPushButton(QCoreApplication.translate("replay", "More"), parent)
    button.setObjectName("button_more")
    menu = QMenu(button)
    menu.setToolTipsVisible(True)
    for entry in ENTRIES:
        if entry.begins_group and menu.actions():
            menu.addSeparator()
        action = menu.addAction(QCoreApplication.translate("replay", str(entry.title)))
        action.setToolTip(QCoreApplication.translate("replay", str(entry.tip)))
        action.triggered.connect(partial(_act, entry, window))
    button.setMenu(menu)
    return button


def _act(entry: MenuEntry, window: ReplayWindow, *_checked: bool) -> None:
    entry.act(window)
