"""`reading-station self-test`: every native library and the whole chain, used for real.

Each check runs in a process of its own, started afresh: one that takes its process along is a failed check
like any other, and the rest goes on.
"""

from __future__ import annotations

import json
import multiprocessing
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import click

import capture_app
from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.self_checks import CHECKS, Check, outcome_as_bytes

LONGEST_CHECK_S: Final = 120.0
_NAME_WIDTH: Final = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """How one check went."""

    name: str
    passed: bool
    seconds: float
    detail: str  # a few words, or what is wrong


def run_self_test(
    report: Path | None,
    as_json: bool,
    *,
    checks: Sequence[Check] = CHECKS,
    longest_check_s: float = LONGEST_CHECK_S,
) -> int:
    """Run the checks, print how they went, write the report; return the exit code.

    Parameters
    ----------
    report
        File for the results as JSON; replaced if it is there. None: no file.
    as_json
        Print the JSON instead of a table.
    checks, longest_check_s
        What is checked, and after how many seconds a check counts as failed.

    Raises
    ------
    CommandError
        If there is no room for temporary files, or the report cannot be written.
    """
    results = []
    for check in checks:
        result = _run(check, longest_check_s)
        results.append(result)
        if not as_json:
            word = "passed" if result.passed else "FAILED"
            click.echo(f"{result.name:{_NAME_WIDTH}}{word}  {result.seconds:5.1f} s  {result.detail}")
    is_passed = all(result.passed for result in results)
    document = {
        "version": capture_app.__version__,
        "is_frozen": hasattr(sys, "_MEIPASS"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "passed": is_passed,
        "checks": [asdict(result) for result in results],
    }
    if report is not None:
        _write(report, document)
    if as_json:
        print_json(document)
    elif is_passed:
        click.echo(f"All {len(results)} checks passed.")
    else:
        failed = [result.name for result in results if not result.passed]
        click.echo(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}.", err=True)
    return int(ExitCode.OK if is_passed else ExitCode.FINDINGS)


def _run(check: Check, longest_s: float) -> CheckResult:
    began_s = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="reading-station-", ignore_cleanup_errors=True) as folder:
            passed, detail = _outcome(check, Path(folder), longest_s)
    except OSError as err:
        raise CommandError(
            f"The folder for temporary files cannot be used ({err}). Make room there, or set TMPDIR.",
            ExitCode.RECORDING,
        ) from err
    seconds = round(time.perf_counter() - began_s, 3)
    return CheckResult(name=check.name, passed=passed, seconds=seconds, detail=detail)


def _outcome(check: Check, folder: Path, longest_s: float) -> tuple[bool, str]:
    """Return whether the check passed, and its words."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    # Not a daemon: checks start processes of their own.
    child = context.Process(target=_child_main, args=(sender, check, folder), name=f"self-test {check.name}")
    child.start()
    sender.close()
    try:
        if not receiver.poll(longest_s):
            return False, f"It did not end within {longest_s:g} s and was given up."
        answer: dict[str, Any] = json.loads(receiver.recv_bytes())
        child.join(longest_s)
        if child.exitcode != 0:
            return False, f"Its process did not end well (exit code {child.exitcode})."
        return bool(answer["passed"]), str(answer["detail"])
    except EOFError:
        child.join(longest_s)
        return False, f"Its process died (exit code {child.exitcode})."
    finally:
        receiver.close()
        child.kill()
        child.join()
        child.close()


def _child_main(sender: Connection, check: Check, folder: Path) -> None:
    sender.send_bytes(outcome_as_bytes(check, folder))


def _write(report: Path, document: dict[str, object]) -> None:
    try:
        report.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as err:
        raise CommandError(
            f"The report {report} cannot be written ({err.strerror}). Name another file.", ExitCode.INPUT
        ) from err
