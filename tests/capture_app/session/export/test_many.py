"""Many workers write the same bytes as one, and what goes wrong with them is a sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import report_rig as rigs
from reading_rig import preset_study, quiet

from capture_app.session.export import ExportError, ExportOrder, Workers, export_recordings
from capture_app.session.study import OpenedStudy
from recordings_schema.formats.testing import content_of

if TYPE_CHECKING:
    from distributed import LocalCluster

TWO = Workers(processes=2)


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> ExportOrder:
    """Two recordings of a study, and the bytes that one process makes of them."""
    study = quiet(preset_study("reflacx"), cases=2, are_practised=True)
    opened: OpenedStudy = rigs.opened_study(tmp_path_factory.mktemp("study"), study, count=2, practice=1)
    folder = tmp_path_factory.mktemp("sessions")
    paths = tuple(
        rigs.write(folder / f"R01_p1_s00{number}.gazeh5", rigs.session(opened), opened) for number in (1, 2)
    )
    return ExportOrder(format_name="csv", recordings=paths, destination=folder / "one", opened=opened)


@pytest.fixture(scope="module")
def wanted(order: ExportOrder) -> dict[str, bytes]:
    export_recordings(order)
    return content_of(order.destination)


def test_two_processes_write_the_same_bytes_and_tell_how_far_they_are(
    order: ExportOrder, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    two = replace(order, destination=tmp_path / "two", workers=TWO)
    result = export_recordings(two, on_case=lambda done, count: told.append((done, count)))
    assert content_of(tmp_path / "two") == wanted
    assert told[-1] == (result.case_count, result.case_count)
    assert sorted(told) == told


def test_what_workers_of_an_interrupted_export_wrote_is_gone_on_with(
    order: ExportOrder, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    class GaveUpError(Exception):
        pass

    def give_up(done: int, count: int) -> None:
        raise GaveUpError

    two = replace(order, destination=tmp_path / "cut", workers=TWO)
    with pytest.raises(GaveUpError):
        export_recordings(two, on_case=give_up)
    assert not (tmp_path / "cut").exists()
    assert (tmp_path / "cut.unfinished" / "stop").exists()
    assert export_recordings(replace(two, workers=Workers(processes=1))).is_resumed
    assert content_of(tmp_path / "cut") == wanted


def test_what_a_worker_cannot_do_is_its_sentence(order: ExportOrder, tmp_path: Path) -> None:
    opened = order.opened
    assert opened is not None
    analysis = opened.study.analysis
    analysis = replace(analysis, detector=replace(analysis.detector, parameters={"no such": 1.0}))
    broken = replace(opened, study=replace(opened.study, analysis=analysis))
    with pytest.raises(ExportError, match=r"analysis\.detector"):
        export_recordings(replace(order, destination=tmp_path / "x", opened=broken, workers=TWO))
    assert not (tmp_path / "x").exists()


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    from distributed import LocalCluster  # takes longer than all else that is imported to collect tests

    before = set(threading.enumerate())
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as found:
        yield found
    for thread in set(threading.enumerate()) - before:
        thread.join(1.0)


def test_a_cluster_of_two_workers_writes_the_same_bytes(
    order: ExportOrder, wanted: dict[str, bytes], tmp_path: Path, cluster: LocalCluster
) -> None:
    workers = Workers(dask=cluster.scheduler_address)
    export_recordings(replace(order, destination=tmp_path / "dask", workers=workers))
    assert content_of(tmp_path / "dask") == wanted


@pytest.mark.parametrize("address", ["localhost", "tcp://127.0.0.1", "http://127.0.0.1:80", "tcp://x:1;y"])
def test_what_is_no_address_is_refused_before_anything_is_asked(
    order: ExportOrder, tmp_path: Path, address: str
) -> None:
    with pytest.raises(ExportError, match="no address of a Dask scheduler"):
        export_recordings(replace(order, destination=tmp_path / "x", workers=Workers(dask=address)))
