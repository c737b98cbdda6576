"""Hostile input: files that were damaged at random, and arguments put together at random, thrown at the doors of the program.

A door is a command. Whatever comes in, it answers in time with status 0, or with status 2 and one sentence; it reads and writes nothing
outside the folder of its case. `tests/test_fuzz.py` tries some cases at every run, `benchmarks/fuzz.py` as many as one likes.
"""

import contextlib
import io
import os
import random
import re
import resource
import signal
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from time import process_time
from types import FrameType
from typing import Any

import numpy as np
import tomli_w
import trimesh
from bone_folders import shipped
from PIL import Image

from visualiser import cli
from visualiser.anatomy import skeleton
from visualiser.bodies import assets
from visualiser.conventions import LEG_COORDINATES
from visualiser.exports.glb import SCENE_EXTRAS, packed
from visualiser.films.video import VideoWriter
from visualiser.scene import Scene
from visualiser.writing import write_png

TIME_LIMIT_S = 10.0  # of the processor: other work on the machine does not count
LONGEST_SENTENCE = 2500  # characters: some list every name that is allowed
WAIT_LIMIT_S = 60.0  # of the clock: who waits for something that never comes is found too
MEMORY_LIMIT = 2 * 2**30  # bytes above what the process held before
# Values that parsers and arithmetic stumble over.
NASTY = (
    *("", "0", "-0", "-1", "nan", "inf", "-inf", "1e999", "1e-400", "9" * 40, "2147483648", "18446744073709551616"),
    *(
        "0.6",
        "60%",
        "1e3",
        "true",
        "null",
        "[]",
        "{}",
        '"',
        "'",
        "\\",
        "\x00",
        "\ufeff",
        "é",
        "𝔘",
        "\u202e",
        "a" * 5000,
    ),
    *(
        "../../../etc/passwd",
        "/etc/passwd",
        "~",
        "$HOME",
        "%s%n",
        "{0.__class__}",
        "__import__('os')",
        "; rm x",
        "file:///etc/passwd",
    ),
    *("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", "&b;", "[" * 400, "a = " * 200, "\r\n", "\t", ","),
)


FIGURES = (
    b"0",
    b"-1",
    b"1e9",
    b"-1e9",
    b"nan",
    b"inf",
    b"0.0000001",
    b"1e308",
    b"99999999999999999999",
    b"1_0",
    b"0x10",
)
VALUES: tuple[Any, ...] = (
    *(
        0,
        1,
        -1,
        3.5,
        1e9,
        -1e9,
        1e308,
        float("nan"),
        float("inf"),
        2**62,
        True,
        False,
        "",
        "x",
        "squat",
        "right",
        "all",
    ),
    *(
        [],
        {},
        [[]],
        [0],
        [[0, 1]],
        [[1, 0]],
        [[0.1, 0.2], [0.15, 0.3]],
        ["foot", "foot"],
        {"all": "loud"},
        "../../etc/passwd",
        "\x7f",
        "é" * 300,
    ),
    *(
        [{"time_s": 0}],
        [{"time_s": 0}, {"time_s": 0}],
        [{"time_s": 0}, {"time_s": 1, "hip_flexion": 1e6}],
        [1.0, 2.0, 3.0],
    ),
)


@dataclass(frozen=True, slots=True)
class Case:
    """Files by name, and the words of the command that is to cope with them."""

    door: str
    files: Mapping[str, bytes]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: its status, what it said, how long it took, and what was wrong with that (nothing, if nothing)."""

    status: int | None
    said: str
    seconds: float
    fault: str


# -- damage ----------------------------------------------------------------------------------------------------------


def damaged(content: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """A file after one to four accidents."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        content = dice.choice(_ACCIDENTS)(content, dice, others)
    return content[: 4 * 2**20]


def _flip(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    data = bytearray(content)
    for _turn in range(dice.choice((1, 3, 20))):
        if data:
            data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def _figure(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Another number in the place of a number: the file stays readable, what it says does not stay sensible."""
    found = list(re.finditer(rb"-?\d+(\.\d+)?", content[:50_000]))
    if not found:
        return content
    place = dice.choice(found)
    return content[: place.start()] + dice.choice(FIGURES) + content[place.end() :]


def tampered(content: bytes, dice: random.Random) -> bytes:
    """A TOML file with one to three values or keys changed, wherever they stand: still TOML."""
    table = tomllib.loads(content.decode())
    for _ in range(dice.choice((1, 1, 3))):
        holder, key = dice.choice(list(_places(table)) or [({"x": 0}, "x")])
        kind = dice.random()
        if kind < 0.15 and isinstance(holder, dict):
            holder[dice.choice(("x", "at", "hip_flexio", "__class__", *NASTY[:6]))] = holder.pop(key)
        elif kind < 0.25:
            del holder[key]
        else:
            holder[key] = deepcopy(dice.choice(VALUES))  # the next accident may happen inside it
    return tomli_w.dumps(table).encode()


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Every (table or list, key) of a document."""
    for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])


def _type(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    """A slip of the finger: one printable character for another."""
    if not content:
        return content
    start = dice.randrange(len(content))
    return content[:start] + dice.choice(b'0123456789-.,="[]{}aeZ \n').to_bytes() + content[start + 1 :]


def _cut(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _drop(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start = dice.randrange(len(content) + 1)
    return content[:start] + content[start + dice.choice((1, 2, 4, 64, 1000)) :]


def _double(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start = dice.randrange(len(content) + 1)
    piece = content[start : start + dice.choice((1, 8, 200))]
    return content[:start] + piece * dice.choice((2, 3, 50)) + content[start:]


def _splice(content: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    other = dice.choice(others)
    return content[: dice.randrange(len(content) + 1)] + other[dice.randrange(len(other) + 1) :]


def _insert(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    start = dice.randrange(len(content) + 1)
    return content[:start] + dice.choice(NASTY).encode("utf-8", "surrogatepass") + content[start:]


def _number(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Another value in the place of one that stands after '=', a blank, a comma or a quote."""
    places = [i + 1 for i, byte in enumerate(content[:20000]) if byte in b'= ,\t">']
    if not places:
        return content
    start = dice.choice(places)
    end = start
    while end < len(content) and content[end] not in b' ,\t\n"<}]':
        end += 1
    return content[:start] + dice.choice(NASTY).encode("utf-8", "surrogatepass") + content[end:]


def _lines(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    lines = content.split(b"\n")
    i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    if dice.random() < 0.5:
        del lines[dice.randrange(len(lines))]
    return b"\n".join(lines)


def _size_field(content: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Four bytes of a binary file that may be a length become another length."""
    if len(content) < 8:
        return content
    start = dice.randrange(min(len(content) - 4, 400))
    value = dice.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, len(content), 10**8))
    return content[:start] + value.to_bytes(4, "little") + content[start + 4 :]


_ACCIDENTS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    *(
        _flip,
        _figure,
        _figure,
        _figure,
        _figure,
        _type,
        _type,
        _type,
        _type,
        _cut,
        _drop,
        _double,
        _splice,
        _insert,
        _number,
        _number,
        _lines,
        _size_field,
    ),
)


# -- sound files to start from ---------------------------------------------------------------------------------------


@lru_cache
def scenes() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in assets.scene_paths().values())


@lru_cache
def recordings() -> tuple[bytes, ...]:
    rows = [(i / 20, 5 * i, -2 * i, i) for i in range(12)]
    names = ("time", "hip_flexion_r", "knee_angle_r", "pelvis_tilt")
    body = "\n".join("\t".join(f"{value:g}" for value in row) for row in rows)
    header = "walk\nversion=1\nnRows=12\nnColumns=4\ninDegrees=yes\nendheader\n"
    table = ",".join(names) + "\n" + body.replace("\t", ",") + "\n"
    return ((header + "\t".join(names) + "\n" + body + "\n").encode(), table.encode())


@lru_cache
def meshes(suffix: str) -> tuple[bytes, ...]:
    """Our own femur and a ball."""
    vertices, faces, _ = shipped("femur")
    every = (trimesh.Trimesh(vertices, faces, process=False), trimesh.creation.icosphere(2, 200.0))
    if suffix == "vtp":
        return tuple(_vtp(mesh, packed) for mesh in every for packed in (False, True))
    return tuple(_bytes(trimesh.exchange.export.export_mesh(mesh, None, file_type=suffix)) for mesh in every)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _vtp(mesh: trimesh.Trimesh, packed: bool) -> bytes:
    """A VTK file, text or packed, without VTK."""
    import base64
    import zlib

    def array(values: np.ndarray, kind: str, name: str) -> str:
        if not packed:
            text = " ".join(map(str, values.ravel()))
            return f'<DataArray type="{kind}" Name="{name}" NumberOfComponents="3" format="ascii">{text}</DataArray>'
        raw = values.tobytes()
        block = zlib.compress(raw)
        head = np.array([1, len(raw), 0, len(block)], np.uint32).tobytes()
        text = (base64.b64encode(head) + base64.b64encode(block)).decode()
        return f'<DataArray type="{kind}" Name="{name}" NumberOfComponents="3" format="binary">{text}</DataArray>'

    count = len(mesh.faces)
    points = array(mesh.vertices.astype(np.float32), "Float32", "Points")
    polys = array(mesh.faces.astype(np.int32), "Int32", "connectivity")
    ends = array(3 * np.arange(1, count + 1, dtype=np.int32), "Int32", "offsets")
    return (
        '<VTKFile type="PolyData" version="0.1" byte_order="LittleEndian" header_type="UInt32" '
        'compressor="vtkZLibDataCompressor"><PolyData>'
        f'<Piece NumberOfPoints="{len(mesh.vertices)}" NumberOfPolys="{count}"><Points>{points}</Points>'
        f"<Polys>{polys}{ends}</Polys></Piece></PolyData></VTKFile>"
    ).encode()


@lru_cache
def landmarks() -> tuple[bytes, ...]:
    places = "\n".join(f"{name} = [{x}, {y}, {z}]" for name, (x, y, z) in shipped("femur")[2].items())
    return (f'units = "mm"\n\n[femur]\n{places}\n'.encode(),)


@lru_cache
def pictures() -> tuple[bytes, ...]:
    return (picture({"at": "0.4"}), picture({"at": "nan", "tightness": "2", "legs": "../x", "side": "up"}))


def picture(texts: Mapping[str, str]) -> bytes:
    """A PNG that carries a scene, and these texts beside it or in its place."""
    scene = Scene.load("straight_leg_raise")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        write_png(Image.new("RGB", (64, 64)), path, metadata={**scene._metadata(), **texts})
        return path.read_bytes()


FILMS = ("mp4", "webm", "gif", "webp", "apng")


@lru_cache
def films(suffix: str) -> tuple[bytes, ...]:
    return (film(suffix, Scene.load("straight_leg_raise")._metadata()),)


def film(suffix: str, texts: Mapping[str, str]) -> bytes:
    """Two grey frames that carry a scene."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{suffix}"
        with VideoWriter(path, width=16, height=16, fps=5, metadata=texts) as writer:
            for grey in (90, 160):
                writer.write(np.full((16, 16, 3), grey, dtype=np.uint8))
        return path.read_bytes()


@lru_cache
def models() -> tuple[bytes, ...]:
    return (model(Scene.load("straight_leg_raise")._metadata()),)


def model(texts: Mapping[str, str]) -> bytes:
    """A GLB that carries a scene in its extras."""
    return packed({"asset": {"version": "2.0"}, "scenes": [{"extras": {SCENE_EXTRAS: dict(texts)}}]}, b"\0" * 64)


JOB = b"""[defaults]
samples = 3

[[output]]
file = "raise.csv"
scene = "straight_leg_raise"
tightness = 0.5

[[output]]
file = "tables/{scene}.csv"
scenes = ["squat", "sprint"]
side = "left"
"""


@lru_cache
def jobs() -> tuple[bytes, ...]:
    return (JOB,)


# -- doors -----------------------------------------------------------------------------------------------------------

Door = Callable[[random.Random], Case]


def _file_door(door: str, name: str, sound: Callable[[], Sequence[bytes]], *words: str) -> Door:
    def make(dice: random.Random) -> Case:
        whole = dice.choice(sound())
        toml = name.endswith(".toml") and dice.random() < 0.7
        content = tampered(whole, dice) if toml else damaged(whole, dice, sound())
        return Case(door, {name: content}, words)

    return make


def _bones_door(suffix: str) -> Door:
    def make(dice: random.Random) -> Case:
        mesh = dice.choice(meshes(suffix))
        marks = landmarks()[0]
        if dice.random() < 0.6:
            mesh = damaged(mesh, dice, meshes(suffix))
        else:
            marks = (
                tampered(marks, dice) if dice.random() < 0.7 else damaged(marks, dice, (*landmarks(), *scenes()[:2]))
            )
        return Case(f"bones .{suffix}", {f"b/femur.{suffix}": mesh, "b/landmarks.toml": marks}, ("bones", "check", "b"))

    return make


def _film_door(suffix: str) -> Door:
    words = ("measure", f"case.{suffix}", "--samples", "3", "-o", "out.csv")
    return _file_door(suffix, f"case.{suffix}", partial(films, suffix), *words)


def _texts_door(suffix: str, make_file: Callable[[Mapping[str, str]], bytes]) -> Door:
    """A sound file whose texts were tampered with: damage to the file itself is mostly found by its checksums."""

    def make(dice: random.Random) -> Case:
        scene = Scene.load("straight_leg_raise")._metadata()["comment"].encode()
        key, _, text = scene.partition(b"\n")
        changed = {
            "comment": (key + b"\n" + tampered(text, dice)).decode()
            if dice.random() < 0.6
            else damaged(scene, dice, scenes()).decode("utf-8", "replace"),
            **{key: dice.choice(NASTY) for key in ("at", "side", "legs", "tightness", "title") if dice.random() < 0.3},
        }
        if dice.random() < 0.3:
            del changed["comment"]
        words = ("measure", f"case.{suffix}", "--samples", "3", "-o", "out.csv")
        return Case(f"{suffix} texts", {f"case.{suffix}": make_file(changed)}, words)

    return make


_COMMANDS: Mapping[str, Sequence[str]] = {
    "measure": ("--pose", "--grid", "--samples", "--side", "--tightness", "--motion", "--knee-sign", "--bones", "-o"),
    "shot": (
        *(
            "--at",
            "--pose",
            "--view",
            "--theme",
            "--labels",
            "--style",
            "--language",
            "--frame",
            "--width",
            "--height",
            "--size",
        ),
        *(
            "--hide",
            "--only",
            "--opacity",
            "--peel",
            "--colour",
            "--azimuth",
            "--elevation",
            "--zoom",
            "--quality",
            "--section",
        ),
        *(
            "--views",
            "--compare",
            "--side",
            "--legs",
            "--tightness",
            "--motion",
            "--width-cm",
            "--dpi",
            "--bones",
            "-o",
        ),
    ),
    "clip": ("--fps", "--speed", "--view", "--theme", "--labels", "--size", "--colour", "--side", "--tightness", "-o"),
    "plot": ("--of", "--vs", "--tightness", "--side", "-o"),
    "sheet": ("--frames", "-o"),
    "list": ("--kind",),
    "info": ("--name",),
    "new": ("--from",),
    "schema": ("-o",),
    "view": ("--side", "--legs", "--theme", "--tightness"),
    "bones": ("check",),
    "check-me": (),
}


def _arguments(dice: random.Random) -> Case:
    """Words of a command line, most of them wrong."""
    command = dice.choice(list(_COMMANDS))
    words = [command]
    if dice.random() < 0.8:
        words.append(dice.choice(("straight_leg_raise", "squat", "nosuch", *NASTY)))
    # One option is certainly wrong where drawing would take long, so that the sentence is what is tried.
    slow = command in ("shot", "clip", "sheet", "plot")
    for number in range(dice.randrange(1 if slow else 0, 4)):
        options = _COMMANDS[command]
        if options:
            words += [
                dice.choice(options),
                f"wrong{dice.choice(NASTY)}" if slow and number == 0 else dice.choice(NASTY),
            ]
    for name in ("--pose", "--grid"):
        if name in words and dice.random() < 0.7:
            coordinate = dice.choice((*LEG_COORDINATES, *skeleton.COORDINATES, "nosuch"))
            words[words.index(name) + 1] = f"{coordinate}={dice.choice(('0:120:10', '10', *NASTY))}"
    return Case("arguments", {}, tuple(word.replace("\x00", "\\0") for word in words))


DOORS: Mapping[str, Door] = {
    "scene": _file_door("scene", "case.toml", scenes, "measure", "case.toml", "--samples", "3", "-o", "out.csv"),
    "mot": _file_door("mot", "case.mot", recordings, "measure", "case.mot", "--samples", "3", "-o", "out.csv"),
    "sto": _file_door(
        "sto", "case.sto", recordings, "measure", "case.sto", "--clamp", "--samples", "3", "-o", "out.csv"
    ),
    "csv": _file_door("csv", "case.csv", recordings, "measure", "case.csv", "--samples", "3", "-o", "out.csv"),
    "png": _file_door("png", "case.png", pictures, "measure", "case.png", "--samples", "3", "-o", "out.csv"),
    "job": _file_door("job", "case.toml", jobs, "render", "case.toml", "-o", "out"),
    "png texts": _texts_door("png", picture),
    "glb": _file_door("glb", "case.glb", models, "measure", "case.glb", "--samples", "3", "-o", "out.csv"),
    "glb texts": _texts_door("glb", model),
    **{suffix: _film_door(suffix) for suffix in FILMS},
    "mp4 texts": _texts_door("mp4", partial(film, "mp4")),
    "webm texts": _texts_door("webm", partial(film, "webm")),
    **{f"bones .{suffix}": _bones_door(suffix) for suffix in ("stl", "obj", "ply", "vtp", "glb")},
    "arguments": _arguments,
}


def cases(seed: int, count: int, doors: Sequence[str] = tuple(DOORS)) -> Iterator[Case]:
    """`count` cases, the doors in turns; the same seed gives the same cases."""
    for number in range(count):
        door = doors[number % len(doors)]
        yield DOORS[door](random.Random(f"{seed}-{number}-{door}"))


# -- trying ----------------------------------------------------------------------------------------------------------


class TooSlow(BaseException):
    """The time of a case is over; no handler for ordinary errors may swallow it."""


class _Watch:
    """Notes files that are opened for writing, or read, where a case has no business; and processes and sockets."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.named: tuple[str, ...] = ()
        self.seen: list[str] = []
        homes = {sys.prefix, sys.base_prefix, str(assets.data_folder("meshes").parent), *filter(None, sys.path)}
        # Caches of libraries and of the program may be read and made anew.
        self._caches = (str(Path.home() / ".cache"), str(Path.home() / ".config" / "matplotlib"))
        folders = (*homes, *self._caches, "/dev", "/proc", "/usr", "/sys", "/etc/localtime")
        self._readable = tuple(str(Path(folder).resolve()) for folder in folders)
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None:
            return
        if event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            inside = path.startswith((str(self.folder), *self._caches))
            writes = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not inside and ((writes and path != "/dev/null") or not path.startswith((*self._readable, *self.named))):
                self.seen.append(f"{'wrote' if writes else 'read'} {path}")
        elif event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "shutil.rmtree"):
            paths = [os.path.realpath(os.fsdecode(a)) for a in arguments[:2] if isinstance(a, str | bytes)]
            allowed = (str(self.folder), *self._caches)
            self.seen += [f"{event} {path}" for path in paths if not path.startswith(allowed)]
        elif event in ("subprocess.Popen", "os.system", "os.exec", "socket.connect"):
            self.seen.append(f"{event} {arguments[:1]}")


@lru_cache
def _watch() -> _Watch:
    return _Watch()


def attempt(case: Case, folder: Path) -> Outcome:
    """Run a case in a folder of its own and judge how it ended."""
    for name, content in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    status, problem = None, ""
    before, memory = Path.cwd(), _held()
    watch = _watch()
    watch.folder, watch.seen = folder.resolve(), []
    watch.named = tuple(os.path.realpath(folder / word) for word in case.words)  # what the user names may be read
    os.chdir(folder)
    old = {number: signal.signal(number, _over) for number in (signal.SIGALRM, signal.SIGPROF)}
    signal.setitimer(signal.ITIMER_PROF, TIME_LIMIT_S)
    signal.setitimer(signal.ITIMER_REAL, WAIT_LIMIT_S)
    started = process_time()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main(case.words)
    except TooSlow:
        problem = f"took longer than {TIME_LIMIT_S:g} s"
    except SystemExit as end:
        problem = f"ended the program with {end.code}"
    except BaseException as error:
        problem = f"{type(error).__name__}: {traceback.format_exc(limit=-3)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in old.items():
            signal.signal(number, handler)
        watch.folder = None
        os.chdir(before)
    seconds, said = process_time() - started, err.getvalue()
    if not problem:
        problem = _fault(status, said, watch.seen, _held() - memory)
    return Outcome(status, said, seconds, problem)


def _over(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


def _held() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _fault(status: int | None, said: str, seen: Sequence[str], grown: int) -> str:
    if seen:
        return f"went outside its folder: {', '.join(seen[:3])}"
    if status not in (0, 2):
        return f"status {status}"
    last = said.strip().splitlines()
    if status == 2 and (not last or not last[-1].startswith("hamstring: ")):
        return f"no sentence: {said[-300:]!r}"
    if status == 2 and len(last[-1]) > LONGEST_SENTENCE:
        return f"a sentence of {len(last[-1])} characters"
    if "Traceback" in said:
        return f"a traceback: {said[-300:]!r}"
    if grown > MEMORY_LIMIT:
        return f"took {grown >> 20} MB"
    return ""
