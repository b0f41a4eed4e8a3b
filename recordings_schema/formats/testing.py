"""The conformance suite every format passes, ours or a third party's, and readings made for tests.

For test suites only (it needs pytest); nothing of the running program imports it. Subclass
`FormatConformance` in a test module, and give it a fixture ``published``::

    class TestMyFormat(FormatConformance):
        @pytest.fixture
        def published(self):
            return MyFormat()
"""
# ruff: noqa: S101  # asserts are what a test suite is made of

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from recordings_schema.formats.contract import Format, FormatError
from recordings_schema.formats.export import (
    PROVENANCE_NAME,
    ExportRequest,
    ExportResult,
    one_by_one,
    run_export,
)
from recordings_schema.formats.options import option_specs, options_from_texts
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.formats.testing_readings import make_reading

CASES: Final = 4


class FormatConformance:
    """What a person who exports may rely on, whatever the format."""

    @pytest.fixture
    def published(self) -> Format[Any]:
        """Return the format; a subclass says which."""
        pytest.skip("a subclass names its format")

    @pytest.fixture
    def readings(self) -> list[CaseReading]:
        """Return readings that this format can hold; a subclass may make its own."""
        return [make_reading(trial=trial) for trial in range(CASES)]

    def test_it_has_a_name_and_options_that_can_be_written_down(self, published: Format[Any]) -> None:
        """Every default can be given as a text, and gives the same options."""
        assert published.name == published.name.lower().strip()
        assert published.summary
        texts = {spec.name: spec.default_text for spec in option_specs(published.options_type)}
        assert options_from_texts(published.options_type, texts) == published.options_type()

    def test_the_same_readings_give_the_same_bytes(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """Nothing of the moment or the place of an export is in the files."""
        export(published, readings, tmp_path / "first")
        export(published, readings, tmp_path / "elsewhere" / "second")
        assert content_of(tmp_path / "first") == content_of(tmp_path / "elsewhere" / "second")

    def test_an_interrupted_export_goes_on_to_the_same_bytes(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """Nothing appears under the name before it is whole, and what is done is not read again."""
        export(published, readings, tmp_path / "whole")
        read: list[int] = []

        def cut_off(key: ReadingKey) -> CaseReading:
            if len(read) == len(readings) - 1:
                raise KeyboardInterrupt
            read.append(key.trial)
            return readings[key.trial]

        with pytest.raises(KeyboardInterrupt):
            export(published, readings, tmp_path / "cut", read=cut_off)
        assert not (tmp_path / "cut").exists()
        again: list[int] = []

        def rest(key: ReadingKey) -> CaseReading:
            again.append(key.trial)
            return readings[key.trial]

        result = export(published, readings, tmp_path / "cut", read=rest)
        assert result.is_resumed
        assert again == [len(readings) - 1]
        assert content_of(tmp_path / "cut") == content_of(tmp_path / "whole")
        assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".unfinished")] == []

    def test_what_is_there_is_never_overwritten(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """A folder that holds something is refused and stays as it is."""
        place = tmp_path / "taken"
        place.mkdir()
        (place / "mine.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(FormatError, match="not empty"):
            export(published, readings, place)
        assert [each.name for each in place.iterdir()] == ["mine.txt"]

    def test_what_a_check_finds_keeps_the_dataset_from_its_name(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """Identifying data never reach the destination."""
        with pytest.raises(FormatError, match="a name was found"):
            export(
                published,
                readings,
                tmp_path / "data",
                check=lambda folder: (f"In {folder} a name was found.",),
            )
        assert not (tmp_path / "data").exists()

    def test_cases_left_out_are_counted_with_their_reasons(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """Practice never comes along, what does not count only where it is asked for."""
        changed = [
            *readings[:2],
            with_key(readings[2], role="practice"),
            with_key(readings[3], exclusion="Too much gaze was lost."),
        ]
        result = export(published, changed, tmp_path / "data")
        assert result.case_count == 2
        reasons = [each.reason for each in result.left_out]
        assert reasons == ["Practice cases are never exported.", "Does not count: Too much gaze was lost."]
        kept = json.loads((tmp_path / "data" / PROVENANCE_NAME).read_text(encoding="utf-8"))
        assert sum(each["count"] for each in kept["left_out"]) == 2

    def test_the_provenance_file_names_every_file_and_recording(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """Checksums of all files, of the recording, and the options."""
        export(published, readings, tmp_path / "data")
        kept = json.loads((tmp_path / "data" / PROVENANCE_NAME).read_text(encoding="utf-8"))
        assert set(kept["files"]) == set(content_of(tmp_path / "data")) - {PROVENANCE_NAME}
        assert [each["sha256"] for each in kept["recordings"]] == [readings[0].key.recording_sha256]
        assert set(kept["options"]) == {spec.name for spec in option_specs(published.options_type)}

    @pytest.mark.parametrize("what", ["no fixations", "no samples", "gaze outside", "no words", "no shapes"])
    def test_a_reading_that_lacks_something_is_written_or_left_out_with_a_reason(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path, what: str
    ) -> None:
        """Nothing breaks, and nothing is made up."""
        poor = {
            "no fixations": lambda: replace(readings[1], fixations=readings[1].fixations[:0]),
            "no samples": lambda: make_reading(trial=1, seconds=0.0, like=readings[1]),
            "gaze outside": lambda: make_reading(trial=1, x_shift=3.0, like=readings[1]),
            "no words": lambda: replace(readings[1], words=()),
            "no shapes": lambda: replace(readings[1], shapes=()),
        }[what]()
        result = export(published, [readings[0], poor], tmp_path / "data")
        assert result.case_count + len(result.left_out) == 2
        assert list(published.check(tmp_path / "data")) == []

    def test_names_in_any_script_are_kept(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """Case and patient need not be ASCII."""
        named = with_key(readings[0], case_id="Fall-\u00e4\u00f6\u00fc-\u75c7\u4f8b", patient="P\u00e9-1")
        assert export(published, [named], tmp_path / "data").case_count == 1
        assert list(published.check(tmp_path / "data")) == []

    def test_what_it_writes_it_reads_again_where_it_can_be_read(
        self, published: Format[Any], readings: list[CaseReading], tmp_path: Path
    ) -> None:
        """An import finds every reading, with an image, a view, and fixations or samples."""
        export(published, readings, tmp_path / "data")
        options = published.import_options_type()
        if not published.can_read:
            with pytest.raises(FormatError, match="cannot be imported"):
                published.plan_import(tmp_path / "data", options)
            return
        plan = published.plan_import(tmp_path / "data", options)
        cases = [published.read_case(tmp_path / "data", each, options) for each in plan.cases]
        assert len({(each.session, each.key) for each in plan.cases}) == len(plan.cases) >= len(readings)
        assert all(case.images and len(case.viewport) for case in cases)
        assert all(len(case.fixations) or len(case.gaze) for case in cases)


def export(
    published: Format[Any],
    readings: list[CaseReading],
    destination: Path,
    *,
    read: Callable[[ReadingKey], CaseReading] | None = None,
    check: Callable[[Path], tuple[str, ...]] | None = None,
    is_excluded_wanted: bool = False,
    **options: Any,
) -> ExportResult:
    """Export readings whose trials count them, as a person would."""
    by_trial = {each.key.trial: each for each in readings}
    request = ExportRequest(
        format=published,
        options=published.options_type(**options),
        keys=tuple(each.key for each in readings),
        destination=destination,
        is_excluded_wanted=is_excluded_wanted,
        software="test 1",
    )
    write = one_by_one(published, request.options, read or (lambda key: by_trial[key.trial]))
    return run_export(request, write, check=check)


def content_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}


def with_key(reading: CaseReading, **changed: Any) -> CaseReading:
    """Return a reading with a changed key."""
    return replace(reading, key=replace(reading.key, **changed))
