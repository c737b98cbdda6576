"""Texts in films: put into the finished file where its library leaves them out, and read back as data, with limits, by no library at all.

A text is `key` and `value`; GIF, WebP and MP4 have room for one text only and carry all of them as JSON.
"""

import json
import struct
import uuid
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

LONGEST = 4_000_000  # characters of text that are read back


def add(path: Path, kind: str, texts: Mapping[str, str]) -> None:
    """Put texts into an image file that is finished but not yet in its place.

    kind : 'gif', 'apng', 'webp' or 'mp4'
    """
    if not texts:
        return
    if kind == "mp4":
        with path.open("ab") as film:
            film.write(_box(_packed(texts)))
        return
    content = path.read_bytes()
    path.write_bytes({"gif": _into_gif, "apng": _into_apng, "webp": _into_webp}[kind](content, texts))


def read(path: Path) -> dict[str, str]:
    """The texts in a GIF, WebP, MP4 or WebM of ours; nothing of any other file."""
    with path.open("rb") as film:
        start = film.read(12)
        if start[:4] == _EBML:
            return _of_webm(start + film.read(LONGEST))
        if start[4:8] == b"ftyp":
            packed = _of_mp4(film)
        else:
            content = start + film.read() if start[:4] == b"GIF8" or start[8:12] == b"WEBP" else b""
            packed = _of_gif(content) if content[:4] == b"GIF8" else _of_webp(content)
    if not packed or len(packed) > LONGEST:
        return {}
    try:
        found = json.loads(packed)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _packed(texts: Mapping[str, str]) -> bytes:
    return json.dumps(dict(sorted(texts.items()))).encode("ascii")


# -- MP4: a box of our own at the end, where it moves nothing else; players pass over boxes they do not know -----------------------------
_OURS = uuid.UUID("0e6e8a2c-6f2b-5a0e-9d0b-5b7d2f4c1a93").bytes
_MOST_BOXES = 1000


def _box(body: bytes) -> bytes:
    return struct.pack(">I4s", 24 + len(body), b"uuid") + _OURS + body


def _of_mp4(film: BinaryIO) -> bytes:
    """What our box holds; boxes are stepped over by the sizes they announce."""
    place, end = 0, film.seek(0, 2)
    for _ in range(_MOST_BOXES):
        film.seek(place)
        head = film.read(32)
        if len(head) < 8:
            break
        size, kind = struct.unpack(">I4s", head[:8])
        if size == 1 and len(head) >= 16:
            size = struct.unpack(">Q", head[8:16])[0]
        elif kind == b"uuid" and head[8:24] == _OURS:
            film.seek(place + 24)
            return film.read(min(size - 24, LONGEST + 1)) if size > 24 else b""
        if size < 8 or place + size > end:
            break
        place += size
    return b""


# -- WebM: tags before the first cluster, as the library writes them --------------------------------------------------------------------
_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT, _CLUSTER, _INFO, _TITLE = 0x18538067, 0x1F43B675, 0x1549A966, 0x7BA9
_TAGS, _TAG, _SIMPLE_TAG, _NAME, _STRING = 0x1254C367, 0x7373, 0x67C8, 0x45A3, 0x4487


def _of_webm(content: bytes) -> dict[str, str]:
    """Title and tags of a film, by names in small letters; content: its first bytes."""
    found: dict[str, str] = {}
    segment = next(
        ((start, end) for element, start, end in _elements(content, 0, len(content)) if element == _SEGMENT), None
    )
    for element, start, end in _elements(content, *segment) if segment else ():
        if element == _CLUSTER:
            break
        if element == _INFO:
            for kind, s, e in _elements(content, start, end):
                if kind == _TITLE:
                    found["title"] = _string(content, s, e)
        if element == _TAGS:
            tags = [place for kind, *place in _elements(content, start, end) if kind == _TAG]
            for tag in tags:
                for kind, s, e in _elements(content, *tag):
                    if kind == _SIMPLE_TAG:
                        parts = {inner: _string(content, a, b) for inner, a, b in _elements(content, s, e)}
                        found[parts.get(_NAME, "").lower()] = parts.get(_STRING, "")
    return found


def _string(content: bytes, start: int, end: int) -> str:
    return content[start:end].rstrip(b"\0").decode("utf-8", "replace")


def _elements(content: bytes, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Elements of an EBML document one after the other: what they are, where their content starts and ends."""
    while place < end:
        element, place = _number(content, place, keep_mark=True)
        size, place = _number(content, place)
        if size < 0 or place > end:
            return
        yield element, place, min(place + size, end)
        place += size


def _number(content: bytes, place: int, *, keep_mark: bool = False) -> tuple[int, int]:
    """A number of as many bytes as its first one says, and the place after it; -1 where there is none."""
    first = content[place] if place < len(content) else 0
    length = 9 - first.bit_length()
    if not first or place + length > len(content):
        return -1, len(content)
    value = int.from_bytes(content[place : place + length], "big")
    return value if keep_mark else value & ((1 << 7 * length) - 1), place + length


# -- GIF: a comment extension of blocks of up to 255 bytes, before the trailer ---------------------------------------------------------
_COMMENT = b"!\xfe"


def _into_gif(content: bytes, texts: Mapping[str, str]) -> bytes:
    packed = _packed(texts)
    blocks = b"".join(bytes([len(part)]) + part for part in (packed[i : i + 255] for i in range(0, len(packed), 255)))
    return content[:-1] + _COMMENT + blocks + b"\0" + content[-1:]


def _of_gif(content: bytes) -> bytes:
    start = content.rfind(_COMMENT + b"\xff{")
    start = content.rfind(_COMMENT) if start < 0 else start
    if start < 0:
        return b""
    found, place = [], start + 2
    while place < len(content) and content[place]:
        found.append(content[place + 1 : place + 1 + content[place]])
        place += 1 + content[place]
    return b"".join(found)


# -- APNG: an international text chunk each, after the header ------------------------------------------------------------------------
_HEADER_END = 8 + 12 + 13


def _into_apng(content: bytes, texts: Mapping[str, str]) -> bytes:
    chunks = b""
    for key, text in sorted(texts.items()):
        body = b"iTXt" + key.encode("latin-1") + b"\0\1\0\0\0" + zlib.compress(text.encode("utf-8"), 9)
        chunks += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return content[:_HEADER_END] + chunks + content[_HEADER_END:]


# -- WebP: an XMP chunk at the end, announced by a bit of the first chunk --------------------------------------------------------------
_XMP_FLAG = 0x04


def _into_webp(content: bytes, texts: Mapping[str, str]) -> bytes:
    packed = _packed(texts)
    chunk = b"XMP " + struct.pack("<I", len(packed)) + packed + b"\0" * (len(packed) % 2)
    changed = bytearray(content + chunk)
    if content[12:16] == b"VP8X":
        changed[20] |= _XMP_FLAG
    changed[4:8] = struct.pack("<I", len(changed) - 8)
    return bytes(changed)


def _of_webp(content: bytes) -> bytes:
    return next((body for name, body in _webp_chunks(content) if name == b"XMP "), b"")


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(content):
        size = struct.unpack("<I", content[place + 4 : place + 8])[0]
        yield content[place : place + 4], content[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
