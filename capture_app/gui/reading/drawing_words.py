"""What is said of the shapes of a case: their names, what they lack, which labels wait for one. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from capture_app.gui.reading.drawing_scene import CanvasShape
from capture_app.session.reading import ReadingView, Shape, ShapeKind
from capture_app.session.study import Study
from capture_app.session.study.task_keys import ChestBoxScreen, LabelScreen, ShapeScreen

KIND_WORDS = {
    ShapeKind.ELLIPSE: "Ellipse",
    ShapeKind.BOX: "Box",
    ShapeKind.CHEST_BOX: "Chest box",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedShape:
    """One shape in the list beside the image."""

    number: int
    name: str  # "Ellipse 2", as the sentences of what is missing name it
    place: int  # from 1
    shape: Shape
    labels: str  # joined; "" for none
    certainty: str  # wording of its level; "" for none
    lacks: str  # "no label, no certainty"; "" where it is complete

    @property
    def line(self) -> str:
        """The shape in one line."""
        parts = (self.labels, self.certainty, self.lacks)
        return f"{self.place}  {' · '.join(part for part in parts if part) or self.name}"

    @property
    def on_canvas(self) -> CanvasShape:
        """The shape as the canvas shows it."""
        is_alone = self.shape.kind is ShapeKind.CHEST_BOX
        place = "" if is_alone else str(self.place)
        return CanvasShape(
            number=self.number,
            shape=self.shape,
            long_text=f"{place}  {self.labels}" if self.labels else place,
            short_text=place,
            is_complete=not self.lacks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGroups:
    """The labels that can be put on a shape, most wanted first."""

    waiting: tuple[str, ...]  # chosen for this case, and no shape carries it yet
    chosen: tuple[str, ...]  # chosen for this case, the others
    rest: tuple[str, ...]  # not chosen; all labels where the study has no list to choose from


def is_shape_screen(view: ReadingView) -> bool:
    """Whether findings are marked; else the chest box is drawn."""
    return isinstance(view.screen, ShapeScreen)


def kinds_of(view: ReadingView) -> tuple[ShapeKind, ...]:
    """Return what can be drawn on the screen of a view."""
    if isinstance(view.screen, ShapeScreen):
        return tuple(ShapeKind(tool.value) for tool in view.screen.tools)
    return (ShapeKind.CHEST_BOX,) if isinstance(view.screen, ChestBoxScreen) else ()


def listed_shapes(study: Study, view: ReadingView) -> tuple[ListedShape, ...]:
    """Return the shapes that belong to the screen of a view, in the order of their numbers."""
    is_finding = is_shape_screen(view)
    own = [
        (number, shape)
        for number, shape in view.shapes
        if (shape.kind is not ShapeKind.CHEST_BOX) == is_finding
    ]
    wordings = {level.screen_code: level.name for level in study.certainty}
    return tuple(
        ListedShape(
            number=number,
            name=f"{KIND_WORDS[shape.kind]} {place}" if is_finding else KIND_WORDS[shape.kind],
            place=place,
            shape=shape,
            labels=", ".join(shape.labels),
            certainty=wordings.get(shape.certainty, ""),
            lacks=", ".join(_lacks(shape, study, view)) if is_finding else "",
        )
        for place, (number, shape) in enumerate(own, 1)
    )


def label_groups(study: Study, view: ReadingView) -> LabelGroups:
    """Return the labels for shapes; those that exclude all others mean that there is nothing to mark."""
    known = {label.name: label for label in study.labels if not label.is_exclusive}
    drawn = {name for _, shape in view.shapes for name in shape.labels}
    chosen = [name for name in view.chosen_labels if name in known]
    waiting = tuple(name for name in chosen if known[name].needs_shape and name not in drawn)
    return LabelGroups(
        waiting=waiting,
        chosen=tuple(name for name in chosen if name not in waiting),
        rest=tuple(name for name in known if name not in chosen),
    )


def limit_text(view: ReadingView, shapes: tuple[ListedShape, ...]) -> str:
    """Return why nothing more can be drawn; "" where more can."""
    if isinstance(view.screen, ChestBoxScreen) and shapes:
        return "There is one box already. Move or resize it, or delete it and draw another."
    if isinstance(view.screen, ShapeScreen) and len(shapes) >= view.screen.shapes_maximum:
        return f"{len(shapes)} shapes are drawn, and that is the limit of this study. Delete one first."
    return ""


def asks_for_labels(study: Study, view: ReadingView) -> bool:
    """Whether the case has a screen on which its labels are chosen."""
    if view.planned is None:
        return False
    screens = study.screens_of(study.task_named(view.planned.task))
    return any(isinstance(screen, LabelScreen) for screen in screens)


def _lacks(shape: Shape, study: Study, view: ReadingView) -> list[str]:
    lacks = []
    if study.labels and not shape.labels:
        lacks.append("no label")
    if asks_for_labels(study, view) and any(name not in view.chosen_labels for name in shape.labels):
        lacks.append("label not chosen")
    if isinstance(view.screen, ShapeScreen) and view.screen.has_certainty and shape.certainty < 0:
        lacks.append("no certainty")
    return lacks
