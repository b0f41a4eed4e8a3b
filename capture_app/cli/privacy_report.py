"""What `scan-privacy` does and prints."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.privacy.scan import PrivacyReport, scan_folder
from capture_app.session.privacy.sources import SourceHeaders, collect_headers


def scan(folder: Path, headers: Path | None, *, as_json: bool) -> int:
    """Scan a folder and print what was found; return the exit code."""
    for each in (folder, headers):
        if each is not None and not each.is_dir():
            raise CommandError(f"{each} is not there or is no folder. Correct the name.", ExitCode.INPUT)
    folder = folder.resolve()
    source_folder = folder if headers is None else headers.resolve()
    with Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
        task = progress.add_task("reading headers", total=None)
        sources = collect_headers(source_folder)
        _check_sources(sources, source_folder, is_named=headers is not None)
        progress.update(task, description="searching")
        report = scan_folder(
            folder,
            sources,
            left_out=source_folder if source_folder != folder else None,
            on_file=lambda count: progress.update(task, completed=count),
        )
    if as_json:
        print_json({"folder": str(folder), "is_clean": report.is_clean, **asdict(report)})
    else:
        for line in _lines(report):
            click.echo(line)
    return int(ExitCode.OK if report.is_clean else ExitCode.FINDINGS)


def _check_sources(sources: SourceHeaders, folder: Path, *, is_named: bool) -> None:
    if sources.file_count or sources.unread:
        return
    if is_named:
        raise CommandError(
            f"{folder} holds no DICOM file, so there is nothing to compare with. Name the folder of the "
            "source images; images of other kinds have no header.",
            ExitCode.INPUT,
        )
    raise CommandError(
        "There is nothing to compare with: no DICOM file is in the folder. Name the folder of the source "
        "images with --headers.",
        ExitCode.INPUT,
    )


def _lines(report: PrivacyReport) -> list[str]:
    searched = ", ".join(f"{kind}: {count}" for kind, count in sorted(report.searched.items())) or "none"
    lines = [
        f"Headers       {report.header_count} read; values looked for: {searched}",
        f"Searched      {report.file_count} files, {report.size_bytes / 2**20:.1f} MB",
    ]
    lines += [f"Passed over   {count} x {reason}" for reason, count in sorted(report.passed_over.items())]
    for finding in report.findings:
        certainty = "" if finding.is_certain else " (a part of one, or by chance: look at it)"
        lines.append(f"found: {finding.file}: {finding.place}: {finding.kind}{certainty}")
    lines += [
        f"not looked into: {unread.file}{': ' if unread.place else ''}{unread.place}: {unread.reason}"
        for unread in report.unread
    ]
    lines += [f"note: {limit}" for limit in report.limits]
    lines.append(_verdict(report))
    return lines


def _verdict(report: PrivacyReport) -> str:
    if report.findings:
        places = f"{len(report.findings)} place{'' if len(report.findings) == 1 else 's'}"
        return f"Found in {places}. Do not pass this folder on before they are clean."
    if report.unread:
        return "Nothing was found, but not everything could be looked into: that is no proof yet."
    return "Nothing of the headers was found."
