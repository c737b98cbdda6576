"""Questions about a movement with answers computed from the model: what is asked follows from what happens in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from visualiser.anatomy import muscles, skeleton
from visualiser.exports.subject import Subject
from visualiser.movements.movement import Movement, Phase
from visualiser.tissue.measurement import Table

SAMPLES = 241
_CLEAR = 1.0  # points of length by which one head must lead to be asked for
_STILL = 1.0  # points of length below which a head is said not to change
_MOVES_DEG = 8.0
SHORT_HEAD = "biceps_femoris_short_head"
_DOING = {
    "concentric": "They shorten under load (concentric).",
    "eccentric": "They lengthen under load (eccentric).",
    "isometric": "They hold without changing length (isometric).",
    "passive": "They are lengthened without doing anything themselves (passive).",
    "silent": "They take no part.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its answer, and why it is so."""

    question: str
    answer: str
    why: str


def questions(subject: Subject) -> list[Question]:
    """All questions that a movement gives, most telling first."""
    movement, table = subject.movement, subject.table(SAMPLES)
    return [
        *_longest(table),
        *_one_joint(table),
        *_couch(table),
        *_nerve(table),
        *_doing(movement, table),
        *_claim(movement),
    ]


def _peaks(table: Table) -> dict[str, tuple[float, float, float]]:
    """Least and largest length (percent of upright) and the time of the largest, by head."""
    time = table["time_s"]
    columns = {head.name: table[f"{head.name}_length_percent"] for head in muscles.HEADS}
    return {name: (float(c.min()), float(c.max()), float(time[c.argmax()])) for name, c in columns.items()}


def _names() -> dict[str, str]:
    return {head.name: head.display.replace(",", "").lower() for head in muscles.HEADS}


def _longest(table: Table) -> Iterator[Question]:
    peaks, names = _peaks(table), _names()
    order = sorted(peaks, key=lambda name: -peaks[name][1])
    (_, most, when), (_, second, _) = peaks[order[0]], peaks[order[1]]
    if most - second < _CLEAR or most < 102.0:
        return
    hip, knee = (
        float(np.interp(when, table["time_s"], table[f"{joint}_deg"])) for joint in ("hip_flexion", "knee_flexion")
    )
    yield Question(
        "Which of the four heads becomes longest in this movement, compared with upright standing?",
        f"The {names[order[0]]}: {most:.0f} % of its upright length.",
        f"It is longest at {when:.1f} s, with the hip at {hip:.0f}° and the knee at {knee:.0f}° of flexion. "
        f"Next comes the {names[order[1]]} with {second:.0f} %. Hip flexion lengthens the three heads that cross the hip, "
        "knee flexion shortens all four.",
    )


def _one_joint(table: Table) -> Iterator[Question]:
    low, high, _ = _peaks(table)[SHORT_HEAD]
    hip, knee = (float(np.ptp(table[f"{joint}_deg"])) for joint in ("hip_flexion", "knee_flexion"))
    if high - low < _STILL and hip > _MOVES_DEG:
        yield Question(
            f"The hip moves through {hip:.0f}°. How much does the short head of biceps change its length, and why?",
            "Hardly at all: less than 1 % of its length." if high - low >= 0.05 else "Not at all.",
            "It begins on the femur and does not cross the hip; "
            + ("the knee stays as it is." if knee < 1.0 else f"the knee moves only {knee:.0f}°."),
        )
    elif high - low > 5.0:
        yield Question(
            "The short head of biceps does not cross the hip. What changes its length here, and by how much?",
            f"The knee: it goes from {low:.0f} to {high:.0f} % of its upright length.",
            f"The knee flexes through {knee:.0f}°; the hip, which moves through {hip:.0f}°, has no part in it.",
        )


def _couch(table: Table) -> Iterator[Question]:
    if "leg_to_couch_deg" not in table.columns:
        return
    leg = table["leg_to_couch_deg"]
    top = int(np.argmax(leg))
    hip, pelvis = table["hip_share_of_it_deg"][top], table["pelvis_share_of_it_deg"][top]
    if leg[top] < 30.0 or pelvis < 3.0:
        return
    yield Question(
        f"At the top the leg stands at {leg[top]:.0f}° to the couch. How much of that is hip flexion?",
        f"About {hip:.0f}°. The other {pelvis:.0f}° come from the pelvis, which tilts backwards.",
        "The angle that is read off at the couch adds up both; whoever reads it as hip flexion reads too much.",
    )


def _nerve(table: Table) -> Iterator[Question]:
    strain, slide = table["sciatic_nerve_strain_percent"], table["sciatic_nerve_excursion_mm"]
    top = int(np.argmax(strain))
    if strain[top] < 2.0:
        return
    hip, knee = table["hip_flexion_deg"][top], table["knee_flexion_deg"][top]
    yield Question(
        "When is the sciatic nerve drawn tightest in this movement?",
        f"At {table['time_s'][top]:.1f} s, with hip flexion {hip:.0f}° and knee flexion {knee:.0f}°: about {strain[top]:.0f} % strain.",
        f"Over the movement it slides {np.ptp(slide):.0f} mm in the middle of the thigh. These are model values: the bed of the nerve and "
        "its slack are fitted.",
    )


def _doing(movement: Movement, table: Table) -> Iterator[Question]:
    """Asked by times and angles: a caption would give the answer away."""
    for wanted in ("eccentric", "concentric", "isometric", "passive"):
        for phase in movement.phases:
            if {phase.of(head.name) for head in muscles.HEADS if head.name != SHORT_HEAD} != {wanted}:
                continue
            way = _way(table, phase)
            yield Question(
                f"From {phase.start_s:g} to {phase.end_s:g} s {way}. What do the two-joint hamstrings do in this phase?",
                _DOING[wanted],
                f"{phase.caption}. Two-joint heads are semitendinosus, semimembranosus and the long head of biceps.",
            )
            return


def _way(table: Table, phase: Phase) -> str:
    """How hip and knee move in a phase: 'hip flexion goes from 0 to 25°'."""
    said = []
    for name in ("hip_flexion", "knee_flexion"):
        before, after = (
            np.interp(time, table["time_s"], table[f"{name}_deg"]) for time in (phase.start_s, phase.end_s)
        )
        if abs(after - before) >= 1.0:
            said.append(f"{skeleton.COORDINATES[name].display.lower()} goes from {before:.0f} to {after:.0f}°")
    return " and ".join(said).replace("-", "\N{MINUS SIGN}") or "hip and knee stay as they are"


def _claim(movement: Movement) -> Iterator[Question]:
    if movement.claim:
        yield Question(
            f"Sound, loose, or only a claim? “{movement.claim}”",
            f"{movement.verdict.capitalize()}.",
            movement.comment,
        )


def activity(phase: Phase) -> str:
    """What the heads do in a phase, in a few words; empty where the scene does not say."""
    done = {head.name: phase.of(head.name) for head in muscles.HEADS}
    if not any(done.values()):
        return ""
    long_heads = {word for name, word in done.items() if name != SHORT_HEAD}
    if len(long_heads) == 1:
        both, short = long_heads.pop() or "not said", done[SHORT_HEAD] or "not said"
        return f"All heads {both}." if both == short else f"Two-joint heads {both}, short head {short}."
    names = _names()
    return "; ".join(f"{names[name]} {word}" for name, word in done.items() if word).capitalize() + "."


def reach(table: Table, head: str) -> tuple[str, str]:
    """How long a head is over the movement and when it is at its extreme: ('100 to 116 %', 'longest at 3.5 s')."""
    time, values = table["time_s"], table[f"{head}_length_percent"]
    if np.ptp(values) < 0.5:
        return f"{values.mean():.0f} %", "unchanged"
    longer = values.max() - values[0] > values[0] - values.min()
    when = time[values.argmax() if longer else values.argmin()]
    return f"{values.min():.0f} to {values.max():.0f} %", f"{'longest' if longer else 'shortest'} at {when:.1f} s"


def done(movement: Movement, head: str) -> str:
    """What a head does over the movement: 'concentric, eccentric'; empty where the scene does not say."""
    return ", ".join(dict.fromkeys(word for phase in movement.phases if (word := phase.of(head))))


def joints(table: Table) -> str:
    """How far hip and knee go: 'Hip flexion 0 to 64°, knee flexion 0°.'"""
    said = []
    for name in ("hip_flexion", "knee_flexion"):
        column = table[f"{name}_deg"]
        low, high = f"{column.min():.0f}", f"{column.max():.0f}"
        display = skeleton.COORDINATES[name].display.lower()
        said.append(f"{display} {low} to {high}°" if low != high else f"{display} {low}°")
    text = ", ".join(said).replace("-", "\N{MINUS SIGN}")
    return f"{text[:1].upper()}{text[1:]}."
