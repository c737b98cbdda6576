"""Colour of bone, baked into the vertices: shade in hollows, worn edges, joint cartilage, a faint mottle."""

import numpy as np

from visualiser.typed import ByteArray, FloatArray

from .bone import Bone
from .fields import Field
from .surface import Surface

BONE_RGB = np.array([0xEA, 0xDF, 0xC6]) / 255
HOLLOW_RGB = np.array([0x7A, 0x5C, 0x3C]) / 255
CARTILAGE_RGB = np.array([0xDD, 0xE4, 0xE3]) / 255


def baked(bone: Bone, surface: Surface) -> ByteArray:
    """Vertex colours (V, 3) of a bone's surface."""
    light = (openness(bone.field, surface.vertices, surface.normals) ** 1.2)[:, None]
    cover = bone.cartilage(surface.vertices)[:, None]
    base = BONE_RGB * (1 + 0.018 * mottle(surface.vertices)[:, None]) * (1 - cover) + CARTILAGE_RGB * cover
    shade = HOLLOW_RGB * base / BONE_RGB.mean()
    return (np.clip(shade * (1 - light) + base * light, 0, 1) * 255).astype(np.uint8)


def openness(field: Field, points: FloatArray, normals: FloatArray) -> FloatArray:
    """How open the sky is over each point, 0..1: the field is asked at growing heights whether anything else is near."""
    closed, weight, total = np.zeros(len(points)), 1.0, 0.0
    for height in (1.5, 3.0, 6.0, 12.0, 20.0):
        closed += weight * (1 - np.clip(field(points + normals * height), 0, height) / height)
        total += weight
        weight *= 0.75
    return np.clip(1 - 1.2 * closed / total, 0, 1)


def mottle(points: FloatArray) -> FloatArray:
    """Faint cloudiness with patches of 5 to 30 mm, about unit variance; the same on every run."""
    random = np.random.default_rng(3)
    value = np.zeros(len(points))
    for _ in range(24):
        wave = random.normal(size=3)
        wave *= 2 * np.pi / random.uniform(5, 30) / np.linalg.norm(wave)
        value += np.sin(points @ wave + random.uniform(0, 2 * np.pi))
    return value / np.sqrt(12)
