"""What GazeSearch's training loader makes of an entry, written anew: the oracle for what we write."""

from __future__ import annotations

from typing import Any

SIDE_PX, PATCH_PX, LONGEST = 224, 16, 6
PATCHES = SIDE_PX // PATCH_PX
STOP = PATCHES * PATCHES


def places(x: float, y: float) -> tuple[int, int, list[float]]:
    """Patch on the 14 x 14 grid, pixel of 224 x 224, centre of the patch."""
    patch = int(y // PATCH_PX) * PATCHES + int(x // PATCH_PX)
    row, column = divmod(patch, PATCHES)
    return patch, int(y) * SIDE_PX + int(x), [column * PATCH_PX + 8.0, row * PATCH_PX + 8.0]


def training_rows(entry: dict[str, Any]) -> list[list[Any]]:
    """One row for each later fixation and one to stop; the first fixation becomes the centre."""
    assert "*" not in entry["task"] + entry["name"]
    assert "_" not in entry["task"] + entry["name"]
    points = [[112, 112], *([x, y] for x, y in zip(entry["X"][1:], entry["Y"][1:], strict=True))]
    lasting = entry["T"]
    head, rows = [entry["name"], entry["task"], entry["condition"]], []
    for number in range(1, entry["length"]):
        x, y = points[number]
        if 0 <= x < SIDE_PX and 0 <= y < SIDE_PX:
            rows.append(
                [*head, points[:number], places(x, y)[1], False, entry["subject"], sum(lasting[:number])]
            )
    if len(points) <= LONGEST:
        rows.append([*head, points, STOP, True, entry["subject"], sum(lasting[: entry["length"]])])
    return rows
