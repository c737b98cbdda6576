"""Encoders: the same frames into each kind of film, by PyAV. Frame k is shown from k/fps to (k+1)/fps seconds.

Measured on our own frames at 1080p (benchmarks/run.py --encoder): x264's veryfast makes files half as large as superfast for 1 dB; the
presets above it take up to twice the time for one hundredth of size. CRF 18 keeps thin leaders and type clean: 41 dB, about half a
megabyte a second. VP9 at CRF 24 with cpu-used 5 looks the same and takes about three times as long.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from visualiser.pictures import texts
from visualiser.pictures.ink import four_bytes
from visualiser.typed import ByteArray

X264_PRESET = "veryfast"
X264_CRF = 18
VP9_CRF = 24
WEBP_QUALITY = 75
BT709 = 1  # the number of ITU-R BT.709 in H.264's tables of primaries, transfer and matrix
LIMITED_RANGE = 1
_EDGE = 16  # pixels: how far colour is carried under what is transparent


@dataclass(frozen=True, slots=True)
class Job:
    """What an encoder must know besides the frames.

    size     : pixels of the film
    alpha    : whether frames have a fourth channel, straight alpha, that must be kept
    rounds   : how often the frames from `first` to `last` (not included) are played, in files without a loop of their own
    plays    : how often a file with a loop of its own plays itself; 0 for ever
    metadata : texts that travel with the film
    """

    path: Path
    size: tuple[int, int]
    fps: Fraction
    alpha: bool = False
    rounds: int = 1
    first: int = 0
    last: int | None = None
    plays: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    crf: int | None = None
    preset: str = X264_PRESET


Encoder = Callable[[Job, Iterable[ByteArray]], None]


# -- films ---------------------------------------------------------------------------------------------------------------------------


def encode_mp4(job: Job, frames: Iterable[ByteArray]) -> None:
    """H.264 that plays everywhere: yuv420p, BT.709, index in front."""
    options = {"crf": str(X264_CRF if job.crf is None else job.crf), "preset": job.preset, "forced-idr": "1"}
    _film(job, frames, "mp4", "libx264", options, {"movflags": "+faststart"})
    texts.add(job.path, "mp4", job.metadata)  # its index has room for a few words of fixed names only


def encode_webm(job: Job, frames: Iterable[ByteArray]) -> None:
    """VP9, with alpha when frames have it."""
    options = {"crf": str(VP9_CRF if job.crf is None else job.crf), "b": "0", "deadline": "good", "cpu-used": "5"}
    options |= {"row-mt": "1", "auto-alt-ref": "0", "lag-in-frames": "0"} if job.alpha else {"row-mt": "1"}
    _film(job, frames, "webm", "libvpx-vp9", options, {})


def _film(
    job: Job, frames: Iterable[ByteArray], container: str, codec: str, options: dict[str, str], muxing: dict[str, str]
) -> None:
    """One pass of encoding; where a part is played more than once, its packets are copied, not encoded again."""
    import av

    if job.rounds == 1:
        with av.open(str(job.path), "w", format=container, options=muxing) as output:
            output.metadata.update(job.metadata)
            _encode(output, codec, options, job, frames)
        return
    once = job.path.with_name(f"{job.path.name}.once")
    try:
        kept = "matroska" if container == "webm" else container
        with av.open(str(once), "w", format=kept) as output:
            _encode(output, codec, options, job, frames)
        with av.open(str(job.path), "w", format=container, options=muxing) as output:
            output.metadata.update(job.metadata)
            _repeat(once, kept, output, job)
    finally:
        once.unlink(missing_ok=True)


def _encode(output: Any, codec: str, options: dict[str, str], job: Job, frames: Iterable[ByteArray]) -> None:
    from av.video.frame import PictureType
    from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

    stream: Any = output.add_stream(codec, rate=job.fps, options=options)
    stream.width, stream.height = job.size
    stream.pix_fmt = "yuva420p" if job.alpha else "yuv420p"
    stream.time_base = 1 / job.fps
    context = stream.codec_context
    context.gop_size = max(1, round(job.fps))  # a key frame a second: players scrub smoothly
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = LIMITED_RANGE
    if job.alpha:
        stream.metadata["alpha_mode"] = "1"
    seams = (job.first, job.last) if job.rounds > 1 else ()
    converter = VideoReformatter()  # one for all: it keeps its tables
    for number, pixels in enumerate(frames):
        picture = converter.reformat(
            _picture(_bled(pixels) if job.alpha else pixels),
            format=stream.pix_fmt,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.AREA,
        )
        picture.pts, picture.time_base = number, 1 / job.fps
        if number in seams:
            picture.pict_type = PictureType.I  # a repeated part begins and ends at a key frame
        output.mux(stream.encode(picture))
    output.mux(stream.encode(None))


def _picture(pixels: ByteArray) -> Any:
    """Pixels as PyAV takes them, not copied: (H, W, 3), also on four bytes each, or with straight alpha (H, W, 4)."""
    import av

    whole = pixels if pixels.shape[2] == 4 else four_bytes(pixels)
    if whole is None:
        return av.VideoFrame.from_numpy_buffer(pixels, format="rgb24")
    return av.VideoFrame.from_numpy_buffer(whole, format="rgba")


def _repeat(once: Path, container: str, output: Any, job: Job) -> None:
    """Copy the packets of a film, those between `first` and `last` several times over; reads the file anew each time."""
    import av

    last = _frames_in(once) if job.last is None else job.last
    stream: Any = None
    for number in range(job.rounds):
        with av.open(str(once), format=container) as source:
            if stream is None:
                stream = output.add_stream_from_template(source.streams.video[0])
                stream.time_base = 1 / job.fps
            group = 0  # the frame at which the group of a packet began: none is parted from its key frame
            packet: Any
            for packet in source.demux(video=0):
                if packet.dts is None:
                    continue
                # On the grid of frames again: Matroska counts in milliseconds.
                shown, decoded = (round(value * packet.time_base * job.fps) for value in (packet.pts, packet.dts))
                group = shown if packet.is_keyframe else group
                if (group < job.first and number > 0) or (group >= last and number < job.rounds - 1):
                    continue
                packet.time_base = 1 / job.fps
                packet.pts, packet.dts = (value + number * (last - job.first) for value in (shown, decoded))
                packet.duration = 1
                packet.stream = stream
                output.mux(packet)


def _frames_in(path: Path) -> int:
    import av

    with av.open(str(path)) as film:
        return sum(packet.dts is not None for packet in film.demux(video=0))


def _bled(pixels: ByteArray) -> ByteArray:
    """Straight-alpha pixels whose colours reach under what is transparent: a codec that halves colour mixes no black into edges."""
    alpha = pixels[..., 3]
    if alpha.min() == 255:
        return pixels
    height, width = alpha.shape
    picture = Image.fromarray(pixels, "RGBA").convert("RGBa")
    coarse = picture.resize((max(1, -(-width // _EDGE)), max(1, -(-height // _EDGE))), Image.Resampling.BOX)
    spread = np.asarray(coarse.resize((width, height), Image.Resampling.BILINEAR)).astype(np.uint16)
    colour = spread[..., :3] * 255 // np.maximum(spread[..., 3:], 1)
    filled = pixels.copy()
    empty = alpha == 0
    filled[empty, :3] = np.minimum(colour, 255).astype(np.uint8)[empty]
    return filled


# -- animated images -----------------------------------------------------------------------------------------------------------------


def encode_gif(job: Job, frames: Iterable[ByteArray]) -> None:
    """A GIF with one palette made for its own frames and an ordered dither, which stands still where the picture does.

    The palette needs all frames before the first is written: they wait, losslessly packed, in a file beside the target.
    """
    import av

    waiting = job.path.with_name(f"{job.path.name}.once")
    try:
        _pack(waiting, frames, job)
        palette = _palette(waiting, job)
        with av.open(str(job.path), "w", format="gif", options={"loop": _gif_plays(job.plays)}) as output:
            stream: Any = output.add_stream("gif", rate=job.fps)
            stream.width, stream.height = job.size
            stream.pix_fmt = "pal8"
            stream.time_base = Fraction(1, 100)
            for number, picture in enumerate(_with_palette(waiting, palette, job)):
                picture.pts, picture.time_base = round(number * 100 / job.fps), Fraction(1, 100)
                output.mux(stream.encode(picture))
            output.mux(stream.encode(None))
    finally:
        waiting.unlink(missing_ok=True)
    texts.add(job.path, "gif", job.metadata)


def _gif_plays(plays: int) -> str:
    """GIF counts repeats after the first time; -1 means none."""
    return {0: "0", 1: "-1"}.get(plays, str(plays - 1))


def _pack(path: Path, frames: Iterable[ByteArray], job: Job) -> None:
    import av

    with av.open(str(path), "w", format="matroska") as output:
        stream: Any = output.add_stream("ffv1", rate=job.fps, options={"level": "3", "coder": "1"})
        stream.width, stream.height = job.size
        stream.pix_fmt = "bgra"
        for number, pixels in enumerate(frames):
            picture = _picture(pixels).reformat(format="bgra")
            picture.pts, picture.time_base = number, 1 / job.fps
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))


def _palette(path: Path, job: Job) -> Any:
    """256 colours for all frames of a packed film, one of them clear when it has alpha."""
    import av

    with av.open(str(path)) as film:
        graph = av.filter.Graph()
        source = graph.add_buffer(template=film.streams.video[0])
        maker = graph.add("palettegen", f"stats_mode=full:reserve_transparent={int(job.alpha)}")
        sink = graph.add("buffersink")
        graph.link_nodes(source, maker, sink).configure()
        for picture in film.decode(video=0):
            graph.push(picture)
        graph.push(None)
        return graph.pull()


def _with_palette(path: Path, palette: Any, job: Job) -> Iterator[Any]:
    import av

    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        graph = av.filter.Graph()
        source = graph.add_buffer(template=stream)
        colours = graph.add_buffer(
            width=palette.width, height=palette.height, format=palette.format, time_base=stream.time_base
        )
        user = graph.add("paletteuse", "dither=bayer:bayer_scale=3:diff_mode=rectangle:alpha_threshold=128")
        sink = graph.add("buffersink")
        source.link_to(user, 0, 0)
        colours.link_to(user, 0, 1)
        user.link_to(sink)
        graph.configure()
        palette.pts, palette.time_base = 0, stream.time_base
        colours.push(palette)
        colours.push(None)
        for picture in chain(film.decode(video=0), (None,)):
            source.push(picture)
            while True:
                try:
                    yield graph.pull()
                except (av.error.BlockingIOError, av.error.EOFError):
                    break


def encode_apng(job: Job, frames: Iterable[ByteArray]) -> None:
    """An animated PNG: every colour kept."""
    _images(job, frames, "apng", "apng", "rgba" if job.alpha else "rgb24", {}, {"plays": str(job.plays)})
    texts.add(job.path, "apng", job.metadata)


def encode_webp(job: Job, frames: Iterable[ByteArray]) -> None:
    """An animated WebP: a tenth of a GIF's size, with soft alpha."""
    options = {"quality": str(WEBP_QUALITY), "compression_level": "4"}
    _images(job, frames, "webp", "libwebp_anim", "bgra", options, {"loop": str(job.plays)})
    texts.add(job.path, "webp", job.metadata)


def _images(
    job: Job,
    frames: Iterable[ByteArray],
    container: str,
    codec: str,
    pixels_as: str,
    options: dict[str, str],
    muxing: dict[str, str],
) -> None:
    import av

    with av.open(str(job.path), "w", format=container, options=muxing) as output:
        stream: Any = output.add_stream(codec, rate=job.fps, options=options)
        stream.width, stream.height = job.size
        stream.pix_fmt = pixels_as
        stream.time_base = 1 / job.fps
        for number, pixels in enumerate(frames):
            picture = _picture(pixels).reformat(format=pixels_as)
            picture.pts, picture.time_base = number, 1 / job.fps
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))


# -- single pictures -----------------------------------------------------------------------------------------------------------------


def encode_pictures(job: Job, frames: Iterable[ByteArray]) -> None:
    """A folder of numbered PNG files, from 0001; `path` is the pattern, such as folder/%04d.png."""
    told = PngInfo()
    for key, text in sorted(job.metadata.items()):
        told.add_itxt(key, text, zip=True)
    # A part that is played again is copied once all pictures are there.
    total = 0
    for number, pixels in enumerate(frames, start=1):
        total = number
        picture = Image.fromarray(pixels, "RGBA" if job.alpha else "RGB")
        picture.save(str(job.path) % number, pnginfo=told, compress_level=4)
    last = total if job.last is None else job.last
    body = list(range(job.first + 1, last + 1))
    tail = list(range(last + 1, total + 1))
    order = [*range(1, job.first + 1), *(body * job.rounds), *tail]
    for number in reversed(range(last + 1, len(order) + 1)):
        source, place = str(job.path) % order[number - 1], str(job.path) % number
        if source != place:
            shutil.copyfile(source, place)
