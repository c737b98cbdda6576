"""Both ends of every head, laid on bone: attachment areas that ride on their bones, and the rings beside them that open towards them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.tissue.bonefields import Joints
from visualiser.tissue.crowding import Bundle
from visualiser.tissue.restshapes import RINGS
from visualiser.tissue.sections import counted, cross, ring_centres, unit
from visualiser.typed import FloatArray

LIFT = 0.0004  # metres by which an attachment stands off the bone, so that it never flickers with it
GRIP = np.array([1.0, 0.75, 0.38, 0.12])
OUT_OF_BONE = (1.0, -1.0)  # sense of the normal of an area whose rim runs as its tube's sections do
# Metres by which they stand off the bone, so that its curve does not cut into their rims.
RISE = np.array([0.0, 0.0012, 0.0014, 0.0006])
_SEGMENTS = [(head.tube.origin.bone, head.tube.insertion.bone) for head in HEADS]


_GRIP = GRIP[:, None, None]
_BESIDE = [*range(1, len(GRIP)), *range(RINGS - len(GRIP), RINGS - 1)]  # rings that open towards the areas


@dataclass(frozen=True, eq=False)
class Ends:
    """Attachment areas (H, 2, S, 3) of the heads, origin and insertion, in the frames of their bones; metres."""

    areas: FloatArray

    def laid(self, centres: FloatArray, rings: FloatArray, joints: Joints) -> FloatArray:
        """Rings (N, H, R, S, 3) round centres (N, H, R, 3), changed in place so that both ends lie on their areas."""
        reach = len(GRIP)
        for end, order in ((0, slice(0, reach)), (1, slice(RINGS - 1, RINGS - 1 - reach, -1))):
            rise, middle, outwards = self._in_femur(end, joints)
            own, centre = rings[:, :, order], centres[:, :, order, None]
            place = centre + RISE[:, None, None] * outwards[:, :, None]
            place[:, :, 0] = middle
            rings[:, :, order] = place + (1.0 - _GRIP) * (own - centre) + _GRIP * rise[:, :, None]
        return rings

    def closed(self, bundle: Bundle, joints: Joints) -> FloatArray:
        """The sections of a bundle as rings (N, H, R, S, 3) with both ends on their areas."""
        return self.laid(bundle.centres, bundle.points(bundle.directions()), joints)

    def as_drawn(self, bundle: Bundle, joints: Joints) -> Bundle:
        """A copy of a bundle whose sections beside its ends lie, lean and open as those that are drawn."""
        seen = Bundle(bundle.centres.copy(), bundle.hinge, bundle.radii.copy())
        rings = self.closed(bundle, joints)[:, :, _BESIDE]
        centres = ring_centres(rings)
        spokes = rings - centres[..., None, :]
        tangent = unit(cross(spokes, np.roll(spokes, -1, axis=-2)).sum(axis=-2))
        first = spokes[..., 0, :]
        across = unit(first - np.einsum("nhrk,nhrk->nhr", first, tangent)[..., None] * tangent)
        deep = cross(tangent, across)
        outlines = spokes @ np.stack([across, deep], axis=-1)
        seen.spacing[:, :, _BESIDE] *= np.clip(
            np.einsum("nhrk,nhrk->nhr", tangent, seen.tangent[:, :, _BESIDE]), 0.3, 1.0
        )
        seen.radii[:, :, _BESIDE] = counted(outlines, np.linalg.norm(outlines, axis=-1))
        for whole, part in ((seen.centres, centres), (seen.tangent, tangent), (seen.across, across), (seen.deep, deep)):
            whole[:, :, _BESIDE] = part
        return seen

    def _in_femur(self, end: int, joints: Joints) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Rims (N, H, S, 3) about their middles, the middles and unit vectors out of the bone (N, H, 1, 3), of origins or insertions."""
        bones = [pair[end] for pair in _SEGMENTS]
        turn = np.swapaxes(np.stack([joints.turn(bone) for bone in bones], axis=1), -1, -2)  # (N, H, 3, 3)
        shift = np.stack([joints.shift(bone) for bone in bones], axis=1)
        rise, middle, outwards = (part @ turn for part in self._parts[end])
        return rise, middle + shift[:, :, None], outwards

    @property
    def outwards(self) -> FloatArray:
        """Unit vectors (H, 2, 3) out of the bones at origins and insertions."""
        return np.stack([outwards[:, 0] for _, _, outwards in self._parts], axis=1)

    @cached_property
    def _parts(self) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
        """For each end: rims (H, S, 3) about their middles, the middles (H, 1, 3), and unit vectors (H, 1, 3) out of the bone."""
        parts = []
        for end, sense in enumerate(OUT_OF_BONE):
            middle = self.areas[:, end].mean(axis=1, keepdims=True)
            rise = self.areas[:, end] - middle
            # Across the rim, which runs from lateral to posterior.
            normal = np.cross(rise, np.roll(rise, -1, axis=1)).sum(axis=1, keepdims=True)
            parts.append((rise, middle, sense * normal / np.linalg.norm(normal, axis=-1, keepdims=True)))
        return parts
