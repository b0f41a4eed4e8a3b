"""Folders and list files as cases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from capture_app.session.cases import (
    MAX_LIST_BYTES,
    cases_of,
    cases_of_folder,
    cases_of_images,
    cases_of_list,
)
from capture_app.session.port import SessionError


def ids(cases: Any) -> list[str]:
    return [case.case_id for case in cases.cases]


def test_a_folder_gives_one_case_per_image_in_the_order_a_person_expects(
    make_image: Any, tmp_path: Path
) -> None:
    for name in ("case 10.png", "case 2.png", "Übung 漢.png"):
        make_image(name)
    (tmp_path / "notes.txt").write_text("no image")
    found = cases_of_folder(tmp_path)
    assert ids(found) == ["case 2", "case 10", "Übung 漢"]
    assert (found.title, found.root) == (tmp_path.name, tmp_path)


def test_a_sub_folder_of_a_few_images_is_one_case_with_panes(make_image: Any, tmp_path: Path) -> None:
    for name in ("a/1 frontal.png", "a/2 lateral.png", "single.png", "b/only.png"):
        make_image(name)
    found = {case.case_id: [path.name for path in case.images] for case in cases_of_folder(tmp_path).cases}
    assert found == {"a": ["1 frontal.png", "2 lateral.png"], "single": ["single.png"], "only": ["only.png"]}


def test_a_sub_folder_of_many_images_is_a_collection(make_image: Any, tmp_path: Path) -> None:
    for number in range(5):
        make_image(f"many/{number}.png")
    assert ids(cases_of_folder(tmp_path)) == ["0", "1", "2", "3", "4"]


def test_cases_of_the_same_name_are_told_apart(make_image: Any, tmp_path: Path) -> None:
    for name in ("x/1/a.png", "y/1/a.png", "x/1/b.png", "y/1/b.png", "c.png", "z/c.tif", "z/1/2/3/d.png"):
        make_image(name)
    found = ids(cases_of_folder(tmp_path))
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", ["missing", "file.txt"])
def test_a_folder_that_is_none_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(SessionError, match="is not a folder"):
        cases_of_folder(tmp_path / name)


def test_a_folder_without_images_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="holds no image"):
        cases_of_folder(tmp_path)


def test_a_list_names_images_by_line_and_panes_by_tab(make_image: Any, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "sub/c.png"):
        make_image(name)
    listed = tmp_path / "list.txt"
    listed.write_text("\ufeff# morning\n\na.png\tsub/c.png\n  b.png  \n", encoding="utf-8")
    found = cases_of_list(listed)
    assert [[path.name for path in case.images] for case in found.cases] == [["a.png", "c.png"], ["b.png"]]
    assert ids(found) == ["a", "b"]
    assert all(case.problem == "" for case in found.cases)


def test_a_missing_image_of_a_list_is_a_case_with_a_problem(make_image: Any, tmp_path: Path) -> None:
    make_image("a.png")
    listed = tmp_path / "list.txt"
    listed.write_text("gone.png\na.png\n")
    assert [case.problem for case in cases_of_list(listed).cases] == ["The file gone.png is not there.", ""]


def test_too_many_panes_are_a_problem(make_image: Any, tmp_path: Path) -> None:
    make_image("a.png")
    listed = tmp_path / "list.txt"
    listed.write_text("\t".join(["a.png"] * 17))
    assert "17 images do not fit" in cases_of_list(listed).cases[0].problem


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00\x80", "not a text file"),
        (b"# only a comment\n\n", "names no image"),
        (None, "cannot be read"),
    ],
)
def test_a_list_that_is_none_is_a_sentence(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    listed = tmp_path / "list.txt"
    if content is not None:
        listed.write_bytes(content)
    with pytest.raises(SessionError, match=sentence):
        cases_of_list(listed)


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="cannot be read"):
        cases_of_list(tmp_path)


def test_a_huge_list_is_not_even_read(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    with listed.open("wb") as file:
        file.truncate(MAX_LIST_BYTES + 1)
    with pytest.raises(SessionError, match="too large"):
        cases_of_list(listed)


def test_named_images_are_cases(make_image: Any, tmp_path: Path) -> None:
    found = cases_of_images([make_image("a.png"), tmp_path / "gone.png"])
    assert [case.problem for case in found.cases] == ["", "The file gone.png is not there."]
    with pytest.raises(SessionError, match="No image was named"):
        cases_of_images([])


def test_one_name_stands_for_a_folder_a_list_or_an_image(make_image: Any, tmp_path: Path) -> None:
    image = make_image("images/a.png")
    (tmp_path / "list.txt").write_text("images/a.png\n")
    for path in (image, image.parent, tmp_path / "list.txt"):
        assert [case.images for case in cases_of(path).cases] == [(image,)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(SessionError, match="neither a file nor a folder"):
        cases_of(tmp_path / "pipe.txt")
    with pytest.raises(SessionError, match="not a plain file"):
        cases_of_list(tmp_path / "pipe.txt")


def test_a_name_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="not there"):
        cases_of(tmp_path / "gone.txt")
