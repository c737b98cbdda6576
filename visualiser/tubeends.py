"""Both ends of every head, laid on bone: attachment areas that ride on their bones, and the rings beside them that open towards them."""

from dataclasses import dataclass

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.bonefields import Joints
from visualiser.restshapes import RINGS
from visualiser.typed import FloatArray

LIFT = 0.0004  # metres by which an attachment stands off the bone, so that it never flickers with it
GRIP = np.array([1.0, 0.75, 0.38, 0.12])
OUT_OF_BONE = (1.0, -1.0)  # sense of the normal of an area whose rim runs as its tube's sections do
RISE = np.array(
    [0.0, 0.0012, 0.0014, 0.0006]
)  # metres by which they stand off the bone, so that its curve does not cut into their rims
_SEGMENTS = [(head.tube.origin.bone, head.tube.insertion.bone) for head in HEADS]


@dataclass(frozen=True)
class Ends:
    """Attachment areas (H, 2, S, 3) of the heads, origin and insertion, in the frames of their bones; metres."""

    areas: FloatArray

    def _outwards(self, head: int, end: int) -> FloatArray:
        """Unit vector (3,) out of the bone in the middle of an area: across its rim, which runs from lateral to posterior."""
        rim = self.areas[head, end] - self.areas[head, end].mean(axis=0)
        normal = np.cross(rim, np.roll(rim, -1, axis=0)).sum(axis=0)
        way: FloatArray = OUT_OF_BONE[end] * normal / np.linalg.norm(normal)
        return way

    def laid(self, centres: FloatArray, rings: FloatArray, joints: Joints) -> FloatArray:
        """Rings (N, H, R, S, 3) round centres (N, H, R, 3), changed in place so that both ends lie on their areas."""
        middles = self.areas.mean(axis=2, keepdims=True)
        rises = self.areas - middles
        reach = len(GRIP)
        for i, segments in enumerate(_SEGMENTS):
            for end, bone in enumerate(segments):
                last = slice(0, reach) if end == 0 else slice(RINGS - 1, RINGS - 1 - reach, -1)
                turn = np.swapaxes(joints.turn(bone), -1, -2)
                rise = rises[i, end] @ turn
                middle = middles[i, end] @ turn + joints.shift(bone)[:, None]
                own, centre = rings[:, i, last], centres[:, i, last, None].copy()
                centre[:, 0] = middle
                centre += RISE[:, None, None] * (self._outwards(i, end) @ turn)[:, None, None]
                grip = GRIP[:, None, None]
                rings[:, i, last] = centre + (1.0 - grip) * (own - centres[:, i, last, None]) + grip * rise[:, None]
        return rings
