"""Keys of a study file about the datasets that the study feeds, and their check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from capture_app.session.study.keys import Key, Scalar
from recordings_schema.formats.contract import Format, FormatError
from recordings_schema.formats.options import FormatOptionError, options_from_texts
from recordings_schema.formats.registry import find_format

if TYPE_CHECKING:
    from capture_app.session.study.checker import StudyChecker


@dataclass(frozen=True, slots=True, kw_only=True)
class Datasets:
    """Which published formats the readings go to."""

    formats: Annotated[
        tuple[str, ...],
        Key("formats that each finished case is tried in while the session runs; empty: none", at_most=20),
    ] = ()
    options: Annotated[
        dict[str, Scalar], Key("options of these formats that differ from their defaults, as FORMAT.NAME")
    ] = field(default_factory=dict)


def option_texts(name: str, options: Mapping[str, Scalar]) -> dict[str, str]:
    """Return the options of one format as they are written on the command line."""
    own = {key.partition(".")[2]: value for key, value in options.items() if key.partition(".")[0] == name}
    return {key: _text(value) for key, value in own.items()}


def format_options(published: Format[Any], options: Mapping[str, Scalar]) -> Any:
    """Return the options of a format as a study has them.

    Raises
    ------
    FormatOptionError
        If a name or a value is not usable.
    """
    return options_from_texts(published.options_type, option_texts(published.name, options))


def check_datasets(check: StudyChecker) -> None:
    """Check that formats and options are known."""
    datasets = check.study.datasets
    for name in datasets.formats:
        try:
            published = find_format(name)
        except FormatError as err:
            check.error(("datasets", "formats"), str(err), "`reading-station formats` lists them.")
            continue
        try:
            format_options(published, datasets.options)
        except FormatOptionError as err:
            check.error(
                ("datasets", "options"), f"{name}: {err}", f"`reading-station formats {name}` lists them."
            )
    for key in datasets.options:
        if key.partition(".")[0] not in datasets.formats:
            check.error(
                ("datasets", "options", key),
                f"The option {key} is for none of the formats named.",
                "Write it as FORMAT.NAME, and name the format in `formats`.",
                ("datasets", "formats"),
            )


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
