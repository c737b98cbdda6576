"""Figures of docs/muscles.md: lengths and moment arms over the bands of three public models, axial sections, the sliding nerve.

python benchmarks/muscle_figures.py
"""

from collections.abc import Iterator
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pyvista
from matplotlib.axes import Axes

from visualiser.anatomy import skeleton, yardsticks
from visualiser.anatomy.muscles import HEADS
from visualiser.bodies.assets import load_bone, soft_tissue_path
from visualiser.movements.asked_poses import legs_of
from visualiser.pictures.appearance import IDENTITY
from visualiser.tissue.measurement import Table, measure_poses
from visualiser.tissue.nerve import nerve_state
from visualiser.tissue.tubes import SoftTissue
from visualiser.typed import FloatArray

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DPI = 110
# The colours that the heads have in pictures.
COLOURS = {head.name: tuple(channel / 255 for channel in IDENTITY[head.name]) for head in HEADS}
SHORT_NAMES = dict(
    zip(
        [h.name for h in HEADS],
        ("semitendinosus", "semimembranosus", "biceps, long head", "biceps, short head"),
        strict=True,
    )
)
LEVELS_MM = (-50, -120, -200, -300, -385)
LEVEL_NAMES = ("tuberosity", "upper third", "middle", "lower third", "knee")


def band(axes: Axes, x: float, low: float, high: float, name: str, shift: float) -> None:
    """What the models span at one angle."""
    axes.plot([x + shift] * 2, [low - 0.15, high + 0.15], color=COLOURS[name], lw=5, alpha=0.45, solid_capstyle="butt")


def curves(axes: Axes, table: Table, angle: str, quantity: str) -> None:
    """One line per head."""
    for name, colour in COLOURS.items():
        axes.plot(table[f"{angle}_deg"], table[f"{name}_{quantity}"], color=colour, lw=1.6, label=SHORT_NAMES[name])
    axes.grid(alpha=0.25)


def lengths() -> None:
    """Lengths over hip and knee flexion."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    curves(left, measure_poses(legs_of({"hip_flexion": range(-20, 121, 2)})), "hip_flexion", "length_percent")
    curves(right, measure_poses(legs_of({"knee_flexion": range(0, 141, 2)})), "knee_flexion", "length_percent")
    for (hip, knee), bands in yardsticks.LENGTH_BANDS.items():
        for i, (name, (low, high)) in enumerate(zip(yardsticks.ORDER, bands, strict=True)):
            if knee == 0:
                band(left, hip, low, high, name, i - 1.5)
            if hip == 0:
                band(right, knee, low, high, name, i - 1.5)
    left.set(xlabel="hip flexion, knee straight (degrees)", ylabel="length (% of upright standing)")
    right.set(xlabel="knee flexion, hip straight (degrees)")
    left.legend(frameon=False, fontsize=8)
    save(figure, "muscles_lengths")


def arms() -> None:
    """Moment arms about hip, knee and the long axis of the tibia."""
    figure, panels = plt.subplots(1, 3, figsize=(13, 4.2))
    hip = measure_poses(legs_of({"hip_flexion": range(-20, 121, 2)}))
    knee = measure_poses(legs_of({"knee_flexion": range(0, 141, 2)}))
    seated = measure_poses(legs_of({"hip_flexion": [90], "knee_flexion": range(0, 141, 2)}))
    for axes, table, angle, quantity, angles, bands in (
        (panels[0], hip, "hip_flexion", "hip_extension", yardsticks.HIP_ANGLES, yardsticks.HIP_EXTENSION_BANDS),
        (panels[1], knee, "knee_flexion", "knee_flexion", yardsticks.KNEE_ANGLES, yardsticks.KNEE_FLEXION_BANDS),
        (
            panels[2],
            seated,
            "knee_flexion",
            "tibial_internal_rotation",
            yardsticks.KNEE_ANGLES,
            yardsticks.INTERNAL_ROTATION_BANDS,
        ),
    ):
        curves(axes, table, angle, f"{quantity}_moment_arm_mm")
        for i, (name, rows) in enumerate(bands.items()):
            for at, (low, high) in zip(angles, rows, strict=True):
                band(axes, at, low, high, name, i - 1.5)
    panels[0].set(xlabel="hip flexion, knee straight (degrees)", ylabel="hip extension arm (mm)")
    panels[1].set(xlabel="knee flexion, hip straight (degrees)", ylabel="knee flexion arm (mm)")
    panels[2].set(xlabel="knee flexion, hip at 90 (degrees)", ylabel="internal rotation arm of the tibia (mm)")
    panels[1].legend(frameon=False, fontsize=8)
    save(figure, "muscles_arms")


def loops(solid: pyvista.PolyData, level_mm: float) -> Iterator[FloatArray]:
    """Outlines (K, 3) of a solid at a height."""
    cut = solid.slice(normal="y", origin=(0.0, level_mm, 0.0)).strip(join=True)
    ends, first = cut.lines, 0
    while first < len(ends):
        count = int(ends[first])
        yield np.asarray(cut.points[ends[first + 1 : first + 1 + count]])
        first += count + 1


def sections() -> None:
    """Upright sections of the drawn surfaces at five levels, seen from below as on a scan, in the greys of a T1 image."""
    tissue, standing = SoftTissue.load(soft_tissue_path()), np.zeros(6)
    solids = {
        name: pyvista.PolyData.from_regular_faces(1e3 * points, tissue.surface(name).faces).clean()
        for name, points in tissue.vertices(standing).items()
    }
    bones = {
        name: pyvista.PolyData.from_regular_faces(1e3 * load_bone(name).vertices, load_bone(name).faces)
        for name in ("hip_bone", "femur")
    }
    bones["hip_bone"] = bones["hip_bone"].translate(-np.array(skeleton.STANDARD.hip_centre_mm), inplace=False)
    figure, panels = plt.subplots(1, len(LEVELS_MM), figsize=(13, 3.4), facecolor="black")
    letters = {
        "semitendinosus": "ST",
        "semimembranosus": "SM",
        "biceps_femoris_long_head": "BL",
        "biceps_femoris_short_head": "BS",
    }
    for axes, level, title in zip(panels, LEVELS_MM, LEVEL_NAMES, strict=True):
        for name, solid in (bones | solids).items():
            for loop in loops(solid, level):
                kind = "bone" if name in bones else "nerve" if name.endswith("nerve") else "muscle"
                fill, edge = {"bone": ("0.72", "0.05"), "muscle": ("0.38", "0.2"), "nerve": ("#ffd84a", "0.2")}[kind]
                axes.fill(-loop[:, 2], loop[:, 0], facecolor=fill, edgecolor=edge, lw=2.5 if kind == "bone" else 0.7)
                if name in letters and np.ptp(loop[:, 2]) > 9:
                    middle = loop.mean(axis=0)
                    axes.text(-middle[2], middle[0], letters[name], color="white", fontsize=7, ha="center", va="center")
        axes.set(xlim=(-75, 60), ylim=(-85, 50), aspect="equal", facecolor="0.12", xticks=(), yticks=())
        axes.set_title(f"{title}, {-level} mm", color="white", fontsize=9)
    save(figure, "muscles_sections", facecolor="black")


def nerve() -> None:
    """Strain along the nerve in a leg raise, and how the straightening knee slides it."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.0))
    for hip, shade in zip((30, 45, 64, 90), ("0.75", "0.55", "0.3", "#D55E00"), strict=True):
        state = nerve_state(legs_of({"hip_flexion": [hip]})[0])
        middle = 0.5 * (state.level[1:] + state.level[:-1])
        left.plot(-1e3 * middle, 100 * state.strain, color=shade, label=f"hip {hip}")
    left.axhspan(6, 8, color="#CC79A7", alpha=0.18, lw=0, label="fitted to, hip 64")
    left.set(xlabel="mm below the hip centre", ylabel="strain (%), knee straight", xlim=(-60, 800))
    for hip, colour, published in ((30, "#0072B2", 9.9), (60, "#009E73", 12.4)):
        bent, straight = (nerve_state(legs_of({"hip_flexion": [hip], "knee_flexion": [knee]})[0]) for knee in (90, 0))
        right.plot(-1e3 * bent.level, 1e3 * (straight.excursion - bent.excursion), color=colour, label=f"hip {hip}")
        right.plot(200, published, "o", color=colour, mfc="white", label=f"measured, hip {hip}")
    right.set(xlabel="mm below the hip centre", ylabel="slid distally, knee 90 to 0 (mm)", xlim=(-60, 800))
    for axes in (left, right):
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=8)
    save(figure, "muscles_nerve")


def save(figure: plt.Figure, name: str, facecolor: str = "white") -> None:
    """Write one figure, small."""
    figure.tight_layout()
    path = DOCS / f"{name}.png"
    figure.savefig(path, dpi=DPI, facecolor=facecolor, pil_kwargs={"optimize": True}, metadata={"Software": None})
    plt.close(figure)
    print(path)


if __name__ == "__main__":
    lengths()
    arms()
    sections()
    nerve()
