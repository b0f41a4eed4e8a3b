"""What lies inside a file beside its plain bytes: archives, compressed text chunks, embedded pictures.

The plain bytes of every file are searched anyway; these are the parts that would stay unseen there. What is
unpacked is bounded, so that no file can fill the memory.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LARGEST_PART_BYTES: Final = 512 * 2**20
_MOST_PARTS: Final = 10_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_TEXT_CHUNKS: Final = {b"zTXt", b"iTXt", b"iCCP"}
_BASE_64: Final = re.compile(rb"base64,([A-Za-z0-9+/\s]{64,}={0,2})")
_PDF_STREAM: Final = re.compile(rb"stream\r?\n")
_CLOSED: Final = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"Salted__": "an encrypted file",
    b"-----BEGIN PGP": "an encrypted file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """Bytes inside a file that do not lie there as they are."""

    place: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadPart:
    """A part that could not be looked into."""

    place: str
    reason: str  # a sentence


class _TooLargeError(Exception):
    """A part unpacks to more than is looked into."""


def parts_of(content: bytes) -> Iterator[FilePart | UnreadPart]:
    """Yield what is packed inside the bytes of a file."""
    if content.startswith(_PNG):
        yield from _png_parts(content)
    elif content.startswith(b"PK\x03\x04"):
        yield from _zip_parts(content)
    elif content.startswith(b"%PDF"):
        yield from _pdf_parts(content)
    elif content.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")):
        yield _unpacked(content)
    else:
        for start, what in _CLOSED.items():
            if content.startswith(start):
                yield UnreadPart(place="", reason=f"It is {what}. Unpack it and scan the folder again.")
    for number, match in enumerate(_BASE_64.finditer(content), 1):
        try:
            decoded = base64.b64decode(re.sub(rb"\s", b"", match[1]) + b"==")
        except (binascii.Error, ValueError):
            yield UnreadPart(place=f"embedded file {number}", reason="It is damaged.")
            continue
        yield FilePart(place=f"embedded file {number}", content=decoded)


def place_of_byte(content: bytes, at: int) -> str:
    """Return where in a picture or sound file a byte lies, in words; else how many bytes into the file."""
    if content.startswith(_PNG):
        chunk = next((name for name, start, end in _png_chunks(content) if start <= at < end), b"")
        if chunk:
            return f"PNG chunk {chunk.decode('latin-1')}"
    if content.startswith(b"\xff\xd8") and at < len(content):
        marker = _jpeg_marker(content, at)
        if marker:
            return marker
    if content.startswith((b"RIFF", b"RF64")):
        part = _riff_chunk(content, at)
        if part:
            return f"sound file's part {part!r}"
    if content.startswith(b"fLaC") and at < 2**20:
        return "tags of the sound file"
    return f"byte {at}"


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        if not name.isalpha():
            return  # not whole: the plain bytes are searched anyway
        yield name, at + 8, min(at + 8 + length, len(content))
        at += 12 + length


def _png_parts(content: bytes) -> Iterator[FilePart | UnreadPart]:
    for name, start, end in _png_chunks(content):
        if name not in _TEXT_CHUNKS:
            continue
        place = f"PNG chunk {name.decode('latin-1')}"
        packed = _after_zeros(content[start:end], name)
        if packed is None:
            continue  # not compressed
        try:
            yield FilePart(place=place, content=_inflate(packed, zlib.MAX_WBITS))
        except (zlib.error, _TooLargeError):
            yield UnreadPart(place=place, reason="It is damaged or too large.")


def _after_zeros(chunk: bytes, name: bytes) -> bytes | None:
    """Return the compressed part of a text chunk, None where its text lies there as it is."""
    _, _, rest = chunk.partition(b"\0")
    if name != b"iTXt":
        return rest[1:]  # behind the method of compression
    if rest[:1] != b"\1":
        return None
    _, _, rest = rest[2:].partition(b"\0")
    return rest.partition(b"\0")[2]


def _zip_parts(content: bytes) -> Iterator[FilePart | UnreadPart]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield FilePart(place="comment of the archive", content=archive.comment)
            for number, member in enumerate(archive.infolist(), 1):
                place = f"member {number}"
                yield FilePart(place=f"name of {place}", content=member.filename.encode("utf-8", "replace"))
                if number > _MOST_PARTS or member.file_size > LARGEST_PART_BYTES:
                    yield UnreadPart(place=place, reason="It is too large.")
                elif member.flag_bits & 1:
                    yield UnreadPart(place=place, reason="It is encrypted.")
                elif not member.is_dir():
                    with archive.open(member) as file:
                        yield FilePart(place=place, content=file.read(LARGEST_PART_BYTES))
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, ValueError, zlib.error):
        yield UnreadPart(
            place="", reason="The archive is damaged, or packed in a way that is not known here."
        )


def _pdf_parts(content: bytes) -> Iterator[FilePart | UnreadPart]:
    for number, match in enumerate(_PDF_STREAM.finditer(content), 1):
        if number > _MOST_PARTS:
            yield UnreadPart(place="", reason="It has too many parts.")
            return
        end = content.find(b"endstream", match.end())
        try:
            yield FilePart(
                place=f"stream {number}", content=_inflate(content[match.end() : end], zlib.MAX_WBITS)
            )
        except (zlib.error, _TooLargeError):
            continue  # packed otherwise; told once below
    yield UnreadPart(
        place="", reason="Text of a PDF file may be stored as shapes of letters. Read it yourself."
    )


def _unpacked(content: bytes) -> FilePart | UnreadPart:
    try:
        if content.startswith(b"\x1f\x8b"):
            with gzip.open(io.BytesIO(content)) as file:
                unpacked = file.read(LARGEST_PART_BYTES + 1)
        elif content.startswith(b"BZh"):
            unpacked = bz2.BZ2Decompressor().decompress(content, LARGEST_PART_BYTES + 1)
        else:
            unpacked = lzma.LZMADecompressor().decompress(content, LARGEST_PART_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        return UnreadPart(place="", reason="The archive is damaged.")
    if len(unpacked) > LARGEST_PART_BYTES:
        return UnreadPart(place="", reason=f"It unpacks to more than {LARGEST_PART_BYTES >> 20} MB.")
    return FilePart(place="unpacked", content=unpacked)


def _inflate(packed: bytes, window_bits: int) -> bytes:
    unpacked = zlib.decompressobj(window_bits).decompress(packed, LARGEST_PART_BYTES + 1)
    if len(unpacked) > LARGEST_PART_BYTES:
        raise _TooLargeError
    return unpacked


def _jpeg_marker(content: bytes, at: int) -> str:
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if place <= at < place + 2 + length:
            return "JPEG comment" if marker == 0xFE else f"JPEG part APP{marker - 0xE0}"
        if marker == 0xDA:
            return ""
        place += 2 + length
    return ""


def _riff_chunk(content: bytes, at: int) -> str:
    place = 12
    while place + 8 <= len(content):
        length = int.from_bytes(content[place + 4 : place + 8], "little")
        if place <= at < place + 8 + length:
            return content[place : place + 4].decode("latin-1")
        place += 8 + length + (length & 1)
    return ""
