"""Reading VTK PolyData files (.vtp): points and polygons, text or binary, compressed or not.

A reader of our own, for two reasons: meshes are read in a layer that does not load VTK, and VTK's reader trusts the file, so that a damaged
one can end the program. Entities and document types are refused, nothing outside the file is looked at, sizes are checked before they
are believed.
"""

import binascii
import re
import zlib
from xml.etree.ElementTree import Element, ParseError, XMLParser

import numpy as np
from numpy.typing import NDArray

from visualiser.typed import FloatArray, IntArray

MOST_BYTES = 512 * 2**20  # of all unpacked arrays together
_KINDS = {
    "Int8": "i1",
    "UInt8": "u1",
    "Int16": "i2",
    "UInt16": "u2",
    "Int32": "i4",
    "UInt32": "u4",
    "Int64": "i8",
    "UInt64": "u8",
    "Float32": "f4",
    "Float64": "f8",
}
_RAW = re.compile(rb"<AppendedData[^>]*>\s*_", re.DOTALL)


def read_vtp(content: bytes) -> tuple[FloatArray, IntArray]:
    """Vertices (V, 3) and triangles (F, 3) of a file; polygons of more corners are cut into fans.

    raises : ValueError saying what is wrong
    """
    appended = b""
    found = _RAW.search(content)
    if found:  # raw bytes are no XML: they are cut out before it is parsed
        head, appended = content[: found.end()], content[found.end() :]
        if b'encoding="base64"' in found.group():
            appended = appended.partition(b"<")[0]
        content = head + b"</AppendedData></VTKFile>"
    root = _parsed(content)
    if root.tag != "VTKFile" or root.get("type") != "PolyData":
        raise ValueError("it is no VTK PolyData file")
    reader = _Arrays(root, appended)
    corners, triangles, first = [], [], 0
    for piece in root.iter("Piece"):
        points = reader.one(piece, "Points", None).astype(np.float64)
        if points.size % 3:
            raise ValueError("its points are not three numbers each")
        corners.append(points.reshape(-1, 3))
        if piece.find("Polys") is not None and int(piece.get("NumberOfPolys") or 0) > 0:
            connected = reader.one(piece, "Polys", "connectivity").astype(np.intp)
            triangles.append(first + _fans(connected, reader.one(piece, "Polys", "offsets").astype(np.intp)))
        first += len(corners[-1])
    if not triangles:
        raise ValueError("it has no polygons")
    return np.concatenate(corners), np.concatenate(triangles)


def _parsed(content: bytes) -> Element:
    if re.search(rb"<!(DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise ValueError("document types and entities are not allowed in it")
    parser = XMLParser()
    try:
        parser.feed(content)
        root: Element = parser.close()
    except ParseError as problem:
        raise ValueError(f"it is not XML ({problem})") from None
    return root


def _fans(connected: IntArray, ends: IntArray) -> IntArray:
    """Triangles (F, 3) of polygons whose corners stand in a row, each up to its end."""
    begins = np.concatenate([[0], ends[:-1]]).astype(np.intp)
    sizes = ends - begins
    if len(ends) == 0 or (sizes < 0).any() or ends[-1] > len(connected):
        raise ValueError("its polygons do not match their corners")
    count = np.maximum(sizes - 2, 0)
    owner = np.repeat(np.arange(len(ends)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    start = begins[owner]
    return np.column_stack([connected[start], connected[start + step + 1], connected[start + step + 2]])


class _Arrays:
    """The data arrays of one file."""

    def __init__(self, root: Element, appended: bytes) -> None:
        self.order = ">" if root.get("byte_order") == "BigEndian" else "<"
        self.header = np.dtype(self.order + _KINDS[root.get("header_type") or "UInt32"])
        compressor = root.get("compressor")
        if compressor not in (None, "", "vtkZLibDataCompressor"):
            raise ValueError(f"its compression {compressor!r} is not known")
        self.packed = bool(compressor)
        self.room = MOST_BYTES
        self.appended = appended
        block = root.find("AppendedData")
        self.appended_is_text = block is not None and block.get("encoding") == "base64"

    def one(self, piece: Element, group: str, name: str | None) -> NDArray[np.generic]:
        """The array called `name` (or the only one) of a group of a piece."""
        for found in piece.findall(f"{group}/DataArray"):
            if name is None or found.get("Name") == name:
                return self._values(found)
        raise ValueError(f"its {group} have no {name or 'values'}")

    def _values(self, array: Element) -> NDArray[np.generic]:
        kind = _KINDS.get(array.get("type") or "")
        if kind is None:
            raise ValueError(f"numbers of type {array.get('type')!r} are not known")
        form = array.get("format") or "ascii"
        if form == "ascii":
            return np.array((array.text or "").split(), dtype=np.float64 if kind[0] == "f" else np.int64)
        if form == "binary":
            content = self._unpacked((array.text or "").strip().encode(), is_text=True)
        elif form == "appended":
            offset = int(array.get("offset") or 0)
            if not 0 <= offset < len(self.appended):
                raise ValueError("its data lie outside the file")
            content = self._unpacked(self.appended[offset:], is_text=self.appended_is_text)
        else:
            raise ValueError(f"data in the form {form!r} are not known")
        return np.frombuffer(content, dtype=np.dtype(self.order + kind))

    def _unpacked(self, raw: bytes, is_text: bool) -> bytes:
        """Bytes of an array behind its header: one block with its length, or compressed blocks with theirs."""
        size = self.header.itemsize
        if not self.packed:
            content = _decoded(raw, None) if is_text else raw
            (length,) = self._numbers(content, 1)
            if length > len(content) - size:
                raise ValueError("it ends too early")
            return content[size : size + length]
        # The header of compressed data (how many blocks, size of a block, of the last one, packed sizes) is encoded by itself.
        start = _decoded(raw, size) if is_text else raw[:size]
        (blocks,) = self._numbers(start, 1)
        if not 0 < blocks * size <= len(raw):
            raise ValueError("its compressed blocks cannot be counted")
        header = (3 + blocks) * size
        numbers = self._numbers(_decoded(raw, header) if is_text else raw, 3 + blocks)
        self.room -= numbers[1] * blocks
        if self.room < 0:
            raise ValueError(f"its arrays are larger than {MOST_BYTES >> 20} MB")
        body = _decoded(raw[4 * -(-header // 3) :], None) if is_text else raw[header:]
        whole, at = [], 0
        for packed in numbers[3:]:
            unpacker = zlib.decompressobj()
            try:
                whole.append(unpacker.decompress(body[at : at + packed], max(numbers[1], 1)))
            except zlib.error:
                raise ValueError("its compressed data are damaged") from None
            at += packed
        return b"".join(whole)

    def _numbers(self, content: bytes, count: int) -> list[int]:
        if len(content) < count * self.header.itemsize:
            raise ValueError("it ends too early")
        return [int(n) for n in np.frombuffer(content, dtype=self.header, count=count)]


def _decoded(text: bytes, size: int | None) -> bytes:
    """Bytes behind base64: the first `size` of them, or all up to the padding."""
    cut = text if size is None else text[: 4 * -(-size // 3)]
    try:
        content = binascii.a2b_base64(cut)
    except binascii.Error:
        raise ValueError("its base64 data are damaged") from None
    return content if size is None else content[:size]
