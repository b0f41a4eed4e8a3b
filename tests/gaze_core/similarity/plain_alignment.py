"""Alignments cell by cell, as a textbook writes them: what the array versions are held against."""

from __future__ import annotations

import math


def cheapest_way(cost):
    """Return total cost and cells of the cheapest way through a table; diagonal first, then up."""
    rows, columns = len(cost), len(cost[0])
    total = [[math.inf] * (columns + 1) for _ in range(rows + 1)]
    total[0][0] = 0.0
    for row in range(rows):
        for column in range(columns):
            before = min(total[row][column], total[row][column + 1], total[row + 1][column])
            total[row + 1][column + 1] = cost[row][column] + before
    row, column = rows - 1, columns - 1
    cells = [(row, column)]
    while row or column:
        steps = (
            (total[row][column], 1, 1),
            (total[row][column + 1], 1, 0),
            (total[row + 1][column], 0, 1),
        )
        _, down, right = min(steps, key=lambda step: step[0])
        row, column = row - down, column - right
        cells.append((row, column))
    return total[rows][columns], cells


def best_score(first, second, score, gap):
    """Return the last and the highest value of the table of gapped alignments."""
    table = [[gap * column for column in range(len(second) + 1)]]
    for row, symbol in enumerate(first, 1):
        table.append([gap * row])
        for column, other in enumerate(second, 1):
            table[row].append(
                max(
                    table[row - 1][column - 1] + score(symbol, other),
                    table[row - 1][column] + gap,
                    table[row][column - 1] + gap,
                )
            )
    return table[-1][-1], max(max(line) for line in table)
