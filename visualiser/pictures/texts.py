"""Texts in animated images: libraries that write GIF, APNG and WebP leave them out, so they are put into the finished file.

A text is `key` and `value`; GIF and WebP have room for one text only and carry all of them as JSON.
"""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

LONGEST = 4_000_000  # characters of text that are read back


def add(path: Path, kind: str, texts: Mapping[str, str]) -> None:
    """Put texts into an image file that is finished but not yet in its place.

    kind : 'gif', 'apng' or 'webp'
    """
    if not texts:
        return
    content = path.read_bytes()
    path.write_bytes({"gif": _into_gif, "apng": _into_apng, "webp": _into_webp}[kind](content, texts))


def read(path: Path) -> dict[str, str]:
    """The texts that `add` put into a GIF or WebP; nothing of a file that has none."""
    content = path.read_bytes()
    packed = _of_gif(content) if content[:4] == b"GIF8" else _of_webp(content) if content[8:12] == b"WEBP" else b""
    if not packed or len(packed) > LONGEST:
        return {}
    try:
        found = json.loads(packed)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _packed(texts: Mapping[str, str]) -> bytes:
    return json.dumps(dict(sorted(texts.items()))).encode("ascii")


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
