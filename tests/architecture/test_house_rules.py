"""Rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

import capture_app

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gaze_core", "drivers", "recordings_schema", "calibration", "capture_app")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAX_MODULE_LINES = 400
# May only shrink.
LONGER_MODULES: frozenset[str] = frozenset()
MACHINE_PATH = re.compile(r"(?<![\w.\"'-])/(home|root|work|Users)/\w|[A-Z]:\\Users\\")
REGISTRY_HOST = re.compile(
    r"pypi\.|pythonhosted|npmjs|registry\.npm|deb\.debian|conda\.anaconda", re.IGNORECASE
)
TEXT_ENDINGS = {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".spec", ".cfg", ".json", ""}


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tracked_text_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is not a checkout, so there is no list of the project's files")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix in TEXT_ENDINGS]


@pytest.mark.parametrize("path", MODULES, ids=_relative)
def test_every_module_says_what_it_is_and_stays_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module begins with what it is"
    assert _relative(path) in LONGER_MODULES or len(text.splitlines()) <= MAX_MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=_relative)
def test_no_module_evaluates_text_or_unpickles(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert called.isdisjoint({"eval", "exec", "print", "breakpoint"})
    assert imported.isdisjoint({"pickle", "shelve", "marshal"})


def test_no_file_names_a_machine_path_or_a_package_registry() -> None:
    offending = []
    for path in _tracked_text_files():
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if MACHINE_PATH.search(line) or REGISTRY_HOST.search(line):
                offending.append(f"{_relative(path)}:{number}: {line.strip()[:100]}")
    assert offending == []


def test_every_text_file_ends_with_a_line_end() -> None:
    assert [
        _relative(path)
        for path in _tracked_text_files()
        if path.stat().st_size and not path.read_bytes().endswith(b"\n")
    ] == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=_relative)
def test_requirements_are_pinned_with_hashes_and_name_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all("==" in block and "--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


def test_the_changelog_begins_with_the_version_of_the_program() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert versions[0] == capture_app.__version__
