"""The scene a simulated eye looks at, as JSON between the processes (written by `dataclasses.asdict`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drivers.contract import Scene, ScenePane


def scene_from_json(source: Mapping[str, Any]) -> Scene:
    """Return the scene that a JSON object describes.

    Raises
    ------
    ValueError
        If a field is missing, unknown or of the wrong type.
    """
    try:
        fields = dict(source)
        panes = tuple(_pane(pane) for pane in fields.pop("panes"))
        targets = tuple((float(x), float(y)) for x, y in fields.pop("targets_norm"))
        scene = Scene(
            t_host_ns=int(fields.pop("t_host_ns")),
            luminance=float(fields.pop("luminance")),
            panes=panes,
            targets_norm=targets,
        )
    except (TypeError, ValueError, KeyError, AttributeError) as err:
        raise ValueError(f"The description of the scene is not usable: {err!r}.") from err
    if fields:
        raise ValueError(
            f"The description of the scene has the unknown fields {', '.join(map(str, fields))}."
        )
    return scene


def _pane(source: Mapping[str, Any]) -> ScenePane:
    places = tuple((float(x), float(y), float(weight)) for x, y, weight in source["places_image_px"])
    return ScenePane(
        image_id=int(source["image_id"]),
        src_image_px=_rectangle(source["src_image_px"]),
        dst_norm=_rectangle(source["dst_norm"]),
        places_image_px=places,
        luminance=float(source["luminance"]),
    )


def _rectangle(source: Any) -> tuple[float, float, float, float]:
    x, y, width, height = (float(number) for number in source)
    return x, y, width, height
