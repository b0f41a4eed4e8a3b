from __future__ import annotations

import logging
import struct
import warnings
import zlib
from pathlib import Path

import cv2
import gdcm
import numpy as np
import pytest
from dicom_files import (
    SECRETS,
    compress,
    dataset_of,
    lut_item,
    recompress,
    save,
    save_encapsulated,
    save_jpeg_12_bit,
    smooth_picture,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.encaps import get_frame
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from recordings_schema.stimuli import (
    DamagedImageError,
    ImageTooLargeError,
    NoPixelsError,
    StimulusError,
    UnsupportedImageError,
    load_image,
    render_grey,
)
from recordings_schema.stimuli import limits as limits_module

TWELVE = smooth_picture()
SIGNED = (smooth_picture().astype(np.int32) - 2048).astype(np.int16)
EIGHT = smooth_picture(bits=8)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian]
)
@pytest.mark.parametrize("pixels", [TWELVE, SIGNED, EIGHT], ids=["unsigned-12", "signed-12", "unsigned-8"])
def test_uncompressed_and_deflated_pixels_come_out_as_stored(
    tmp_path: Path, syntax: str, pixels: np.ndarray
) -> None:
    dataset = dataset_of(pixels, bits=8 if pixels.dtype == np.uint8 else 12)
    dataset.file_meta.TransferSyntaxUID = syntax
    stimulus = load_image(save(dataset, tmp_path / "image.dcm"))
    assert stimulus.pixels.dtype == pixels.dtype
    assert np.array_equal(stimulus.pixels, pixels)


def test_big_endian_pixels_come_out_as_stored(tmp_path: Path) -> None:
    dataset = dataset_of(TWELVE.astype(">u2"), bits=12)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    assert np.array_equal(load_image(save(dataset, tmp_path / "big.dcm")).pixels, TWELVE)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("pixels", [TWELVE, SIGNED, EIGHT], ids=["unsigned-12", "signed-12", "unsigned-8"])
def test_lossless_syntaxes_written_by_pydicom_come_out_as_stored(
    tmp_path: Path, syntax: str, pixels: np.ndarray
) -> None:
    dataset = dataset_of(pixels, bits=8 if pixels.dtype == np.uint8 else 12)
    compress(dataset, syntax)
    assert np.array_equal(load_image(save(dataset, tmp_path / "image.dcm")).pixels, pixels)


def test_near_lossless_jpeg_ls_stays_within_its_error(tmp_path: Path) -> None:
    dataset = dataset_of(TWELVE, bits=12)
    dataset.compress(JPEGLSNearLossless, jls_error=3, generate_instance_uid=False)
    pixels = load_image(save(dataset, tmp_path / "near.dcm")).pixels
    assert 0 < np.abs(pixels.astype(int) - TWELVE).max() <= 3


@pytest.mark.parametrize(
    "syntax",
    [
        gdcm.TransferSyntax.JPEGLosslessProcess14,
        gdcm.TransferSyntax.JPEGLosslessProcess14_1,
        gdcm.TransferSyntax.JPEGLSLossless,
        gdcm.TransferSyntax.JPEG2000Lossless,
    ],
    ids=["jpeg-57", "jpeg-70", "jpeg-ls", "jpeg-2000"],
)
@pytest.mark.parametrize("pixels", [TWELVE, EIGHT], ids=["unsigned-12", "unsigned-8"])
def test_lossless_syntaxes_written_by_gdcm_come_out_as_stored(
    tmp_path: Path, syntax: int, pixels: np.ndarray
) -> None:
    native = save(dataset_of(pixels, bits=8 if pixels.dtype == np.uint8 else 12), tmp_path / "native.dcm")
    path = recompress(native, tmp_path / "compressed.dcm", syntax)
    assert np.array_equal(load_image(path).pixels, pixels)


@pytest.mark.parametrize(
    "syntax",
    [gdcm.TransferSyntax.JPEGLosslessProcess14_1, gdcm.TransferSyntax.JPEG2000Lossless],
    ids=["jpeg-70", "jpeg-2000"],
)
@pytest.mark.parametrize("bits", [10, 14, 16])
def test_all_depths_come_out_as_stored(tmp_path: Path, syntax: int, bits: int) -> None:
    pixels = smooth_picture(bits=bits)
    native = save(dataset_of(pixels, bits=bits), tmp_path / "native.dcm")
    stimulus = load_image(recompress(native, tmp_path / "compressed.dcm", syntax))
    assert np.array_equal(stimulus.pixels, pixels)
    assert stimulus.bits == bits


def test_signed_jpeg_2000_comes_out_as_stored(tmp_path: Path) -> None:
    native = save(dataset_of(SIGNED, bits=12), tmp_path / "native.dcm")
    path = recompress(native, tmp_path / "compressed.dcm", gdcm.TransferSyntax.JPEG2000Lossless)
    assert np.array_equal(load_image(path).pixels, SIGNED)


def test_lossy_jpeg_2000_stays_close(tmp_path: Path) -> None:
    native = save(dataset_of(TWELVE, bits=12), tmp_path / "native.dcm")
    path = recompress(native, tmp_path / "compressed.dcm", gdcm.TransferSyntax.JPEG2000)
    assert np.abs(load_image(path).pixels.astype(int) - TWELVE).mean() < 41


def test_baseline_jpeg_stays_close_and_never_wraps_round(tmp_path: Path) -> None:
    _, encoded = cv2.imencode(".jpg", EIGHT, [cv2.IMWRITE_JPEG_QUALITY, 95])
    path = save_encapsulated(
        dataset_of(EIGHT, bits=8), tmp_path / "baseline.dcm", encoded.tobytes(), JPEGBaseline8Bit
    )
    assert np.abs(load_image(path).pixels.astype(int) - EIGHT).max() < 16


def test_12_bit_jpeg_stays_close_and_never_wraps_round(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stimulus = load_image(save_jpeg_12_bit(TWELVE, tmp_path))
    capfd_text = capfd.readouterr()
    assert np.abs(stimulus.pixels.astype(int) - TWELVE).max() < 60
    assert capfd_text.err == ""


def test_a_lossy_jpeg_that_claims_16_bits_is_refused(tmp_path: Path) -> None:
    native = save(dataset_of(TWELVE, bits=12), tmp_path / "native.dcm")
    path = recompress(native, tmp_path / "false.dcm", gdcm.TransferSyntax.JPEGExtendedProcess2_4, quality=95)
    with pytest.raises(DamagedImageError, match="lossy JPEG of 16 bits"):
        load_image(path)


def test_a_picture_over_which_the_decoder_dies_is_refused_and_the_program_lives(tmp_path: Path) -> None:
    native = save(dataset_of(TWELVE, bits=12), tmp_path / "native.dcm")
    path = recompress(native, tmp_path / "deadly.dcm", gdcm.TransferSyntax.JPEGLosslessProcess14_1)
    content = bytearray(path.read_bytes())
    content[content.index(b"\xff\xd8\xff") + 15] = 0  # GDCM 3.2 aborts its process over this one
    path.write_bytes(content)
    with pytest.raises(DamagedImageError, match=r"deadly\.dcm"):
        load_image(path)


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_colour_secondary_captures_come_out_as_rgb(tmp_path: Path, photometric: str) -> None:
    rgb = np.zeros((20, 30, 3), np.uint8)
    rgb[:, :10] = (200, 40, 10)
    rgb[:, 10:20] = (10, 180, 60)
    stored = rgb
    if photometric == "YBR_FULL":
        stored = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)[:, :, [0, 2, 1]]
    stimulus = load_image(save(dataset_of(stored, bits=8, photometric=photometric), tmp_path / "c.dcm"))
    assert stimulus.is_colour
    assert stimulus.photometric == "RGB"
    assert np.abs(stimulus.pixels.astype(int) - rgb).max() <= 2
    assert np.array_equal(render_grey(stimulus, stimulus.start_window), stimulus.pixels)


def test_a_colour_jpeg_capture_comes_out_as_rgb(tmp_path: Path) -> None:
    rgb = np.full((32, 32, 3), (200, 40, 10), np.uint8)
    _, encoded = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])
    dataset = dataset_of(rgb, bits=8, photometric="YBR_FULL_422")
    stimulus = load_image(save_encapsulated(dataset, tmp_path / "c.dcm", encoded.tobytes(), JPEGBaseline8Bit))
    assert np.abs(stimulus.pixels.astype(int) - rgb).max() <= 4


def test_a_palette_capture_comes_out_in_its_colours(tmp_path: Path) -> None:
    index = np.array([[0, 1], [2, 3]], np.uint8)
    dataset = dataset_of(index, bits=8, photometric="PALETTE COLOR")
    for name, entries in (("Red", [0, 255, 0, 9]), ("Green", [0, 0, 255, 9]), ("Blue", [0, 0, 0, 250])):
        dataset.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [4, 0, 16])
        dataset.add_new(
            f"{name}PaletteColorLookupTableData", "OW", (np.array(entries, "<u2") * 257).tobytes()
        )
    pixels = load_image(save(dataset, tmp_path / "p.dcm")).pixels
    assert pixels.reshape(4, 3).tolist() == [[0, 0, 0], [255, 0, 0], [0, 255, 0], [9, 9, 250]]


def test_overlay_bits_above_the_stored_ones_are_ignored(tmp_path: Path) -> None:
    dirty = (TWELVE | 0xA000).astype(np.uint16)
    assert np.array_equal(load_image(save(dataset_of(dirty, bits=12), tmp_path / "o.dcm")).pixels, TWELVE)


def test_spacing_is_given_as_x_and_y(tmp_path: Path) -> None:
    dataset = dataset_of(TWELVE, bits=12)
    dataset.ImagerPixelSpacing = [0.2, 0.1]
    stimulus = load_image(save(dataset, tmp_path / "s.dcm"))
    assert (stimulus.spacing_x_mm, stimulus.spacing_y_mm, stimulus.pixel_aspect) == (0.1, 0.2, 2.0)


def test_a_file_without_preamble_is_recognised(tmp_path: Path) -> None:
    content = save(dataset_of(TWELVE, bits=12), tmp_path / "whole.dcm").read_bytes()
    (tmp_path / "bare.dcm").write_bytes(content[132:])
    assert np.array_equal(load_image(tmp_path / "bare.dcm").pixels, TWELVE)


def test_a_single_pixel_is_an_image(tmp_path: Path) -> None:
    stimulus = load_image(save(dataset_of(np.array([[7]], np.uint16), bits=12), tmp_path / "one.dcm"))
    assert render_grey(stimulus, stimulus.start_window).shape == (1, 1)


def test_several_frames_are_refused(tmp_path: Path) -> None:
    dataset = dataset_of(TWELVE, bits=12)
    dataset.NumberOfFrames = 3
    dataset.PixelData = TWELVE.tobytes() * 3
    with pytest.raises(UnsupportedImageError, match="holds 3 frames; only single images"):
        load_image(save(dataset, tmp_path / "cine.dcm"))


def test_a_file_without_pixels_is_refused(tmp_path: Path) -> None:
    dataset = dataset_of(TWELVE, bits=12)
    del dataset.PixelData
    with pytest.raises(NoPixelsError, match="holds no image"):
        load_image(save(dataset, tmp_path / "report.dcm"))


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("BitsStored", 1), ("BitsAllocated", 64), ("PhotometricInterpretation", "HSV"), ("SamplesPerPixel", 2)],
)
def test_unknown_kinds_of_pixels_are_refused(tmp_path: Path, attribute: str, value: object) -> None:
    dataset = dataset_of(TWELVE, bits=12)
    setattr(dataset, attribute, value)
    with pytest.raises(UnsupportedImageError, match=r"image\.dcm"):
        load_image(save(dataset, tmp_path / "image.dcm"))


def test_an_unknown_transfer_syntax_is_refused(tmp_path: Path) -> None:
    path = save(dataset_of(TWELVE, bits=12), tmp_path / "image.dcm")
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.9.9\0"))
    with pytest.raises(StimulusError, match=r"image\.dcm"):
        load_image(path)


def test_a_header_that_announces_a_huge_image_is_refused_before_decoding(tmp_path: Path) -> None:
    dataset = dataset_of(TWELVE, bits=12)
    dataset.Rows = dataset.Columns = 60_000
    with pytest.raises(ImageTooLargeError, match="60000 x 60000"):
        load_image(save(dataset, tmp_path / "huge.dcm"))


def test_a_compressed_picture_larger_than_its_header_is_refused_before_decoding(tmp_path: Path) -> None:
    _, encoded = cv2.imencode(".jpg", np.zeros((900, 900), np.uint8))
    path = save_encapsulated(
        dataset_of(EIGHT, bits=8), tmp_path / "liar.dcm", encoded.tobytes(), JPEGBaseline8Bit
    )
    with pytest.raises(DamagedImageError, match="48 x 61 px but holds 900 x 900"):
        load_image(path)


def test_a_deflated_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recordings_schema.stimuli.dicom.LARGEST_DATASET_BYTES", 1 << 20)
    dataset = dataset_of(TWELVE, bits=12)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.PixelData = bytes(2 << 20)
    with pytest.raises(ImageTooLargeError, match="unpacks to more than 1 MB"):
        load_image(save(dataset, tmp_path / "bomb.dcm"))


def test_a_file_beyond_the_size_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "LARGEST_FILE_BYTES", 1000)
    with pytest.raises(ImageTooLargeError, match="image files of at most"):
        load_image(save(dataset_of(TWELVE, bits=12), tmp_path / "large.dcm"))


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_refused(tmp_path: Path, syntax: str, share: float) -> None:
    dataset = dataset_of(TWELVE, bits=12)
    if syntax != ExplicitVRLittleEndian:
        compress(dataset, syntax)
    path = save(dataset, tmp_path / "image.dcm")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StimulusError, match=r"image\.dcm"):
        load_image(path)


def test_a_compressed_picture_cut_inside_an_intact_file_is_refused(tmp_path: Path) -> None:
    native = save(dataset_of(TWELVE, bits=12), tmp_path / "native.dcm")
    whole = recompress(native, tmp_path / "whole.dcm", gdcm.TransferSyntax.JPEG2000Lossless)
    import pydicom

    encoded = get_frame(pydicom.dcmread(whole).PixelData, 0)
    cut = save_encapsulated(
        dataset_of(TWELVE, bits=12), tmp_path / "cut.dcm", encoded[: len(encoded) // 2], JPEG2000Lossless
    )
    with pytest.raises(DamagedImageError, match="ends in the middle"):
        load_image(cut)


def test_nothing_identifying_reaches_texts_logs_or_warnings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    dataset = dataset_of(TWELVE, bits=12)
    dataset.PatientBirthDate = "19610203"
    good = save(dataset, tmp_path / "good.dcm")
    content = good.read_bytes()
    bad = tmp_path / "bad.dcm"
    bad.write_bytes(content[: len(content) // 2].replace(b"19610203", b"1961Doe^"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stimulus = load_image(good)
        with pytest.raises(StimulusError) as failure:
            load_image(bad)
    assert failure.value.__cause__ is None
    shown = " ".join([str(failure.value), caplog.text, *(str(one.message) for one in caught), repr(stimulus)])
    assert [secret for secret in SECRETS if secret in shown] == []


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    full = dataset_of(TWELVE, bits=12)
    full.VOILUTSequence = lut_item(0, list(range(256)), 8)
    full.ModalityLUTSequence = lut_item(0, list(range(4096)), 12)
    full.WindowCenter, full.WindowWidth = [2000, 1000], [4000, 500]
    save(full, folder / "native.dcm")
    deflated = dataset_of(TWELVE, bits=12)
    deflated.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    save(deflated, folder / "deflated.dcm")
    for name, syntax in (("rle", RLELossless), ("jpeg-ls", JPEGLSLossless)):
        dataset = dataset_of(TWELVE, bits=12)
        compress(dataset, syntax)
        save(dataset, folder / f"{name}.dcm")
    return folder


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(("native", "deflated", "rle", "jpeg-ls")),
    changes=st.lists(st.tuples(st.floats(0.0, 0.999), st.integers(0, 255)), min_size=1, max_size=6),
    keep=st.floats(0.2, 1.0),
    is_header_only=st.booleans(),
)
def test_any_damage_gives_an_image_or_a_sentence(
    tmp_path: Path,
    corpus: Path,
    name: str,
    changes: list[tuple[float, int]],
    keep: float,
    is_header_only: bool,
) -> None:
    content = bytearray((corpus / f"{name}.dcm").read_bytes())
    reach = min(len(content), 1400) if is_header_only else len(content)
    for place, value in changes:
        content[int(place * reach)] = value
    path = tmp_path / "hurt.dcm"
    path.write_bytes(content if is_header_only else content[: max(200, int(keep * len(content)))])
    try:
        stimulus = load_image(path)
    except StimulusError as err:
        told = str(err)
    else:
        told = "hurt.dcm"
        assert render_grey(stimulus, stimulus.start_window).shape[:2] == (
            stimulus.height_px,
            stimulus.width_px,
        )
    assert "hurt.dcm" in told
    assert [secret for secret in SECRETS if secret in told] == []


def test_a_hand_made_deflated_stream_with_rubbish_is_refused(tmp_path: Path, corpus: Path) -> None:
    start = (corpus / "deflated.dcm").read_bytes()[:132]
    meta = struct.pack("<HH2sH", 2, 0x10, b"UI", 22) + b"1.2.840.10008.1.2.1.99"
    path = tmp_path / "rubbish.dcm"
    deflate = zlib.compressobj(wbits=-15)
    path.write_bytes(start + meta + deflate.compress(b"\0" * 50) + deflate.flush())
    with pytest.raises(StimulusError, match=r"rubbish\.dcm"):
        load_image(path)
