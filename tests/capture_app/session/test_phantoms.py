from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.phantoms import (
    PHANTOM_COUNT,
    Finding,
    PhantomError,
    mean_grey,
    phantom,
    phantom_findings,
    places,
    size_px,
    write_phantom,
    write_phantoms,
)
from recordings_schema.stimuli import load_image, mean_luminance, render_grey

EVERY_PHANTOM = range(PHANTOM_COUNT)


def mean_of(index: int, x: int, y: int, half: int = 12) -> float:
    return float(phantom(index).pixels[y - half : y + half, x - half : x + half].mean())


@pytest.mark.parametrize("index", EVERY_PHANTOM)
def test_a_phantom_uses_twelve_of_sixteen_bits_and_cannot_be_changed(index: int) -> None:
    pixels = phantom(index).pixels
    assert pixels.dtype == np.uint16
    assert (pixels.shape[1], pixels.shape[0]) == size_px()
    assert 3500 < pixels.max() <= 4095
    assert not pixels.flags.writeable


@pytest.mark.parametrize("index", EVERY_PHANTOM)
def test_bone_and_heart_are_brighter_than_lung_and_lung_than_air(index: int) -> None:
    spine, lung, air = mean_of(index, 752, 900), mean_of(index, 1090, 620), mean_of(index, 60, 60)
    assert spine > 1.7 * lung
    assert lung > 5.0 * air


def test_the_nodule_is_brighter_than_the_lung_around_it() -> None:
    nodule = phantom(0).findings[0]
    x, y = int(nodule.x_image_px), int(nodule.y_image_px)
    around = [mean_of(0, x - 75, y + 40), mean_of(0, x + 75, y - 40), mean_of(0, x, y + 75)]
    assert mean_of(0, x, y) > np.mean(around) + 300


def test_the_large_heart_reaches_further_out_than_the_others() -> None:
    assert mean_of(0, 1120, 1130) > mean_of(2, 1120, 1130) + 800


def test_effusion_and_consolidation_whiten_what_is_lung_in_the_other_phantoms() -> None:
    for finding in phantom(1).findings:
        x, y = int(finding.x_image_px), int(finding.y_image_px)
        assert mean_of(1, x, y, 40) > mean_of(2, x, y, 40) + 500, finding.label


def test_the_air_outside_the_collapsed_lung_is_dark_and_without_vessels() -> None:
    outside = phantom(2).pixels[560:640, 330:372].astype(float)
    healthy = phantom(1).pixels[560:640, 330:372].astype(float)
    assert outside.mean() < healthy.mean() - 200


def test_the_labels_of_the_planted_findings_are_those_of_the_protocol() -> None:
    assert [[finding.label for finding in phantom(index).findings] for index in EVERY_PHANTOM] == [
        ["Lung nodule or mass", "Enlarged cardiac silhouette"],
        ["Pleural abnormality", "Consolidation"],
        ["Pneumothorax", "Acute fracture"],
    ]


@pytest.mark.parametrize("index", EVERY_PHANTOM)
def test_a_reader_is_drawn_to_every_finding_and_never_off_the_image(index: int) -> None:
    width, height = size_px()
    spots = places(phantom_findings(index))
    assert all(0 < x < width and 0 < y < height and weight > 0 for x, y, weight in spots)
    for finding in phantom(index).findings:
        assert max(weight for x, y, weight in spots if finding.contains(x, y)) >= 5.0


def test_a_turned_ellipse_contains_points_along_its_own_axis() -> None:
    finding = Finding(
        label="x", x_image_px=100, y_image_px=100, radius_x_image_px=50, radius_y_image_px=5, angle_deg=45
    )
    assert finding.contains(130, 130)
    assert not finding.contains(130, 70)


def test_there_is_no_fourth_phantom() -> None:
    with pytest.raises(ValueError, match="phantoms 0 to 2, not 3"):
        phantom(PHANTOM_COUNT)


def test_written_phantoms_load_as_the_same_pixels_and_are_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "Röntgen"
    paths = write_phantoms(folder)
    before = [path.stat().st_mtime_ns for path in paths]
    assert write_phantoms(folder) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    for index, path in enumerate(paths):
        stimulus = load_image(path)
        assert np.array_equal(stimulus.pixels, phantom(index).pixels)
        assert stimulus.high_value == 4095.0
        shown = mean_luminance(render_grey(stimulus, stimulus.start_window))
        assert shown == pytest.approx(mean_grey(phantom(index)), abs=0.02)


def test_another_file_of_that_name_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "phantom-2.png").write_bytes(b"mine")
    with pytest.raises(PhantomError, match="is there already"):
        write_phantoms(tmp_path)
    assert (tmp_path / "phantom-2.png").read_bytes() == b"mine"


def test_a_written_phantom_is_known_again_without_drawing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_phantom(tmp_path, 0)
    monkeypatch.setattr("capture_app.session.phantoms.phantom", None)
    assert write_phantom(tmp_path, 0) == path


def test_an_older_drawing_of_this_program_is_drawn_anew(tmp_path: Path) -> None:
    path = write_phantom(tmp_path, 0)
    drawn = path.read_bytes()
    path.write_bytes(b"as drawn before")
    note = path.with_name(path.name + ".sha256")
    note.write_text(f"{hashlib.sha256(b'as drawn before').hexdigest()} drawing 0\n", encoding="ascii")
    assert write_phantom(tmp_path, 0).read_bytes() == drawn


def test_a_written_phantom_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = write_phantom(tmp_path, 0)
    path.write_bytes(path.read_bytes() + b"changed")
    with pytest.raises(PhantomError, match="is another image"):
        write_phantom(tmp_path, 0)


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PhantomError, match="cannot be written"):
        write_phantoms(tmp_path / "file" / "folder")
