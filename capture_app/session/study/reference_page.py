"""Writes the documentation's page on study files from the model.

``python -m capture_app.session.study.reference_page``; every change is checked for whether it is current.
"""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from capture_app.session.study.audit import AUDIT_COLUMNS, AUDIT_FILE
from capture_app.session.study.case_table import CASE_COLUMNS, IMAGE_COLUMNS
from capture_app.session.study.check_tasks import PHASES
from capture_app.session.study.keys import Declared, declared_keys, item_type, kind_of, type_words, variants
from capture_app.session.study.model import STUDY_EXTENSION, Study
from capture_app.session.study.presets import PRESETS
from capture_app.session.study.reference import REFERENCE_COLUMNS
from gaze_core.fixations.parameters import PARAMETER_TYPES

DEFAULT_PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "reference" / "study-file.md"

_PRESET_NAMES: Final = ", ".join(f"`{name}`" for name in PRESETS)
_INTRODUCTION: Final = f"""# The study file

This page is generated from `capture_app/session/study`; do not edit it. Make it again with
`python -m capture_app.session.study.reference_page`.

A study is a folder with one study file `*{STUDY_EXTENSION}` (TOML text, UTF-8), a case list, a reference
standard and the images. [Make a study](../how-to/make-a-study.md) says how to go about it;
`reading-station study check FOLDER` names every mistake with its file, line and remedy. Presets:
{_PRESET_NAMES}.

- A key that is not written has its default. Keys without a default are required.
- Files are named relative to the study folder, with `/`, and lie inside it.
- Units stand at the end of the names. Grey levels are 0 (black) to 255 (white).
"""


def reference_page() -> str:
    """Return the page in Markdown."""
    parts = [
        _INTRODUCTION,
        *_top_level(),
        *_detectors(),
        *_task_kinds(),
        *_tables(),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _top_level() -> Iterator[str]:
    plain = [key for key in declared_keys(Study) if not _record_types(key.hint)]
    yield "## Top of the file\n"
    yield from _keys(plain)
    for key in declared_keys(Study):
        for record_type in _record_types(key.hint):
            yield from _section(key, record_type)


def _section(key: Declared, record_type: type[Any]) -> Iterator[str]:
    is_array = item_type(key.hint) is not None
    name = f"[[{key.name}]]" if is_array else f"[{key.name}]"
    is_variant = hasattr(record_type, "KIND")
    kind = f', `kind = "{kind_of(record_type)}"`' if is_variant else ""
    required = " Required." if key.is_required else ""
    meaning = (record_type.__doc__ or "").strip() if is_variant else f"{_sentence(key.key.doc)}{required}"
    yield f"## `{name}`{kind}\n"
    yield f"{meaning}\n"
    keys = declared_keys(record_type)
    yield from _keys([inner for inner in keys if not _record_types(inner.hint)])
    for inner in keys:
        for nested in _record_types(inner.hint):
            yield from _section(dataclasses.replace(inner, name=f"{key.name}.{inner.name}"), nested)


def _keys(keys: list[Declared]) -> Iterator[str]:
    yield "| key | type | unit | allowed | default | meaning |"
    yield "|---|---|---|---|---|---|"
    for key in keys:
        yield (
            f"| `{key.name}` | {type_words(key.hint)} | {key.key.unit} | {_allowed(key)} | {_default(key)} | "
            f"{_cell(key.key.doc)} |"
        )
    yield ""


def _allowed(key: Declared) -> str:
    hint = item_type(key.hint) or key.hint
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return ", ".join(f"`{member.value}`" for member in hint)
    if key.key.choices:
        return ", ".join(str(choice) for choice in key.key.choices)
    if key.key.low is not None and key.key.high is not None:
        return f"{key.key.low:.16g} to {key.key.high:.16g}"
    return _cell(key.key.rule)


def _default(key: Declared) -> str:
    if key.is_required:
        return "required"
    value = key.default
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        words = ", ".join(str(item.value if isinstance(item, enum.Enum) else item) for item in value)
        return _cell(words) or "none"
    if isinstance(value, enum.Enum):
        return f"`{value.value}`"
    if isinstance(value, (str, dict)):
        return f"`{value}`" if value else "empty"
    return f"{value:g}"


def _detectors() -> Iterator[str]:
    yield "## Parameters of the detectors\n"
    yield "For `parameters` of `[analysis.detector]`; see [detectors](../explanations/detectors.md).\n"
    yield "| detector | parameters and their defaults |"
    yield "|---|---|"
    for name, parameters in PARAMETER_TYPES.items():
        defaults = ", ".join(
            f"`{item.name}` {_plain(item.default)}"
            for item in dataclasses.fields(parameters)
            if item.name != "eye"
        )
        yield f"| `{name.value}` | {defaults} |"
    yield ""


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{value.value}`" if isinstance(value, enum.Enum) else f"{value:g}"


def _task_kinds() -> Iterator[str]:
    yield "## Kinds of task\n"
    yield "| kind | phases of its image screens, in this order |"
    yield "|---|---|"
    for kind, phases in PHASES.items():
        yield f"| `{kind.value}` | {', '.join(f'`{phase.value}`' for phase in phases)} |"
    yield ""


def _tables() -> Iterator[str]:
    yield "## Case list\n"
    yield (
        "A CSV file, UTF-8; comma, semicolon or tab between values. Its first line names the columns. Lines "
        "that are empty or begin with `#` are passed over. `case_id` and `image` are required.\n"
    )
    further = IMAGE_COLUMNS[2:]
    yield from _columns({name: doc for name, doc in CASE_COLUMNS.items() if name not in further})
    yield f"Further images: up to `{IMAGE_COLUMNS[-1]}`.\n"
    yield "## Reference standard\n"
    yield (
        "A CSV file of the same kind, one line per finding of a case. `case_id` and `source` are required. "
        "Neither reader nor operator is shown it; the program reads it for practice with feedback, exports "
        "and the report.\n"
    )
    yield from _columns(REFERENCE_COLUMNS)
    yield f"## `{AUDIT_FILE}`\n"
    yield (
        "Written by `reading-station study check FOLDER --write-order`, before the first reader. Once there "
        "it is never changed, only made longer for readers who are planned later; a check says when the "
        f"study would give another order. Columns: {', '.join(f'`{name}`' for name in AUDIT_COLUMNS)}.\n"
    )


def _columns(columns: dict[str, str]) -> Iterator[str]:
    yield "| column | meaning |"
    yield "|---|---|"
    for name, doc in columns.items():
        yield f"| `{name}` | {_cell(doc)} |"
    yield ""


def _record_types(hint: Any) -> tuple[type[Any], ...]:
    """Return the records a table or an array of tables may hold, nothing for a plain value."""
    inner = item_type(hint) or hint
    if variants(inner):
        return variants(inner)
    is_record = dataclasses.is_dataclass(inner) and typing.get_origin(inner) is None
    return (inner,) if is_record else ()


def _sentence(doc: str) -> str:
    return f"{doc[0].upper()}{doc[1:]}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@click.command()
@click.argument("page", type=click.Path(dir_okay=False, path_type=Path), default=DEFAULT_PAGE)
def main(page: Path) -> None:
    """Write the page on study files."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(reference_page(), encoding="utf-8", newline="\n")
    click.echo(f"Wrote {page.name}.")


if __name__ == "__main__":
    main()
