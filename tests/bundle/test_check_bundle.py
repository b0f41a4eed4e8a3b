"""The walk through a frozen bundle, on small made-up bundles with parts planted in them."""

from __future__ import annotations

import importlib
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging"
SOUND_FILES = (
    "reading-station",
    "_internal/pylsl/lib/liblsl.so",
    "_internal/PySide6/libpyside6.abi3.so.6.11",
    "_internal/PySide6/Qt/plugins/platforms/libqoffscreen.so",
    "_internal/_gdcm/_gdcmswig.so",
    "_internal/_openjpeg.cpython-311-x86_64-linux-gnu.so",
    "_internal/_CharLS.cpython-311-x86_64-linux-gnu.so",
    "_internal/hosted/drivers/host/start.py",
    "_internal/pocketsphinx/model/en-us/en-us/mdef",
    "_internal/_soundfile_data/libsndfile_x86_64.so",
    "_internal/capture_app/session/speech/data/pronunciations.txt",
    "_internal/capture_app/session/study/presets/reflacx.gazestudy",
)


@pytest.fixture
def checker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("check_bundle")


@pytest.fixture
def parts(checker: ModuleType) -> ModuleType:
    return importlib.import_module("bundle_parts")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "reading-station"
    for name in SOUND_FILES:
        plant(folder, name)
    return folder


def plant(bundle: Path, name: str, content: bytes = b"\x7fELF") -> None:
    path = bundle / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def found(checker: ModuleType, bundle: Path) -> list[str]:
    return [
        f"{problem.where}: {problem.what}" for problem in checker.problems_of_files(checker.files_of(bundle))
    ]


def test_a_sound_bundle_has_no_problems(checker: ModuleType, bundle: Path) -> None:
    assert found(checker, bundle) == []


@pytest.mark.parametrize(
    "name",
    [
        "_internal/PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "_internal/libreadline.so.8",
        "_internal/TittaPy_v2.cpython-311-x86_64-linux-gnu.so",
        "_internal/tittapy.libs/libtobii_research-37413a8c.so.2",
        "_internal/tobii_research/__init__.pyc",
        "_internal/tobii_research-2.1.0.dist-info/METADATA",
        "_internal/python3.11/lib-dynload/readline.cpython-311-x86_64-linux-gnu.so",
        "_internal/_libjpeg.cpython-311-x86_64-linux-gnu.so",
        "_internal/pylibjpeg_libjpeg-2.3.0.dist-info/METADATA",
        "_internal/opencv_python_headless.libs/libx264-1234abcd.so.164",
        "_internal/libx265.so.199",
        "_internal/PySide6/Qt6Quick.dll",
        "_internal/PySide6/Qt/lib/libQt6WebEngineCore.so.6",
    ],
)
def test_a_planted_part_is_refused_by_name(checker: ModuleType, bundle: Path, name: str) -> None:
    plant(bundle, name)
    assert len(found(checker, bundle)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"x264 - core 164 - H.264/MPEG-4 AVC codec - Copyleft 2003-2023",
        b"x265 (build 199) - H.265/HEVC codec - Copyright 2013-2018",
        b"--prefix=/ffmpeg --enable-gpl --enable-libx264",
        b"libavcodec license: GPL version 2 or later",
        b"--enable-nonfree",
    ],
)
def test_a_gpl_part_is_found_inside_a_library_with_an_innocent_name(
    checker: ModuleType, bundle: Path, content: bytes
) -> None:
    plant(bundle, "_internal/libavcodec.so.62.28.101", b"\x7fELF\0" + content + b"\0")
    assert len(found(checker, bundle)) >= 1


def test_a_decoder_that_only_knows_the_name_of_x264_is_not_refused(checker: ModuleType, bundle: Path) -> None:
    plant(
        bundle, "_internal/libavcodec.so.62", b"x264 - core %d\0libavcodec license: LGPL version 2.1 or later"
    )
    assert found(checker, bundle) == []


@pytest.mark.parametrize("name", SOUND_FILES[1:])
def test_a_missing_part_is_noticed(checker: ModuleType, bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    assert len(found(checker, bundle)) == 1


def test_a_bundle_above_its_budget_is_refused(
    checker: ModuleType, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "SIZE_BUDGET_BYTES", 1000)
    plant(bundle, "_internal/base_library.zip", b"\0" * 1001)
    assert any("budget" in line for line in found(checker, bundle))


def test_links_count_once(checker: ModuleType, bundle: Path) -> None:
    (bundle / "libQt6Core.so.6").symlink_to(bundle / SOUND_FILES[1])
    assert len(checker.files_of(bundle)) == len(SOUND_FILES)


def test_an_empty_folder_is_not_a_bundle(
    checker: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checker.main([str(tmp_path)]) == 1
    assert "no bundle" in capsys.readouterr().out


def test_a_library_from_nowhere_has_no_licence_and_is_refused(checker: ModuleType) -> None:
    parts, problems = checker.walk_libraries(["_internal/libmystery.so.3"], ["numpy"], {})
    assert problems == []
    refused = checker.problems_of_parts(parts)
    assert [problem.where for problem in refused] == ["libmystery.so.3"]


def test_a_library_of_the_build_machine_is_known_by_its_name(checker: ModuleType) -> None:
    parts, _ = checker.walk_libraries(["_internal/libdbus-1.so.3", "_internal/libxcb-glx.so.0"], [], {})
    assert [part.licence for part in parts] == ["AFL-2.1", "MIT"]
    assert checker.problems_of_parts(parts) == []


def test_a_library_of_a_development_tool_is_refused(checker: ModuleType) -> None:
    owned = {"_yaml.so": {"pyyaml"}, "_numpy.so": {"numpy"}, "math.so": {"python"}}
    _, problems = checker.walk_libraries([*owned], ["numpy"], owned)
    assert [problem.where for problem in problems] == ["_yaml.so"]


@pytest.mark.parametrize(
    ("licence", "is_refused"),
    [
        ("MIT", False),
        ("BSD-3-Clause AND MIT", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v2 (LGPLv2)", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("GPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("AGPL-3.0", True),
        ("see the site", True),
        ("", True),
    ],
)
def test_only_a_clear_and_free_licence_passes(checker: ModuleType, licence: str, is_refused: bool) -> None:
    assert bool(checker.problems_of_parts([checker.Part("part", "1", licence)])) == is_refused


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("libavcodec-c4204469.so.62.28.101", "LGPL-2.1-or-later"),
        ("libavif-43e630fc.so.16.4.2", "BSD-2-Clause"),
        ("libgfortran-040039e1-0352e75f.so.5.0.0", "GPL-3.0-or-later WITH GCC-exception-3.1"),
        ("libgdcmjpeg12.so.3.2", "BSD-3-Clause"),
        ("libz.so.1", "Zlib"),
        ("libzstd.so.1", "BSD-3-Clause"),
        ("libmystery.so", ""),
        ("_ssl.cpython-311-x86_64-linux-gnu.so", ""),
    ],
)
def test_a_library_is_known_without_its_version_and_its_builders_hash(
    parts: ModuleType, name: str, licence: str
) -> None:
    assert parts.licence_of_library(name) == licence


@pytest.mark.parametrize("name", ["numpy", "click", "h5py", "PySide6-Essentials", "python-gdcm"])
def test_every_requirement_declares_a_licence(checker: ModuleType, parts: ModuleType, name: str) -> None:
    part = checker.Part(name, "", parts.licence_of(metadata.distribution(name)))
    assert checker.problems_of_parts([part]) == []


def test_every_pinned_requirement_is_found_once(checker: ModuleType) -> None:
    parts = checker.required_distributions(checker.ROOT / "packaging" / "requirements-py311.txt")
    names = [part.name for part in parts]
    assert len(names) == len(set(names))
    assert {"numpy", "pyside6-essentials", "python-gdcm", "pocketsphinx", "soundfile"} <= set(names)
    assert "pyinstaller" not in names


def test_our_own_source_of_the_tobii_driver_may_travel_along(checker: ModuleType, bundle: Path) -> None:
    plant(bundle, "_internal/hosted/drivers/tobii/research.py", b"")
    plant(bundle, "_internal/hosted/drivers/tobii/titta.py", b"")
    assert found(checker, bundle) == []
