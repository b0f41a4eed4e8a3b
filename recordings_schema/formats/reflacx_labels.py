"""Labels of REFLACX's first phase under the names of the later ones, as the MIMIC-Eye applications do."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, TypeAlias

from recordings_schema.formats.importing import ImportedCase
from recordings_schema.formats.options import Option

LATER_NAMES: Final = {
    "Mass": "Lung nodule or mass",
    "Nodule": "Lung nodule or mass",
    "Emphysema": "High lung volume / emphysema",
    "Pleural thickening": "Pleural abnormality",
    "Pleural effusion": "Pleural abnormality",
}

HarmoniseLabels: TypeAlias = Annotated[
    bool, Option("give labels of the first phase the names of the later ones: Mass and Nodule become one")
]


def harmonised(case: ImportedCase) -> ImportedCase:
    """Return a case whose labels have the later names; two that become one count once."""
    renamed = [replace(label, name=LATER_NAMES.get(label.name, label.name)) for label in case.labels]
    labels = {label.name: label for label in renamed}
    return replace(
        case,
        labels=tuple(labels.values()),
        chosen=_renamed(case.chosen),
        shapes=tuple(replace(shape, labels=_renamed(shape.labels)) for shape in case.shapes),
        answers=tuple(
            replace(answer, value=_renamed(answer.value)) if isinstance(answer.value, tuple) else answer
            for answer in case.answers
        ),
    )


def _renamed(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(LATER_NAMES.get(name, name) for name in names))
