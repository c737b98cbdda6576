"""Colour of bone, baked into the vertices: shade in hollows, worn edges, joint cartilage, a faint mottle."""

import numpy as np

from visualiser.typed import ByteArray, FloatArray

from .bone import Bone
from .fields import Field
from .surface import Surface

BONE_RGB = np.array([0xEC, 0xE2, 0xCB]) / 255
OCHRE_RGB = np.array([0xE0, 0xCC, 0xA6]) / 255  # patches where the bone is stained
HOLLOW_RGB = np.array([0x7A, 0x5C, 0x3C]) / 255
CARTILAGE_RGB = np.array([0xDA, 0xE3, 0xE4]) / 255


def baked(bone: Bone, surface: Surface) -> ByteArray:
    """Vertex colours (V, 3) of a bone's surface."""
    points = surface.vertices
    light = (openness(bone.field, points, surface.normals) ** 1.2)[:, None]
    stain = np.clip(0.4 + 0.22 * mottle(points, 18, 60), 0, 1)[:, None]
    worn = np.clip(edge(bone.field, points), -1, 1)[:, None]
    base = (BONE_RGB * (1 - stain) + OCHRE_RGB * stain) * (1 + 0.018 * mottle(points, 5, 18)[:, None] + 0.07 * worn)
    cover = bone.cartilage(points)[:, None]
    base = base * (1 - cover) + CARTILAGE_RGB * cover
    shade = HOLLOW_RGB * base / BONE_RGB.mean()
    colours: ByteArray = (np.clip(shade * (1 - light) + base * light, 0, 1) * 255).astype(np.uint8)
    return colours


def edge(field: Field, points: FloatArray, reach: float = 2.0) -> FloatArray:
    """How sharp the surface is: 1 on a crest of about 3 mm radius, 0 on the flat, -1 in a groove."""
    steps = reach * np.eye(3)
    around = sum(field(points + step) + field(points - step) for step in steps)
    return 1.5 * (around - 6.0 * field(points)) / reach**2


def openness(field: Field, points: FloatArray, normals: FloatArray) -> FloatArray:
    """How open the sky is over each point, 0..1: the field is asked at growing heights whether anything else is near."""
    closed, weight, total = np.zeros(len(points)), 1.0, 0.0
    for height in (1.5, 3.0, 6.0, 12.0, 20.0):
        closed += weight * (1 - np.clip(field(points + normals * height), 0, height) / height)
        total += weight
        weight *= 0.75
    return np.clip(1 - 1.2 * closed / total, 0, 1)


def mottle(points: FloatArray, smallest: float, largest: float) -> FloatArray:
    """Faint cloudiness with patches of these sizes in mm, about unit variance; the same on every run."""
    random = np.random.default_rng(3)
    value = np.zeros(len(points))
    for _ in range(24):
        wave = random.normal(size=3)
        wave *= 2 * np.pi / random.uniform(smallest, largest) / np.linalg.norm(wave)
        value += np.sin(points @ wave + random.uniform(0, 2 * np.pi))
    return value / float(np.sqrt(12))
