"""What is made of a bundle for handing out: targets, papers, the list of parts, archives, workflows, pins."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
Script = Callable[[str], ModuleType]


def pins(path: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def hashes(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("--hash=sha256:")


@pytest.mark.parametrize("version", ["py310", "py311"])
def test_what_is_frozen_is_what_is_tested(version: str) -> None:
    frozen = pins(ROOT / "packaging" / f"requirements-{version}.txt")
    assert pins(ROOT / "requirements" / f"{version}.txt") - {("tzdata", "")} <= frozen
    names = {name for name, _ in frozen}
    tested = {pin for pin in pins(ROOT / "requirements" / f"{version}-dev.txt") if pin[0] in names}
    assert {pin for pin in frozen if pin[0] in {name for name, _ in tested}} == tested
    assert {"pocketsphinx", "soundfile", "pyinstaller", "pefile", "pywin32-ctypes"} <= names
    assert hashes(ROOT / "packaging" / f"requirements-{version}.txt") >= len(frozen)


def test_windows_under_a_runner_has_folders_and_names_of_its_own(script: Script) -> None:
    targets = script("build_target")
    here, windows = (
        targets.this_system(),
        targets.windows_by_runner("wine64 --quiet", Path("/rig/python.exe")),
    )
    assert windows.runner == ("wine64", "--quiet")
    assert windows.is_foreign
    assert not here.is_foreign
    assert windows.bundle != here.bundle
    assert windows.work != here.work
    assert windows.program.name == "reading-station-cli.exe"
    assert windows.path(Path("/folder/a b")) == "Z:\\folder\\a b"
    assert windows.site_packages == ["/rig/Lib/site-packages"]
    assert windows.qt_environment() == {"WINEQT_QPA_PLATFORM": "offscreen"}


def test_a_program_is_run_with_nothing_of_the_developers(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/developer")
    monkeypatch.setenv("READING_STATION_SHARED", "/developer")
    target = script("build_target").this_system()
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    done = target.run([sys.executable, "-S", "-E", "-c", code], tmp_path)
    environment = json.loads(done.stdout)
    assert environment["HOME"] == str(tmp_path)
    assert environment["QT_QPA_PLATFORM"] == "offscreen"
    assert "/developer" not in environment.values()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "reading-station"
    (folder / "_internal").mkdir(parents=True)
    (folder / "reading-station").write_bytes(b"\x7fELF program")
    (folder / "reading-station").chmod(0o755)
    (folder / "_internal" / "libpart.so.1").write_bytes(b"\x7fELF part")
    (folder / "_internal" / "libpart.so").symlink_to("libpart.so.1")
    return folder


def test_the_list_of_parts_names_packages_libraries_and_checksums(script: Script, bundle: Path) -> None:
    part = script("bundle_parts").Part
    document = script("sbom").sbom(
        "1.2.3",
        "linux",
        part("Python", "3.11.7", "PSF-2.0"),
        [part("numpy", "2.4.6", "BSD-3-Clause AND MIT")],
        [part("libglib-2.0.so.0", "", "LGPL-2.1-or-later")],
        bundle,
    )
    assert document["bomFormat"] == "CycloneDX"
    components = {entry["name"]: entry for entry in document["components"]}
    assert components["numpy"]["purl"] == "pkg:pypi/numpy@2.4.6"
    assert components["numpy"]["licenses"] == [{"license": {"name": "BSD-3-Clause AND MIT"}}]
    assert components["libglib-2.0.so.0"]["licenses"] == [{"license": {"id": "LGPL-2.1-or-later"}}]
    digest = hashlib.sha256(b"\x7fELF part").hexdigest()
    assert components["_internal/libpart.so.1"]["hashes"] == [{"alg": "SHA-256", "content": digest}]
    references = [entry["bom-ref"] for entry in document["components"]]
    assert len(references) == len(set(references))


def test_the_same_bundle_has_the_same_number_and_another_has_another(script: Script, bundle: Path) -> None:
    python = script("bundle_parts").Part("Python", "3.11.7", "PSF-2.0")
    first = script("sbom").sbom("1", "linux", python, [], [], bundle)["serialNumber"]
    assert script("sbom").sbom("1", "linux", python, [], [], bundle)["serialNumber"] == first
    (bundle / "_internal" / "libpart.so.1").write_bytes(b"\x7fELF other")
    assert script("sbom").sbom("1", "linux", python, [], [], bundle)["serialNumber"] != first


def test_every_distribution_of_the_bundle_gets_its_licence_text(script: Script, tmp_path: Path) -> None:
    notices, parts = script("bundle_notices"), script("bundle_parts")
    required = parts.required_distributions(script("check_bundle").requirement_file())
    notices.copy_texts(tmp_path, required, script("build_target").this_system())
    for part in required:
        texts = list((tmp_path / part.name).glob("*.txt"))
        assert texts, part.name
        assert all(text.stat().st_size > 100 for text in texts), part.name
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (tmp_path / "LGPL-3.0.txt").read_text(encoding="utf-8")
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in (tmp_path / "python" / "LICENSE.txt").read_text(
        encoding="utf-8"
    )


def test_a_distribution_without_a_text_stops_the_build(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices, parts = script("bundle_notices"), script("bundle_parts")
    monkeypatch.setattr(notices, "WITHOUT_TEXT", {})
    required = parts.required_distributions(script("check_bundle").requirement_file())
    with pytest.raises(SystemExit, match="carries no text of its licence"):
        notices.copy_texts(tmp_path, required, script("build_target").this_system())


def test_what_is_installed_besides_stays_out_of_the_bundle(script: Script) -> None:
    foreign = set(script("bundle_parts").foreign_modules(script("check_bundle").requirement_file()))
    assert {"pytest", "hypothesis", "PyInstaller", "scipy", "mypy"} <= foreign
    assert not foreign & {
        "numpy",
        "cv2",
        "click",
        "rich",
        "PySide6",
        "typing_extensions",
        "pocketsphinx",
        "gdcm",
    }
    assert not foreign & {"capture_app", "drivers", "gaze_core", "_gdcm", "_soundfile_data", "serial", "cffi"}


def test_missing_papers_are_refused(script: Script, bundle: Path) -> None:
    problems = script("check_bundle").problems_of_notices(bundle)
    assert [problem.where for problem in problems] == list(script("check_bundle").NOTICES)


def test_tobiis_package_passes_only_where_the_owner_decided_so(script: Script, bundle: Path) -> None:
    check = script("check_bundle")
    (bundle / "_internal" / "TittaPy_v2.so").write_bytes(b"\x7fELF")
    files = check.files_of(bundle)
    assert any("Tobii" in problem.what for problem in check.problems_of_files(files))
    assert not any("Tobii" in problem.what for problem in check.problems_of_files(files, with_tobii=True))


def test_the_zip_has_one_folder_and_the_archive_keeps_links_and_rights(
    script: Script, bundle: Path, tmp_path: Path
) -> None:
    maker = script("make_installer")
    packed = maker.zip_bundle(bundle, tmp_path / "a.zip")
    with zipfile.ZipFile(packed) as file:
        assert {name.split("/")[0] for name in file.namelist()} == {"Reading Station"}
    archive = maker.tar_bundle(bundle, tmp_path / "a.tar.gz")
    with tarfile.open(archive) as file:
        program = file.getmember("reading-station/reading-station")
        assert (program.mode & 0o777, program.uname) == (0o755, "")
        assert file.getmember("reading-station/_internal/libpart.so").issym()


def test_checksums_are_read_by_the_usual_tool(script: Script, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"content")
    script("make_installer").write_checksums(tmp_path, [tmp_path / "a.bin"])
    subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True
    )


def test_without_a_bundle_nothing_is_handed_out(script: Script, tmp_path: Path) -> None:
    target = script("build_target").windows_by_runner("wine64", tmp_path / "python.exe")
    if target.program.is_file():
        pytest.skip("there is a bundle for Windows here")
    with pytest.raises(SystemExit, match="run the freeze step first"):
        script("make_installer").make_installer(target)


def test_unknown_steps_and_half_a_runner_are_refused(
    script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    build = script("build")
    for arguments in (["polish"], ["smoke", "--runner", "wine64"]):
        with pytest.raises(SystemExit) as ended:
            build.main(arguments)
        assert ended.value.code == 2
    assert "--runner and --python go together" in capsys.readouterr().err


def test_all_steps_leave_this_python_and_machine_as_they_are(script: Script) -> None:
    build = script("build")
    assert set(build.NOT_IN_ALL) == {"requirements", "plain-machine"}
    assert set(build.STEPS) >= {"freeze", "smoke", "check-pe", "installer", "check-installer"}


def test_a_switch_with_spaces_stands_without_quotation_marks(script: Script) -> None:
    parts = script("check_installer").unquoted("/D=Z:\\a b\\c")
    assert subprocess.list2cmdline(parts) == "/D=Z:\\a b\\c"


def test_a_difference_between_packed_and_installed_is_seen(
    script: Script, bundle: Path, tmp_path: Path
) -> None:
    check = script("check_installer")
    place = tmp_path / "installed"
    (place / "_internal").mkdir(parents=True)
    for name in ("reading-station", "_internal/libpart.so.1", "_internal/libpart.so"):
        (place / name).write_bytes((bundle / name).read_bytes())
    (place / "uninstall.exe").write_bytes(b"")
    check.compare_trees(bundle, place)
    (place / "_internal" / "libpart.so").write_bytes(b"other")
    with pytest.raises(check.InstallerError, match="not what was packed"):
        check.compare_trees(bundle, place)
    (place / "stale.dll").write_bytes(b"")
    with pytest.raises(check.InstallerError, match="too many"):
        check.compare_trees(bundle, place)


def test_there_are_workflows_for_three_systems() -> None:
    assert [path.stem for path in WORKFLOWS] == ["linux", "macos", "windows"]


def test_workflows_are_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, *WORKFLOWS], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_calls_only_the_build_script_and_pins_what_it_uses(path: Path, script: Script) -> None:
    text = path.read_text(encoding="utf-8")
    calls = [line for line in re.findall(r"run: (.+)", text) if not line.startswith("sudo apt-get")]
    steps = set(script("build").STEPS) | {"all"}
    assert calls
    for call in calls:
        assert call.startswith("python packaging/build.py ")
        assert set(call.split()[2:]) <= steps
    uses = re.findall(r"uses: (\S+)", text)
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", use) for use in uses)
    assert "contents: read" in text
    assert "persist-credentials: false" in text
    assert "timeout-minutes" in text
    assert "if-no-files-found: error" in text


def test_the_spec_has_no_absolute_path() -> None:
    text = (ROOT / "pyinstaller.spec").read_text(encoding="utf-8")
    strings = re.findall(r'"([^"\n]*)"', text)
    assert not [string for string in strings if re.match(r"(/|~/|[A-Z]:\\)\w", string)]
