"""What only Windows needs: version, icon, the static check of programs, the setup program, signatures."""

from __future__ import annotations

import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pefile
import pytest

import capture_app

ROOT = Path(__file__).resolve().parents[2]
Script = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real small programs of Windows, which pip carries for its launchers."""
    folder = tmp_path_factory.mktemp("programs")
    with zipfile.ZipFile(next((ROOT / "packaging" / "bootstrap").glob("pip-*.whl"))) as wheel:
        for name in ("t64.exe", "w64.exe", "t32.exe"):
            (folder / name).write_bytes(wheel.read(f"pip/_vendor/distlib/{name}"))
    return folder


def test_the_version_of_the_source_is_the_one_windows_shows(script: Script) -> None:
    info = script("version_info")
    assert info.program_version(ROOT) == capture_app.__version__
    text = info.version_info("1.2.3", "reading-station", "Reading Station")
    assert "filevers=(1, 2, 3, 0)" in text
    assert "StringStruct('ProductVersion', '1.2.3')" in text
    assert "'reading-station.exe'" in text


@pytest.mark.parametrize(
    ("version", "numbers"), [("1.2", (1, 2, 0, 0)), ("1.2.3rc1", (1, 2, 3, 0)), ("1.2.3.4.5", (1, 2, 3, 4))]
)
def test_windows_gets_four_numbers(script: Script, version: str, numbers: tuple[int, ...]) -> None:
    assert script("version_info").four_numbers(version) == numbers


def test_a_text_that_is_no_version_is_refused(script: Script) -> None:
    with pytest.raises(SystemExit, match="no version"):
        script("version_info").four_numbers("next")


def test_the_manifest_asks_for_utf_8_and_leaves_scaling_to_qt(script: Script) -> None:
    manifest = script("version_info").MANIFEST
    assert "<activeCodePage" in manifest
    assert "longPathAware" in manifest
    assert "asInvoker" in manifest
    assert "dpiAware" not in manifest


def test_the_icon_has_every_size_windows_asks_for(script: Script) -> None:
    content = (ROOT / "packaging" / "icon" / "reading-station.ico").read_bytes()
    reserved, kind, count = struct.unpack_from("<HHH", content)
    assert (reserved, kind) == (0, 1)
    sizes = set()
    for number in range(count):
        width, _, _, _, _, bits, length, first = struct.unpack_from("<BBBBHHII", content, 6 + 16 * number)
        assert bits == 32
        assert content[first : first + 8] == b"\x89PNG\r\n\x1a\n"
        assert len(content) >= first + length
        sizes.add(width or 256)
    assert {16, 32, 48, 256} <= sizes
    assert sizes == set(script("make_icon").SIZES_PX)


def test_a_program_for_other_processors_is_refused(script: Script, programs: Path) -> None:
    check_pe = script("check_pe")
    assert check_pe.problems_of_file(programs / "t32.exe", set()) == ["t32.exe is not for x64."]
    assert check_pe.problems_of_file(programs / "t64.exe", set()) == []


def test_a_library_that_is_nowhere_is_missed(
    script: Script, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_pe = script("check_pe")
    monkeypatch.setattr(check_pe, "OF_WINDOWS", frozenset())
    problems = check_pe.problems_of_file(programs / "t64.exe", set())
    assert "t64.exe needs kernel32.dll, which is neither in the bundle nor part of Windows." in problems
    assert not any(
        "kernel32" in text for text in check_pe.problems_of_file(programs / "t64.exe", {"kernel32.dll"})
    )


def test_a_library_of_wine_is_refused(script: Script, programs: Path, tmp_path: Path) -> None:
    content = bytearray((programs / "t64.exe").read_bytes())
    content[0x40:0x50] = b"Wine builtin DLL"
    path = tmp_path / "ucrtbase.dll"
    path.write_bytes(content)
    assert "ucrtbase.dll is a library of Wine." in script("check_pe").problems_of_file(path, set())


def test_a_file_that_is_no_program_is_refused(script: Script, tmp_path: Path) -> None:
    path = tmp_path / "part.dll"
    path.write_bytes(b"text")
    assert "no program or library of Windows" in script("check_pe").problems_of_file(path, set())[0]


def test_programs_without_our_version_icon_and_kind_are_refused(
    script: Script, programs: Path, tmp_path: Path
) -> None:
    check_pe = script("check_pe")
    shutil.copy(programs / "t64.exe", tmp_path / "reading-station.exe")
    problems = check_pe.problems_of(tmp_path, "1.2.3")
    assert "reading-station.exe has subsystem 3, not 2." in problems
    assert "reading-station.exe shows version 1.1.0.14, the source has 1.2.3." in problems
    assert "reading-station-cli.exe is missing." in problems


def test_an_empty_folder_is_no_bundle_of_windows(script: Script, tmp_path: Path) -> None:
    assert "no Windows program" in script("check_pe").problems_of(tmp_path, "1.2.3")[0]


def test_the_setup_script_compiles_without_a_warning(script: Script, programs: Path, tmp_path: Path) -> None:
    if shutil.which("makensis") is None:
        pytest.skip("makensis is not installed")
    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / "_internal" / "part").write_bytes(b"part")
    shutil.copy(programs / "w64.exe", bundle / "reading-station.exe")
    setup = tmp_path / "reading-station-1-setup.exe"
    assert script("make_installer").compile_setup(bundle, setup, "1.2.3", is_fast=True) == setup
    assert script("check_pe").shown_version(pefile.PE(str(setup))) == "1.2.3"


def test_the_setup_script_never_removes_the_whole_folder_or_foreign_endings() -> None:
    text = (ROOT / "packaging" / "installer.nsi").read_text(encoding="utf-8")
    assert 'RMDir /r "$INSTDIR"' not in text
    assert "HKLM" not in text
    assert '"${CLASSES}\\.h5"' not in text
    assert "RequestExecutionLevel user" in text


def test_a_password_of_a_certificate_is_not_on_the_command_line(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = script("signing")
    monkeypatch.setenv(signing.PASSWORD, "secret")
    monkeypatch.setenv(signing.TIMESTAMP, "http://stamp.example")
    parts = [tmp_path / name for name in ("a.pfx", "password", "a.exe", "b.exe")]
    command = signing.osslsigncode_command(*parts)
    assert "secret" not in command
    assert command[-4:] == ["-in", str(parts[2]), "-out", str(parts[3])]
    assert "http://stamp.example" in command


def test_without_a_certificate_nothing_can_be_signed(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = script("signing")
    monkeypatch.delenv(signing.CERTIFICATE, raising=False)
    assert not signing.is_wanted()
    with pytest.raises(signing.SigningError, match="names no file"):
        signing.sign(tmp_path / "a.exe")


def test_a_signature_is_checked_and_a_change_is_seen(
    script: Script, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = script("signing")
    if shutil.which("osslsigncode") is None or shutil.which("openssl") is None:
        pytest.skip("osslsigncode or openssl is not installed")
    certificate, public, password = signing.throw_away_certificate(tmp_path)
    monkeypatch.setenv(signing.CERTIFICATE, str(certificate))
    monkeypatch.setenv(signing.PASSWORD, password)
    program = tmp_path / "program.exe"
    shutil.copy(programs / "t64.exe", program)
    assert signing.main([str(program)]) == 0
    assert signing.verify(program, public)
    content = bytearray(program.read_bytes())
    content[0x500] ^= 1
    program.write_bytes(bytes(content))
    assert not signing.verify(program, public)


def test_requirements_of_the_rig_are_those_of_windows(script: Script) -> None:
    rig = script("wine_rig")
    text = (
        "numpy==2 ; python_full_version < '3.12' \\\n    --hash=sha256:aa\n"
        "numpy==3 ; python_full_version >= '3.12' \\\n    --hash=sha256:bb\n"
        "macholib==1 ; sys_platform == 'darwin' \\\n    --hash=sha256:cc\n"
        "pywin32-ctypes==0.2 ; sys_platform == 'win32' \\\n    --hash=sha256:dd\n"
        "click==8 \\\n    --hash=sha256:ee \\\n    --hash=sha256:ff\n"
    )
    assert rig.for_windows(text) == (
        "numpy==2 \\\n    --hash=sha256:aa\npywin32-ctypes==0.2 \\\n    --hash=sha256:dd\n"
        "click==8 \\\n    --hash=sha256:ee \\\n    --hash=sha256:ff\n"
    )


def test_a_machine_without_wine_is_told_what_to_install(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = script("wine_rig")
    monkeypatch.setattr(rig, "wine_program", lambda: None)
    assert "wine64" in rig.missing_reason()
    assert "apt-get install" in rig.missing_reason()
    with pytest.raises(rig.RigError, match="wine64"):
        rig.make_rig(ROOT / "nowhere")
