"""The commands for films, one or many: `hamstring clip`, `hamstring render`."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from visualiser.commands.common import (
    AS_WRITTEN,
    Actor,
    Force,
    Legs,
    Output,
    SceneName,
    example,
    progress,
    require_drawing,
    results_told,
    tidy_when_terminated,
)
from visualiser.commands.look import AS_USUAL, Look, Whole
from visualiser.errors import VisualiserError


def add_to(app: App) -> None:
    """Give an app the commands of this module."""
    app.command(
        clip,
        help_epilogue=example(
            "hamstring clip straight_leg_raise",
            "hamstring clip hip_extension --theme dark --fps 60 -o extension.mp4",
            "hamstring clip standing_leg_curl --speed 0.5 --width 1280 --height 720",
            "hamstring clip straight_leg_raise --preset gif --loops 0",
            "hamstring clip squat --camera orbit:180 --hold 1 --fade 0.5",
            "hamstring clip straight_leg_raise --camera zoom:popliteal --title-card 3 --end-card 3",
            "hamstring clip prone_leg_curl --camera follow:semitendinosus --preset square",
            "hamstring clip straight_leg_raise --curve length --hold 1",
            "hamstring clip straight_leg_raise --tight 0,1",
            "hamstring clip squat --beside romanian_deadlift",
            "hamstring clip standing_leg_curl --views posterior,lateral",
            "hamstring clip straight_leg_raise --preset alpha -o raise.webm",
            "hamstring clip straight_leg_raise --start 20% --end 60% --subtitles raise.srt --poster raise.png",
            "hamstring clip straight_leg_raise -o frames/%04d.png",
            "hamstring clip straight_leg_raise --preset 4k --workers 4",
            "hamstring clip running --motion my_run.mot",
            "hamstring clip prone_leg_curl --section axial:mid-thigh",
        ),
    )

    app.command(
        render,
        help_epilogue=example(
            "hamstring render scenes/ --preset slide --views posterior,lateral -o out",
            "hamstring render squat nordic_curl --as mp4,png,csv --preset draft -o gym",
            "hamstring render library.toml -o library --workers 2",
            "hamstring render library.toml -o library --scheduler tcp://10.0.0.5:8786",
        ),
    )


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """How a movement is played in a film."""

    fps: Annotated[Whole | None, Parameter(help="Frames a second; 30, or what the preset says.")] = None
    speed: Annotated[float, Parameter(help="0.5 shows the movement at half speed.")] = 1.0
    start: Annotated[str | None, Parameter(help="Where to begin: 0.2, 20% or 1.2s of the movement.")] = None
    end: Annotated[str | None, Parameter(help="Where to end.")] = None
    hold_start: Annotated[float, Parameter(help="Seconds that the first pose stands still.")] = 0.0
    hold: Annotated[float, Parameter(help="Seconds that the last pose stands still.")] = 0.0
    fade: Annotated[float, Parameter(help="Seconds to fade in and out.")] = 0.0
    loops: Annotated[
        Whole | None, Parameter(help="How often it is played: once if left out; .gif, .apng, .webp for ever (0).")
    ] = None
    title_card: Annotated[float, Parameter(help="Seconds of a card with title and summary before.")] = 0.0
    end_card: Annotated[float, Parameter(help="Seconds of a card with the sources after.")] = 0.0
    quality: Annotated[
        str | None, Parameter(help="draft (edges as they come), standard (smoothed) or fine (drawn twice as large).")
    ] = None
    transparent: Annotated[bool | None, Parameter(negative="", show_default=False, help="No ground.")] = None
    section: Annotated[
        str | None, Parameter(help="Cut through the thigh, which the cut goes along with, such as axial:mid-thigh.")
    ] = None


PLAIN = Play()


def asked(look: Look, play: Play, preset: str | None) -> dict[str, Any]:
    """What was typed, as arguments of `Scene.clip`; a preset decides what was left as it is."""
    words = {**look.words(), **{name: value for name, value in asdict(play).items() if value is not None}}
    if preset is not None:
        usual = AS_USUAL.words()
        words = {name: value for name, value in words.items() if name not in usual or value != usual[name]}
        words["preset"] = preset
    return words


def clip(
    scene: SceneName,
    /,
    *,
    output: Output = None,
    preset: Annotated[str | None, Parameter(help="slide, 4k, square, story, gif, alpha or draft.")] = None,
    camera: Annotated[
        str,
        Parameter(
            help="fixed, orbit:180 (degrees), views:posterior,lateral@60%,popliteal, zoom:popliteal or follow:semitendinosus."
        ),
    ] = "fixed",
    views: Annotated[str, Parameter(help="Several views side by side, in step: posterior,lateral.")] = "",
    beside: Annotated[str, Parameter(help="Other movements beside this one, in step: sprint,walking.")] = "",
    tight: Annotated[str, Parameter(help="The movement with hamstrings of several tightnesses: 0,1.")] = "",
    curve: Annotated[
        str, Parameter(help="A curve below, with a cursor: length, strain, velocity, hip_arm, knee_arm or nerve.")
    ] = "",
    play: Play = PLAIN,
    look: Look = AS_USUAL,
    legs: Legs = None,
    actor: Actor = AS_WRITTEN,
    captions: Annotated[bool, Parameter(help="Title and phases of the movement in the picture.")] = True,
    subtitles: Annotated[Path | None, Parameter(help="The phases as a text file besides: .srt or .vtt.")] = None,
    poster: Annotated[Path | None, Parameter(help="A still of the first frame besides (.png).")] = None,
    workers: Annotated[Whole, Parameter(help="Processes that draw frames at once; the file is the same.")] = 1,
    force: Force = False,
) -> None:
    """Make a film of a movement: .mp4, .webm, .gif, .apng, .webp, or numbered pictures (folder/%04d.png)."""
    from visualiser.films.presets import PRESETS
    from visualiser.pictures.appearance import look_up

    suffix = look_up("preset", preset, PRESETS).suffix if preset else ".mp4"
    shown = actor.scene(scene, legs)
    target = output or Path(f"{shown.movement.name}{suffix}")
    require_drawing()
    with tidy_when_terminated(), progress(target.name) as step:
        shown.clip(
            target,
            camera=camera,
            views=views,
            beside=[name.strip() for name in beside.split(",") if name.strip()],
            tight=_numbers(tight),
            curve=curve,
            captions=captions,
            subtitles=subtitles,
            poster=poster,
            workers=workers,
            progress=step,
            force=force,
            **asked(look, play, preset),
        )
    for written in (target, subtitles, poster):
        if written is not None:
            print(written)


def _numbers(text: str) -> list[float]:
    """Numbers as typed, separated by commas."""
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise VisualiserError(f'tight is "{text}"; allowed are numbers from 0 to 1 separated by commas.') from None


def render(
    *sources: Annotated[str, Parameter(help="A job file (.toml), folders of scenes, or movements.")],
    output: Annotated[Path, Parameter(name=["--output", "-o"], help="The folder for the outputs.")] = Path("out"),
    kinds: Annotated[
        str, Parameter(name="--as", help="Endings of the files: mp4, webm, gif, apng, webp, png, csv, glb ...")
    ] = "",
    preset: Annotated[
        str | None, Parameter(help="Of the clips: slide, 4k, square, story, gif, alpha or draft.")
    ] = None,
    views: Annotated[str, Parameter(help="Several views, an output each: posterior,lateral.")] = "",
    theme: Annotated[str | None, Parameter(help="light, dark or print.")] = None,
    workers: Annotated[Whole, Parameter(help="Outputs made at once, in processes.")] = 1,
    scheduler: Annotated[
        str | None, Parameter(help="Address of a Dask cluster that sees the same folders: tcp://host:8786.")
    ] = None,
    force: Force = False,
) -> None:
    """Make many outputs: every scene of a folder, or all that a job file lists; only what changed is made again."""
    from visualiser import batch, jobs
    from visualiser.films.presets import PRESETS
    from visualiser.pictures.appearance import look_up

    if not sources:
        raise VisualiserError("hamstring render needs a job file, a folder of scenes or movements; see its --help.")
    files = [Path(source) for source in sources]
    if any(jobs.is_job_file(path) for path in files):
        if len(files) > 1 or kinds or preset or views or theme:
            raise VisualiserError("A job file stands alone: what it lists is said in it.")
        outputs = jobs.read(files[0])
    else:
        usual = look_up("preset", preset, PRESETS).suffix if preset else ".mp4"
        suffixes = [word.strip() for word in kinds.split(",") if word.strip()] or [usual]
        wanted = [word.strip() for word in views.split(",") if word.strip()]
        common = {} if theme is None else {"theme": theme}
        outputs = [
            replace(made, words=jobs.with_word(made, "preset", preset)) if preset and made.kind == "clip" else made
            for made in jobs.of_scenes(sources, suffixes, wanted, common)
        ]
    if any(made.kind != "table" for made in outputs) and scheduler is None:
        require_drawing()
    with tidy_when_terminated(), results_told() as (told, steps):
        results = batch.run(outputs, output, force=force, workers=workers, scheduler=scheduler, told=told, steps=steps)
    print(batch.table(results))
    failed = sum(result.state == "failed" for result in results)
    if failed:
        raise VisualiserError(f"{failed} of {len(results)} outputs failed.")
