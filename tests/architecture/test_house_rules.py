"""Rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import capture_app
from capture_app.cli.commands import cli
from capture_app.cli.exits import ExitCode

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gaze_core", "drivers", "recordings_schema", "calibration", "capture_app")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MAX_MODULE_LINES = 400
CALLED_NEVER = {"eval", "exec", "print", "breakpoint"}
IMPORTED_NEVER = {"pickle", "shelve", "marshal"}
# May only shrink.
LONGER_MODULES: frozenset[str] = frozenset()
# "/home/lab" is the made-up home folder in the screenshots.
MACHINE_PATH = re.compile(r"(?<![\w.-])/(home(?!/lab\b)|root|work|Users)/\w|[A-Z]:\\Users\\")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFacts:
    """What the rules ask of one module; its tree is let go."""

    has_docstring: bool
    forbidden: tuple[str, ...]  # names it calls or imports and must not, with their lines
    top_level_imports: frozenset[str]  # packages


# Each rule is one test over all modules: a thousand modules would be thousands of tests to collect.
@pytest.fixture(scope="module")
def modules() -> dict[str, ModuleFacts]:
    """Return what is asked of each module of the program, each read once."""
    assert MODULES
    return {_relative(path): _facts_of(path) for path in MODULES}


def _facts_of(path: Path) -> ModuleFacts:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    forbidden: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            used = {node.func.id} & CALLED_NEVER
        elif isinstance(node, ast.Import):
            used = {alias.name for alias in node.names} & IMPORTED_NEVER
        else:
            continue
        forbidden += [f"{node.lineno}: {word}" for word in sorted(used)]
    return ModuleFacts(
        has_docstring=bool(ast.get_docstring(tree)),
        forbidden=tuple(forbidden),
        top_level_imports=_top_level_imports(tree),
    )


def _top_level_imports(tree: ast.Module) -> frozenset[str]:
    """Return what a module imports when it is itself imported, leaving out what only type checkers see."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return frozenset(names)


def test_every_module_says_what_it_is(modules: dict[str, ModuleFacts]) -> None:
    assert [name for name, facts in modules.items() if not facts.has_docstring] == []


def test_every_module_stays_readable() -> None:
    lines = {_relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name for name, count in lines.items() if count > MAX_MODULE_LINES} <= LONGER_MODULES


def test_no_module_evaluates_text_or_unpickles(modules: dict[str, ModuleFacts]) -> None:
    assert {name: facts.forbidden for name, facts in modules.items() if facts.forbidden} == {}


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


def test_no_vendor_package_is_needed_to_list_the_drivers(modules: dict[str, ModuleFacts]) -> None:
    drivers = {name: facts for name, facts in modules.items() if name.startswith("drivers/")}
    assert drivers
    vendors = {"pylsl", "tobii_research", "TittaPy"}
    assert [name for name, facts in drivers.items() if facts.top_level_imports & vendors] == []


def test_every_decision_is_in_the_index_and_in_the_navigation() -> None:
    folder = ROOT / "docs" / "explanations" / "decisions"
    index = (folder / "index.md").read_text(encoding="utf-8")
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    records = [path.name for path in sorted(folder.glob("0*.md"))]
    assert records
    assert [name for name in records if name not in index or f"decisions/{name}" not in navigation] == []


def test_the_page_of_exit_codes_lists_exactly_the_codes_there_are() -> None:
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == {*ExitCode}


def test_the_page_of_commands_lists_exactly_the_commands_there_are() -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z][a-z-]*)[ `]", page, re.MULTILINE))
    assert listed == set(cli.commands)


def test_documentation_takes_nothing_from_other_computers() -> None:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in settings
    assert "://" not in settings
