"""The container of glTF 2.0: numbers packed into one binary block, described in JSON, written and read as a GLB file.

source : Khronos glTF 2.0 specification, section 4.4 (GLB) and 3.6 (accessors)
"""

import json
import struct
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualiser.typed import ByteArray

SCENE_EXTRAS = "hamstring_visualiser"  # under which a file's scene carries the movement, to be opened again
MAGIC, VERSION = 0x46546C67, 2
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_ARRAY_BUFFER, _ELEMENT_BUFFER = 34962, 34963
_COMPONENT = {
    np.dtype(kind): code for kind, code in (("i1", 5120), ("u1", 5121), ("u2", 5123), ("u4", 5125), ("f4", 5126))
}
_SHAPES = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}

Json = dict[str, Any]


class Packer:
    """Collects arrays; `views` and `accessors` are the JSON that describes them."""

    def __init__(self) -> None:
        self.views: list[Json] = []
        self.accessors: list[Json] = []
        self._parts: list[bytes] = []
        self._size = 0

    def bytes_view(self, content: bytes, target: int | None = None) -> int:
        """The number of a new view of raw bytes, which starts at a multiple of four."""
        view: Json = {"buffer": 0, "byteOffset": self._size, "byteLength": len(content)}
        if target is not None:
            view["target"] = target
        self.views.append(view)
        padded = content + b"\0" * (-len(content) % 4)
        self._parts.append(padded)
        self._size += len(padded)
        return len(self.views) - 1

    def add(
        self, array: NDArray[Any], *, bounds: bool = False, normalized: bool = False, target: int | None = None
    ) -> int:
        """The number of a new accessor of `array` (N, ...); `bounds` writes its least and largest values, as positions and times need."""
        kind = array.dtype
        content = np.ascontiguousarray(array)
        shape = _SHAPES[content.shape[1:]]
        if content.shape[1:] == (4, 4):  # glTF stores columns
            content = np.ascontiguousarray(np.swapaxes(content, 1, 2))
        accessor: Json = {
            "bufferView": self.bytes_view(content.astype(kind.newbyteorder("<")).tobytes(), target),
            "componentType": _COMPONENT[np.dtype(kind)],
            "count": len(content),
            "type": shape,
        }
        if normalized:
            accessor["normalized"] = True
        if bounds:
            flat = content.reshape(len(content), -1)
            accessor["min"], accessor["max"] = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def vertices(self, array: NDArray[Any], *, bounds: bool = False, normalized: bool = False) -> int:
        """The number of an accessor of vertex attributes."""
        return self.add(array, bounds=bounds, normalized=normalized, target=_ARRAY_BUFFER)

    def triangles(self, faces: NDArray[Any]) -> int:
        """The number of an accessor of triangle corners (F, 3), as small as their numbers allow."""
        kind = np.uint16 if faces.max() < 65535 else np.uint32
        return self.add(faces.reshape(-1).astype(kind), target=_ELEMENT_BUFFER)

    def content(self) -> bytes:
        """The whole binary block."""
        return b"".join(self._parts)


def packed(document: Mapping[str, Any], binary: bytes) -> bytes:
    """A GLB file of a document and its binary block."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    size = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        (
            struct.pack("<III", MAGIC, VERSION, size),
            struct.pack("<II", len(text), _JSON),
            text,
            struct.pack("<II", len(binary), _BIN),
            binary,
        )
    )


def document_of(path: str | PathLike[str], largest: int) -> Json:
    """The JSON of a GLB file, without its binary block.

    raises : ValueError saying what is wrong; OSError
    """
    with Path(path).open("rb") as file:
        head = file.read(20)
        if len(head) < 20:
            raise ValueError("it is too short")
        magic, version, _, length, kind = struct.unpack("<IIIII", head)
        if magic != MAGIC or version != VERSION or kind != _JSON:
            raise ValueError("it is no binary glTF 2.0")
        if length > largest:
            raise ValueError(f"its description is {length} bytes long; at most {largest} are read")
        text = file.read(length)
    if len(text) < length:
        raise ValueError("it ends too early")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("its description is no JSON") from None
    if not isinstance(document, dict):
        raise ValueError("its description is no JSON object")
    return document


def rounded(values: NDArray[Any], steps_per_unit: int) -> NDArray[np.float32]:
    """Values on a binary grid, as single precision: their last bits are zero, so that they compress."""
    on_grid: NDArray[np.float32] = (np.round(np.asarray(values, np.float64) * steps_per_unit) / steps_per_unit).astype(
        np.float32
    )
    return on_grid


def linear_colour(colours: ByteArray, alpha: float = 1.0) -> NDArray[np.uint16]:
    """Screen colours (V, 3), 0 to 255, as the linear light that glTF multiplies: (V, 4) of 0 to 65535."""
    share = colours.astype(np.float64) / 255.0
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    with_alpha = np.concatenate([light, np.full((len(light), 1), alpha)], axis=1)
    return np.round(with_alpha * 65535.0).astype(np.uint16)
