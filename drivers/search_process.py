"""A search for trackers in a process of its own.

What a vendor's library does to the process that searches (setting itself up once and for all, threads,
seconds in which no other Python code runs) so never touches the process in which trackers stream.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any, Final, TypeAlias

from drivers.contract import DriverError
from drivers.host.json_forms import found_from_json, found_to_json
from drivers.registry import DriverRequest, FoundTracker

START_S: Final = 12.0
"""For the process to begin, on a computer that is busy."""

_MOST_BYTES: Final = 4 * 1024 * 1024

SearchHere: TypeAlias = "Callable[[Mapping[str, str]], tuple[FoundTracker, ...]]"


def find_apart(
    search_here: SearchHere, request: DriverRequest, *, timeout_s: float, what: str, remedy: str
) -> tuple[FoundTracker, ...]:
    """Search in a process of its own; in this one where it is there for nothing else.

    Parameters
    ----------
    search_here
        Searches in the process it is called in, by the options of a driver; a function of a module.
    request
        Its options are handed on.
    timeout_s
        How long the search may take once it has begun; the process is killed then.
    what
        What is searched for, to go on "The search for ...".
    remedy
        What to do where the search breaks off, in sentences.

    Raises
    ------
    DriverError
        What the search raised, in its own words; or that it broke off, or did not end.
    """
    if request.is_alone:
        return search_here(request.options)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=answer_search,
        args=(there, search_here, dict(request.options)),
        name=f"search for {what}",
        daemon=True,
    )
    process.start()
    there.close()
    try:
        if not here.poll(timeout_s + START_S):
            raise DriverError(
                f"The search for {what} did not end within {timeout_s + START_S:.0f} s. {remedy}"
            )
        answer = json.loads(here.recv_bytes(_MOST_BYTES))
    except (EOFError, OSError) as error:
        raise DriverError(f"The search for {what} broke off. {remedy}") from error
    finally:
        here.close()
        process.kill()
        process.join()
    if answer["problem"]:
        raise DriverError(answer["problem"])
    return tuple(found_from_json(each) for each in answer["trackers"])


def answer_search(parent: Connection, search_here: SearchHere, options: Mapping[str, str]) -> None:
    """Search and tell what was found; the body of the process."""
    answer: dict[str, Any] = {"problem": "", "trackers": []}
    try:
        answer["trackers"] = [found_to_json(each) for each in search_here(options)]
    except DriverError as error:
        answer["problem"] = str(error)
    parent.send_bytes(json.dumps(answer).encode("ascii"))
