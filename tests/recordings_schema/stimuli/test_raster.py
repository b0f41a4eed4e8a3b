from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from dicom_files import dataset_of, save, smooth_picture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gaze_core.rows import decode_text
from recordings_schema.stimuli import (
    DamagedImageError,
    EncryptedImageError,
    ImageTooLargeError,
    NotAnImageError,
    StimulusError,
    StimulusFileError,
    UnsupportedImageError,
    image_row,
    list_images,
    load_image,
    render_grey,
)
from recordings_schema.stimuli.folder import natural_key

GREY = {8: smooth_picture(bits=8), 16: smooth_picture(bits=16)}


def encoded(ending: str, pixels: np.ndarray, options: list[int] | None = None) -> bytes:
    return bytes(cv2.imencode(ending, pixels, options or [])[1].tobytes())


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize("bits", [8, 16])
def test_lossless_files_come_out_as_stored(tmp_path: Path, ending: str, bits: int) -> None:
    stimulus = load_image(written(tmp_path / f"image{ending}", encoded(ending, GREY[bits])))
    assert stimulus.pixels.dtype == GREY[bits].dtype
    assert np.array_equal(stimulus.pixels, GREY[bits])
    assert (stimulus.bits, stimulus.photometric, stimulus.is_inverted) == (bits, "MONOCHROME2", False)


def test_a_jpeg_file_stays_close(tmp_path: Path) -> None:
    stimulus = load_image(written(tmp_path / "i.jpg", encoded(".jpg", GREY[8])))
    assert np.abs(stimulus.pixels.astype(int) - GREY[8]).max() < 40


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    assert np.array_equal(
        load_image(written(tmp_path / "really_png.dcm", encoded(".png", GREY[8]))).pixels, GREY[8]
    )


def test_any_path_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "Röntgen 肺 картинки"
    folder.mkdir()
    assert load_image(written(folder / "ä 1.png", encoded(".png", GREY[16]))).width_px == 48


def test_colour_comes_out_as_rgb_and_equal_channels_as_grey(tmp_path: Path) -> None:
    bgr = np.zeros((4, 5, 3), np.uint8)
    bgr[:] = (10, 20, 200)
    colour = load_image(written(tmp_path / "c.png", encoded(".png", bgr)))
    assert colour.pixels[0, 0].tolist() == [200, 20, 10]
    assert np.array_equal(render_grey(colour, colour.start_window), colour.pixels)
    grey = load_image(written(tmp_path / "g.png", encoded(".png", np.dstack([GREY[16]] * 3))))
    assert np.array_equal(grey.pixels, GREY[16])


def test_16_bit_colour_is_rounded_to_8(tmp_path: Path) -> None:
    bgr = np.zeros((2, 2, 3), np.uint16)
    bgr[:] = (65535, 257 * 7 + 130, 0)
    stimulus = load_image(written(tmp_path / "c.png", encoded(".png", bgr)))
    assert stimulus.pixels[0, 0].tolist() == [0, 8, 255]


def test_transparency_is_shown_over_black_and_opaque_alpha_is_dropped(tmp_path: Path) -> None:
    bgra = np.full((2, 2, 4), 200, np.uint8)
    bgra[:, :, 3] = 255
    bgra[0, 0, 3] = 0
    bgra[0, 1, 3] = 128
    pixels = load_image(written(tmp_path / "a.png", encoded(".png", bgra))).pixels
    assert pixels.tolist() == [[0, 100], [200, 200]]


def test_exif_never_turns_an_image(tmp_path: Path) -> None:
    jpeg = encoded(".jpg", np.zeros((10, 30), np.uint8))
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    segment = b"Exif\0\0" + tiff
    turned = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]
    stimulus = load_image(written(tmp_path / "t.jpg", turned))
    assert (stimulus.width_px, stimulus.height_px) == (30, 10)


def tiff_of(
    pixels: np.ndarray,
    *,
    photometric: int = 1,
    following: int = 0,
    width: int | None = None,
    order: str = "<",
) -> bytes:
    """Write an uncompressed TIFF by hand: OpenCV cannot write these kinds."""
    bits = 8 * pixels.dtype.itemsize
    raw = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    entries = [
        (256, 4, width or pixels.shape[1]), (257, 4, pixels.shape[0]), (258, 3, bits), (259, 3, 1),
        (262, 3, photometric), (273, 4, 8), (277, 3, 1), (278, 4, pixels.shape[0]), (279, 4, len(raw)),
    ]  # fmt: skip
    body = struct.pack(order + "H", len(entries))
    for tag, kind, value in entries:
        packed = struct.pack(order + ("I" if kind == 4 else "Hxx"), value)
        body += struct.pack(order + "HHI", tag, kind, 1) + packed
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "I", 8 + len(raw)) + raw + body + struct.pack(order + "I", following)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_whose_zero_is_white_is_shown_that_way(tmp_path: Path, bits: int, order: str) -> None:
    highest = (1 << bits) - 1
    ramp = np.linspace(0, highest, 64).astype(GREY[bits].dtype).reshape(8, 8)
    stimulus = load_image(written(tmp_path / "w.tif", tiff_of(ramp, photometric=0, order=order)))
    shown = render_grey(stimulus, stimulus.start_window)
    assert (int(shown[0, 0]), int(shown[-1, -1])) == (255, 0)


def test_a_tiff_of_several_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedImageError, match="several pages"):
        load_image(written(tmp_path / "m.tif", tiff_of(GREY[8], following=8)))


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize("size", [(60_000, 60_000), (20_001, 1), (12_000, 12_000)])
def test_huge_images_are_refused_from_their_header(tmp_path: Path, size: tuple[int, int]) -> None:
    for name, content in (
        ("h.png", png_header(*size)),
        ("h.tif", tiff_of(np.zeros((size[1] if size[1] < 9 else 8, 1), np.uint8), width=size[0] * 20_000)),
    ):
        with pytest.raises(ImageTooLargeError, match="can be shown"):
            load_image(written(tmp_path / name, content))


def test_an_image_without_extent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedImageError, match="0 x 5 px"):
        load_image(written(tmp_path / "z.png", png_header(0, 5)))


def test_a_single_pixel_is_an_image(tmp_path: Path) -> None:
    stimulus = load_image(written(tmp_path / "1.png", encoded(".png", np.array([[9]], np.uint16))))
    assert render_grey(stimulus, stimulus.start_window).shape == (1, 1)


@pytest.mark.parametrize("ending", [".png", ".jpg", ".tif"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_truncated_files_are_refused(tmp_path: Path, ending: str, share: float) -> None:
    whole = encoded(ending, GREY[8])
    with pytest.raises(StimulusError, match="cut"):
        load_image(written(tmp_path / f"t{ending}", whole[: int(len(whole) * share)]))


def test_a_png_with_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    content = bytearray(encoded(".png", GREY[16]))
    content[len(content) // 2] ^= 4
    with pytest.raises(DamagedImageError, match="wrong checksum"):
        load_image(written(tmp_path / "b.png", bytes(content)))


@pytest.mark.parametrize(
    "content",
    [
        b"Salted__12345678" + bytes(range(200)),
        b"-----BEGIN PGP MESSAGE-----\n\nhQEM",
        bytes.fromhex("3082101006092a864886f70d010703a0") + b"\0" * 100,
        b"PK\x03\x04\x14\x00\x09\x00" + b"\0" * 100,
    ],
    ids=["openssl", "pgp", "cms", "zip"],
)
def test_encrypted_files_are_named_as_such(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EncryptedImageError, match=r"is encrypted\. Decrypt it"):
        load_image(written(tmp_path / "case.dcm", content))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"%PDF-1.7", b"<html>", bytes(5000), b"PK\x03\x04\0\0\0\0"]
)
def test_other_files_are_named_as_no_images(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAnImageError, match="is not an image"):
        load_image(written(tmp_path / "case.dcm", content))


def test_a_missing_file_and_a_folder_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StimulusFileError, match="not there any more"):
        load_image(tmp_path / "gone.png")
    with pytest.raises(StimulusFileError, match="is a folder"):
        load_image(tmp_path)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ending=st.sampled_from((".png", ".jpg", ".tif")),
    changes=st.lists(st.tuples(st.floats(0.0, 0.999), st.integers(0, 255)), min_size=1, max_size=5),
    keep=st.floats(0.02, 1.0),
)
def test_any_damage_gives_an_image_or_a_sentence(
    tmp_path: Path, ending: str, changes: list[tuple[float, int]], keep: float
) -> None:
    content = bytearray(encoded(ending, GREY[8]))
    for place, value in changes:
        content[int(place * len(content))] = value
    path = written(tmp_path / "hurt.img", bytes(content[: int(keep * len(content))]))
    try:
        told = f"hurt.img {load_image(path).width_px}"
    except StimulusError as err:
        told = str(err)
    assert "hurt.img" in told


def test_a_folder_is_listed_in_natural_order_with_what_cannot_be_shown(tmp_path: Path) -> None:
    for name in ("case 10.png", "case 2.png", "Case 1.PNG"):
        written(tmp_path / name, encoded(".png", GREY[8]))
    (tmp_path / "sub").mkdir()
    save(dataset_of(GREY[16], bits=16), tmp_path / "sub" / "IM0001")
    written(tmp_path / "broken.png", encoded(".png", GREY[8])[:60])
    written(tmp_path / "notes.txt", b"not an image")
    written(tmp_path / ".hidden.png", b"x")
    entries = list_images(tmp_path)
    assert [entry.path.relative_to(tmp_path).as_posix() for entry in entries] == [
        "broken.png",
        "Case 1.PNG",
        "case 2.png",
        "case 10.png",
        "sub/IM0001",
    ]
    assert [bool(entry.problem) for entry in entries] == [True, False, False, False, False]
    assert "cut off" in entries[0].problem


def test_listing_without_checking_opens_nothing(tmp_path: Path) -> None:
    written(tmp_path / "broken.png", b"x")
    assert [entry.problem for entry in list_images(tmp_path, is_checked=False)] == [""]


def test_a_folder_that_is_gone_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StimulusFileError, match="cannot be opened"):
        list_images(tmp_path / "gone")


@given(st.lists(st.text("aB10٣²./", max_size=6), max_size=8))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    assert sorted(names, key=natural_key) == sorted(sorted(names, reverse=True), key=natural_key) or len(
        {natural_key(name) for name in names}
    ) < len(names)


def test_the_row_of_an_image_names_its_content_and_its_relative_place(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = written(tmp_path / "sub" / "ü.png", encoded(".png", GREY[16]))
    stimulus = load_image(path)
    row = image_row(stimulus, 4, tmp_path)[0]
    assert decode_text(row["name"]) == "sub/ü.png"
    assert (row["image_id"], row["width_px"], row["height_px"], row["bits"]) == (4, 48, 61, 16)
    assert row["size_bytes"] == path.stat().st_size
    assert len(decode_text(row["sha256"])) == 64
    assert np.isnan(row["spacing_x_mm"])
    assert decode_text(image_row(stimulus, 0, tmp_path / "elsewhere")[0]["name"]) == "ü.png"
