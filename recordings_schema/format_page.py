"""Writes the documentation's format page from the layout: ``python -m recordings_schema.format_page``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from gaze_core.rows import NO_TIME
from recordings_schema.journal import FrameKind
from recordings_schema.layout import (
    DATASETS,
    EMBEDDED_IMAGES_PATH,
    EXTENSION,
    FORMAT_NAME,
    FORMAT_VERSION,
    GROUPS,
    DatasetEnd,
    DatasetLayout,
    DatasetStart,
)
from recordings_schema.records import AttributeSpec, attribute_specs

DEFAULT_PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "format.md"

_INTRODUCTION = f"""# The recording format

This page is generated from `recordings_schema/layout.py`; do not edit it. Make it again with
`python -m recordings_schema.format_page`.

A recording is one HDF5 file with the extension `{EXTENSION}`: format `{FORMAT_NAME}`, version
{FORMAT_VERSION}. Streams are one-dimensional datasets of rows, facts are attributes of groups.

- `t_*_host_ns` are nanoseconds of the recording computer's monotonic clock, `t_device_ns` of the tracker's.
  The number {NO_TIME} means that there is no such time.
- Numbers that are not known are NaN, whole numbers -1. A sample that is not valid says so in its own column.
- Text in rows is UTF-8 of fixed length, padded with zero bytes.
- Flags are 0 or 1. Tables are JSON text.

While it is being recorded the file grows in HDF5's single-writer mode and can be read along
(`h5py.File(name, "r", swmr=True)`); what only exists once the recording is finished is marked. Beside it lies
`FILE.journal`, an append-only file from which the recording can be rebuilt; its frames
({", ".join(kind.name.lower() for kind in FrameKind)}) are described in `recordings_schema/journal.py`.
"""


def format_page() -> str:
    """Return the page in Markdown."""
    return "\n".join([_INTRODUCTION, *_groups(), *_datasets()]).rstrip() + "\n"


def _groups() -> Iterator[str]:
    yield "## Groups\n"
    for group in GROUPS:
        yield f"### `{group.path}`\n"
        yield f"{group.doc} Present: {group.presence.value}.\n"
        if group.attributes:
            yield from _attributes(group.attributes)
        if group.path == EMBEDDED_IMAGES_PATH:
            yield "Images are normally referenced by the checksums of `/images/table` and not kept inside.\n"


def _datasets() -> Iterator[str]:
    yield "## Datasets\n"
    yield "Every dataset has these attributes from the start:\n"
    yield from _attributes(attribute_specs(DatasetStart))
    yield "and these once the recording is finished:\n"
    yield from _attributes(attribute_specs(DatasetEnd))
    for dataset in DATASETS:
        yield from _dataset(dataset)


def _dataset(dataset: DatasetLayout) -> Iterator[str]:
    yield f"### `{dataset.path}`\n"
    if dataset.row_type is None:
        yield f"{dataset.doc} The attribute `columns` names the fields. Present: {dataset.presence.value}.\n"
        return
    yield f"{dataset.row_type.doc} Row type `{dataset.row_type.name}`. Present: {dataset.presence.value}.\n"
    yield "| column | type | unit | meaning |"
    yield "|---|---|---|---|"
    for column in dataset.row_type.columns:
        yield f"| `{column.name}` | `{column.type}` | {column.unit} | {_cell(column.doc)} |"
    yield ""


def _attributes(specs: tuple[AttributeSpec, ...]) -> Iterator[str]:
    yield "| attribute | type | unit | required | meaning |"
    yield "|---|---|---|---|---|"
    for spec in specs:
        required = "yes" if spec.is_required else "no"
        yield f"| `{spec.name}` | {spec.type} | {spec.unit} | {required} | {_cell(spec.doc)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@click.command()
@click.argument("page", type=click.Path(dir_okay=False, path_type=Path), default=DEFAULT_PAGE)
def main(page: Path) -> None:
    """Write the format page."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(format_page(), encoding="utf-8", newline="\n")
    click.echo(f"Wrote {page}")


if __name__ == "__main__":
    main()
