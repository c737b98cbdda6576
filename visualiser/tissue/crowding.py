"""Heads that make room for each other and for bone: whole sections move apart first, then each gives up the part that is not its own.

A bundle is the four heads in N poses as sections: centres, axes and radii in even directions. One pass looks for every point where the
nearest section of each neighbour ends and where the nearest bone begins. All pushes set in softly, so that a pass changes smoothly with the
pose: a few of them clean up a frame, many of them solve a pose from its design.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from visualiser.anatomy.muscles import HEADS
from visualiser.easing import ease
from visualiser.tissue.bonefields import BONES, Bones, Joints, onset
from visualiser.tissue.restshapes import RINGS, ROUND, SECTORS, all_turns, hinge_axes, rest_positions
from visualiser.tissue.sections import cross, spread_matrix, unit
from visualiser.typed import BoolArray, FloatArray, IntArray

SPREAD_GAIN = 1.7  # of a cut that is spread: a narrow one would become too shallow
SPREAD_RINGS = 2.2  # rings over which the move of one spreads to its neighbours
LEAST_SLOPE = 0.7  # of a spoke against the surface that it leaves: flatter ones would shrink a section to nothing
# Tendons go round the tuberosity below it, a little sideways, never to its medial face (they would slip inside the pelvis).
ISCHIAL_ESCAPE = np.array([-0.15, -0.55, 0.08])
# The conjoint tendon of semitendinosus and the long head is one as far down as they are joined, about 100 mm (positions from the origin);
# share of the onset of pushes between its parts, and metres in which they may overlap before they count as two that do.
CONJOINT, JOINED, PARTED = ("semitendinosus", "biceps_femoris_long_head"), 0.16, 0.26
TOUCH_ONSET, ONE_TENDON = 0.75, 0.0006
# Metres left where both reach for each other, and between which they give that up.
LEFT_JOINED, FAR_APART = 0.0011, (0.004, 0.007)
# The cord of semitendinosus lies on the round belly of semimembranosus, off which it slips to the one side or the other: there the gap is
# wider by a share, about a position and over some of them, and the cord had better go backwards and to the middle.
CORD, WIDER_ON_BELLY, ON_BELLY, ON_BELLY_WIDE = ("semitendinosus", "semimembranosus"), 0.5, 0.78, 0.07
ASIDE = np.array([-0.7, 0.0, -0.6])  # of the first of both; their order among the heads is that of their names here
EVEN_TURNS = 1.5  # rings over which the turn of sections is evened
EVERY = 2  # of the points of a section feel what moves it as a whole


class Room(NamedTuple):
    """Metres left between a tube and bone, and between two tubes, over which a push sets in on either side of that, and left between the
    parts of one tendon."""

    bone: float
    neighbour: float
    onset: float
    joined: float

    def needed(self, depth: FloatArray, joined: FloatArray, wider: FloatArray) -> FloatArray:
        """How far (M,) to part what lies `depth` (M,) deep in a neighbour; parts of one tendon nearly touch."""
        gap = (1.0 + wider) * self.neighbour + joined * (self.joined - self.neighbour)
        return onset(depth + gap, self.onset * (1.0 - (1.0 - TOUCH_ONSET) * joined))

    def off_bone(self, distance: FloatArray, wanted: FloatArray | float, share: FloatArray) -> FloatArray:
        """How far (M,) to push off a bone what lies at a `distance` (M,): gap by their `share` (M,), and `wanted` (M,) besides."""
        return onset(share * self.bone + wanted - distance, share * self.onset)


SOLVED = Room(0.0006, 0.0008, 0.0018, joined=0.0004)  # while a pose is solved
_INDEX = {head.name: i for i, head in enumerate(HEADS)}
_PAIRS = sorted({tuple(sorted((_INDEX[h.name], _INDEX[n]))) for h in HEADS for n in h.tube.neighbours})
_FIRST, _SECOND = (np.array([pair[i] for pair in _PAIRS]) for i in (0, 1))
# Footprints belong to the bone: heads that share one are not drawn apart on it.
_OFF_ENDS = np.clip(np.minimum(np.arange(RINGS), np.arange(RINGS)[::-1]) / 2.0 - 0.5, 0.0, 1.0)
_JOINED = 1.0 - ease((rest_positions() - JOINED) / (PARTED - JOINED))
_ON_BELLY = np.exp(-0.5 * np.square((rest_positions() - ON_BELLY) / ON_BELLY_WIDE))
_ONE_TENDON, _CORD_ON_BELLY = (
    np.array([along * ({HEADS[i].name, HEADS[j].name} == set(both)) for i, j in _PAIRS])  # (pairs, R)
    for along, both in ((_JOINED, CONJOINT), (_ON_BELLY, CORD))
)
HELD = np.clip(np.minimum(np.arange(RINGS), np.arange(RINGS)[::-1]) / 2.5 - 0.4, 0.0, 1.0)  # how freely rings move


@dataclass
class Bundle:
    """Heads in N poses: centres, hinge axes (N, H, R, 3) and radii (N, H, R, S); metres, femur frame."""

    centres: FloatArray
    hinge: FloatArray
    radii: FloatArray

    @classmethod
    def of(cls, centres: FloatArray, radii: FloatArray, joints: Joints) -> "Bundle":
        """Heads in the poses of some joints."""
        return cls(centres, hinge_axes(joints).astype(centres.dtype), radii)

    def __post_init__(self) -> None:
        self.orient()

    def orient(self) -> None:
        """Section axes from the centres: tangent, and the two directions from which radii are counted."""
        centres = self.centres
        tangent = np.empty_like(centres)
        tangent[:, :, 1:-1] = centres[:, :, 2:] - centres[:, :, :-2]
        tangent[:, :, 0] = centres[:, :, 1] - centres[:, :, 0]
        tangent[:, :, -1] = centres[:, :, -1] - centres[:, :, -2]
        length = np.sqrt(np.einsum("nhrk,nhrk->nhr", tangent, tangent))
        self.spacing = length.copy()
        self.spacing[:, :, 1:-1] *= 0.5
        self.tangent = tangent / length[..., None]
        lateral = unit(self._level(self.hinge))
        # Where a tendon turns onto the hinge's own way, what is lateral to it would swing round: neighbours say it too.
        lateral = unit(self._level(spread_matrix(RINGS, EVEN_TURNS).astype(lateral.dtype) @ lateral))
        posterior = cross(self.tangent, lateral)
        cosine, sine = all_turns()
        self.across, self.deep = cosine * lateral + sine * posterior, cosine * posterior - sine * lateral

    def _level(self, ways: FloatArray) -> FloatArray:
        """What of ways (N, H, R, 3) lies in the sections."""
        level: FloatArray = ways - np.einsum("nhrk,nhrk->nhr", ways, self.tangent)[..., None] * self.tangent
        return level

    def directions(self) -> FloatArray:
        """Unit vectors (N, H, R, S, 3) of the spokes."""
        spokes: FloatArray = ROUND @ np.stack([self.across, self.deep], axis=-2)
        return spokes

    def points(self, directions: FloatArray) -> FloatArray:
        """Points (N, H, R, S, 3) of the sections."""
        points: FloatArray = self.centres[:, :, :, None] + self.radii[..., None] * directions
        return points


class Crowd(NamedTuple):
    """Rings that may meet a section of a neighbour: flat indices (M,) of both into (N * H * R)."""

    ring: IntArray
    other: IntArray
    part: FloatArray  # (M,) how much of a push both take at all
    joined: FloatArray  # (M,) how far both are one tendon there
    wider: FloatArray  # (M,) the share by which the gap between both is wider
    aside: FloatArray  # (M, 3) which way, femur frame, a ring had better go where both are about as near

    def those(self, at: BoolArray) -> "Crowd":
        """The pairs where `at` (M,) holds."""
        return Crowd(self.ring[at], self.other[at], self.part[at], self.joined[at], self.wider[at], self.aside[at])


def crowd(bundle: Bundle) -> Crowd:
    """Pairs of a ring and the neighbour's ring nearest to it, where their sections may touch."""
    centres, count = bundle.centres, len(bundle.centres)
    first, second = centres[:, _FIRST], centres[:, _SECOND]
    square = np.einsum("nprk,nprk->npr", centres[:, _FIRST], first)[..., None]
    square = (
        square + np.einsum("nprk,nprk->npr", second, second)[:, :, None] - 2.0 * first @ np.swapaxes(second, -1, -2)
    )
    reach = bundle.radii.max(axis=-1)
    rows = np.arange(count)[:, None, None]
    found: list[tuple[FloatArray, ...]] = []
    for axis, own, neighbour, sense in ((3, _FIRST, _SECOND, 1.0), (2, _SECOND, _FIRST, -1.0)):
        nearest = square.argmin(axis=axis)
        far = np.sqrt(np.maximum(square.min(axis=axis), 0.0))
        room = reach[:, own] + reach[rows, neighbour[:, None], nearest] + 0.006
        n, p, r = np.nonzero((far < room) & (_OFF_ENDS > 0.0))
        ring = (n * len(HEADS) + own[p]) * RINGS + r
        other = (n * len(HEADS) + neighbour[p]) * RINGS + nearest[n, p, r]
        on_belly = _CORD_ON_BELLY[p, r]
        aside = sense * on_belly[:, None] * ASIDE
        found.append((ring, other, _OFF_ENDS[r], _ONE_TENDON[p, r], WIDER_ON_BELLY * on_belly, aside))
    return Crowd(*(np.concatenate(part) for part in zip(*found, strict=True)))


def inside_sections(
    bundle: Bundle, points: FloatArray, other: IntArray, towards: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """How deep points (M, 3) lie in the tube whose ring `other` (M,) is near, negative outside, and the ways out (M, 3).

    Read between the two sections on either side of a point; beyond its end a tube goes on as a cone. The way out of a section is counted
    from its middle, but bent `towards` (M, 3) where a point lies deep: a middle itself has no side.
    """
    rings, tangent, spacing = bundle.centres.reshape(-1, 3), bundle.tangent.reshape(-1, 3), bundle.spacing.reshape(-1)
    place = other % RINGS
    along = np.einsum("mc,mc->m", points - rings[other], tangent[other]) / spacing[other]
    place_now = np.clip(place + np.clip(np.rint(along), -3, 3).astype(np.intp), 0, RINGS - 1)
    near = other - place + place_now
    along = np.einsum("mc,mc->m", points - rings[near], tangent[near]) / spacing[near]
    step = np.where(along < 0.0, -1, 1)
    at_end = (place_now + step < 0) | (place_now + step >= RINGS)
    nearby = np.where(at_end, near, near + step)
    share = np.minimum(np.abs(along), 1.0)
    keep = 1.0 - share
    frames = np.concatenate([rings, bundle.across.reshape(-1, 3), bundle.deep.reshape(-1, 3)], axis=1)
    frame = keep[:, None] * frames[near] + share[:, None] * frames[nearby]
    offset = points - frame[:, :3]
    x, y = np.einsum("mc,mc->m", offset, frame[:, 3:6]), np.einsum("mc,mc->m", offset, frame[:, 6:])
    radii = bundle.radii.reshape(-1)
    first, second = near * SECTORS, nearby * SECTORS
    radius = _radius(radii, first, second, keep, share, np.arctan2(y, x))[0]
    reach = np.sqrt(x * x + y * y)
    bend = 0.8 * np.maximum(radius - reach, 0.0)
    ahead_x = x + bend * np.einsum("mc,mc->m", towards, frame[:, 3:6])
    ahead_y = y + bend * np.einsum("mc,mc->m", towards, frame[:, 6:])
    radius, rise = _radius(radii, first, second, keep, share, np.arctan2(ahead_y, ahead_x))
    size = np.maximum(np.sqrt(ahead_x * ahead_x + ahead_y * ahead_y), 1e-6)
    u, v = ahead_x / size, ahead_y / size
    # The surface leans against the spoke where the radius changes round the section.
    lean = rise * (SECTORS / (2 * np.pi)) / radius
    upright = 1.0 / np.sqrt(1.0 + lean * lean)
    depth = (radius - x * u - y * v) * upright - np.where(at_end, np.abs(along) * spacing[near], 0.0)
    out: FloatArray = (upright * (u + lean * v))[:, None] * frame[:, 3:6]
    out += (upright * (v - lean * u))[:, None] * frame[:, 6:]
    return depth, out


def _radius(
    radii: FloatArray, near: IntArray, nearby: IntArray, keep: FloatArray, share: FloatArray, angle: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Radius (M,) of a section between two rings in a direction, and how much it rises to the next sector."""
    turn = angle * (SECTORS / (2 * np.pi)) % SECTORS
    sector = np.minimum(turn.astype(np.intp), SECTORS - 1)
    after = np.where(sector == SECTORS - 1, 0, sector + 1)
    low = keep * radii[near + sector] + share * radii[nearby + sector]
    rise = keep * radii[near + after] + share * radii[nearby + after] - low
    return low + (turn - sector) * rise, rise


def _pressed(
    bundle: Bundle, near: Crowd, points: FloatArray, facing: bool = False, apart: float = 0.003
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Points (G, S, 3) of rings that a neighbour may press, `apart` (metres) from its largest radius at most: row in `near`, place in the
    ring, depth in the neighbour and the way out.

    With `facing`, only those on the neighbour's side of their own section.
    """
    rings = bundle.centres.reshape(-1, 3)
    towards = unit(unit(rings[near.ring] - rings[near.other]) + near.aside)
    own = points[near.ring]
    away = own - rings[near.other][:, None]
    reach = bundle.radii.reshape(-1, SECTORS).max(axis=1)[near.other] + apart
    close = np.einsum("msc,msc->ms", away, away) < (reach * reach)[:, None]
    if facing:
        close &= np.einsum("msc,mc->ms", own - rings[near.ring][:, None], towards) < 0.0015
    row, sector = np.nonzero(close)
    depth, out = inside_sections(bundle, own[row, sector], near.other[row], towards[row])
    return row, sector, depth, out


def part_rings(bundle: Bundle, bones: Bones, joints: Joints, places: "Places", room: Room) -> FloatArray:
    """Move whole sections out of bone and away from their neighbours, in place; the thinner of two gives way more.

    returns : (N, H, R)  how far the hip bone pressed each section
    """
    count = len(bundle.centres)
    directions = bundle.directions()[:, :, :, ::EVERY]
    points = bundle.centres[:, :, :, None] + bundle.radii[:, :, :, ::EVERY, None] * directions
    flat = points.reshape(-1, points.shape[3], 3)
    rings, pushes = [], []
    pressed = np.zeros(count * len(HEADS) * RINGS)
    near = crowd(bundle)
    if len(near.ring):
        row, _, depth, out = _pressed(bundle, near, flat)
        size = np.einsum("nhrs,nhrs->nhr", bundle.radii, bundle.radii).reshape(-1)
        yields = near.part * size[near.other] / (size[near.other] + size[near.ring])
        rings.append(near.ring[row])
        pushes.append((room.needed(depth, near.joined[row], near.wider[row]) * yields[row])[:, None] * out)
    total = count * len(HEADS) * RINGS
    for bone, (where, wanted, share) in places.items():
        chosen = points[:, where[0], where[1]]  # (N, K, s, 3)
        meeting = bones.meeting(bone, chosen.reshape(count, -1, 3), joints, room.bone + room.onset + wanted.max())
        if meeting is None:
            continue
        ring = meeting.chosen // points.shape[3]
        n, k = ring // len(where[0]), ring % len(where[0])
        need = room.off_bone(meeting.distance, wanted[k], share[k])
        out = meeting.out_femur
        if bone == "hip_bone":
            way = unit(
                np.concatenate([meeting.out[:, :2], np.maximum(meeting.out[:, 2:], 0.0)], axis=1) + ISCHIAL_ESCAPE
            )
            need = need / np.clip(np.einsum("pk,pk->p", way, meeting.out), 0.5, 1.0)
            out = np.matmul(joints.pelvis[n], way[..., None])[..., 0]
            np.maximum.at(pressed, (n * len(HEADS) + where[0][k]) * RINGS + where[1][k], need)
        rings.append((n * len(HEADS) + where[0][k]) * RINGS + where[1][k])
        pushes.append(need[:, None] * out)
    if not rings:
        return pressed.reshape(count, len(HEADS), RINGS)
    at, push = np.concatenate(rings), np.concatenate(pushes)
    # Nearly the strongest push that the points of a ring feel: each counts as much as it is strong.
    strength = np.sqrt(np.einsum("pk,pk->p", push, push))
    weight = np.bincount(at, strength, minlength=total)
    own: FloatArray = np.stack([np.bincount(at, strength * push[:, k], minlength=total) for k in range(3)], axis=1)
    own = own / np.maximum(weight, 1e-9)[:, None]
    moved = spread_matrix(RINGS, SPREAD_RINGS) @ own.reshape(count, len(HEADS), RINGS, 3)
    bundle.centres += 1.15 * HELD[:, None] * moved
    return pressed.reshape(count, len(HEADS), RINGS)


def part_points(bundle: Bundle, bones: Bones, joints: Joints, places: "Places", room: Room) -> FloatArray:
    """Shorten radii, in place, until every point has left the bones and neighbours meet half-way; returns how much (N, H, R, S)."""
    count = len(bundle.centres)
    directions = bundle.directions()
    points = bundle.points(directions)
    cut: FloatArray = np.zeros(bundle.radii.size)
    near = crowd(bundle)
    if len(near.ring):
        row, sector, depth, out = _pressed(bundle, near, points.reshape(-1, SECTORS, 3))
        slope = -np.einsum("mc,mc->m", directions.reshape(-1, SECTORS, 3)[near.ring[row], sector], out)
        half = 0.5 * room.needed(depth, near.joined[row], near.wider[row]) * near.part[row]
        half *= np.clip(slope / LEAST_SLOPE + 1.0, 0.0, 1.0) / np.maximum(slope, LEAST_SLOPE)
        np.maximum.at(cut, near.ring[row] * SECTORS + sector, half)
    for bone, (where, wanted, share) in places.items():
        chosen = points[:, where[0], where[1]]
        meeting = bones.meeting(bone, chosen.reshape(count, -1, 3), joints, room.bone + room.onset + wanted.max())
        if meeting is None:
            continue
        ring, sector = meeting.chosen // SECTORS, meeting.chosen % SECTORS
        n, k = ring // len(where[0]), ring % len(where[0])
        at = ((n * len(HEADS) + where[0][k]) * RINGS + where[1][k]) * SECTORS + sector
        slope = -np.einsum("pk,pk->p", directions.reshape(-1, 3)[at], meeting.out_femur)
        need = room.off_bone(meeting.distance, wanted[k], share[k])
        need *= np.clip(slope / LEAST_SLOPE + 1.0, 0.0, 1.0) / np.maximum(slope, LEAST_SLOPE)
        np.maximum.at(cut, at, need)
    cut = cut.reshape(bundle.radii.shape)
    cut = np.maximum(cut, _spread_cut(cut))
    # Nothing shrinks below a third of itself in one pass.
    cut = 0.67 * bundle.radii * np.tanh(cut / (0.67 * bundle.radii))
    bundle.radii = bundle.radii - cut
    return cut


def mend(bundle: Bundle, bones: Bones, joints: Joints, room: Room) -> FloatArray:
    """Both in one look, in place: sections move, then radii give up what the moves leave; returns the cut (N, H, R, S).

    What a move does to depths is taken from the ways out, not looked at again: a third of the time of two passes, and smoother.
    """
    count, total = len(bundle.centres), len(bundle.centres) * len(HEADS) * RINGS
    directions = bundle.directions()
    points = bundle.points(directions)
    at, depth, out, share, meet = _needs(bundle, points, bones, joints, room)
    if not len(at):
        return np.zeros_like(bundle.radii)
    ring, strength = at // SECTORS, depth * share
    weight = np.bincount(ring, strength, minlength=total)
    push = (strength * strength)[:, None] * out
    own: FloatArray = np.stack([np.bincount(ring, push[:, k], minlength=total) for k in range(3)], axis=1)
    # Counted with a little more than all, so that a touch moves nothing at once.
    own = (own / (weight + 2e-5)[:, None]).reshape(count, len(HEADS), RINGS, 3)
    moved = 1.1 * HELD[:, None] * (spread_matrix(RINGS, SPREAD_RINGS) @ own)
    bundle.centres += moved
    slope = -np.einsum("pk,pk->p", directions.reshape(-1, 3)[at], out)
    helped = np.einsum("pk,pk->p", moved.reshape(-1, 3)[ring], out) / np.maximum(share, 0.02)
    left = meet * np.maximum(depth - helped, 0.0)
    left *= np.clip(slope / LEAST_SLOPE + 1.0, 0.0, 1.0) / np.maximum(slope, LEAST_SLOPE)
    cut: FloatArray = np.zeros(bundle.radii.size)
    np.maximum.at(cut, at, left)
    cut = np.minimum(_spread_cut(cut.reshape(bundle.radii.shape)), 0.67 * bundle.radii)
    bundle.radii = bundle.radii - cut
    return cut


def join(bundle: Bundle) -> None:
    """Let the two parts of the conjoint tendon reach for each other, in place: each point that faces the other goes half of the way."""
    near = crowd(bundle)
    near = near.those(near.joined > 0.0)
    if not len(near.ring):
        return
    directions = bundle.directions()
    row, sector, depth, out = _pressed(
        bundle, near, bundle.points(directions).reshape(-1, SECTORS, 3), apart=FAR_APART[1]
    )
    faces = -np.einsum("mc,mc->m", directions.reshape(-1, SECTORS, 3)[near.ring[row], sector], out)
    gap = np.maximum(-depth - LEFT_JOINED, 0.0)
    # What lies farther apart is left as it is, by and by.
    reach = gap * (1.0 - ease((gap - FAR_APART[0]) / (FAR_APART[1] - FAR_APART[0]))) * ease((faces - 0.5) / 0.4)
    grown: FloatArray = np.zeros(bundle.radii.size)
    np.maximum.at(grown, near.ring[row] * SECTORS + sector, 0.5 * near.joined[row] * reach / np.maximum(faces, 0.5))
    bundle.radii = bundle.radii + _spread_cut(grown.reshape(bundle.radii.shape)) / SPREAD_GAIN


def deepest(bundle: Bundle, bones: Bones, joints: Joints) -> FloatArray:
    """How deep (N,) the deepest point of each pose lies in bone or in a neighbour, metres."""
    at, depth, *_ = _needs(bundle, bundle.points(bundle.directions()), bones, joints, Room(0.0, 0.0, 1e-6, -ONE_TENDON))
    worst: FloatArray = np.zeros(len(bundle.centres))
    np.maximum.at(worst, at // (len(HEADS) * RINGS * SECTORS), depth)
    return worst


def _needs(
    bundle: Bundle, points: FloatArray, bones: Bones, joints: Joints, room: Room
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Points that must give way: flat index (M,), push needed, way out (M, 3), and their shares (M,) in a move and in a cut."""
    near = crowd(bundle)
    row, sector, depth, out = _pressed(bundle, near, points.reshape(-1, SECTORS, 3), facing=True)
    need = room.needed(depth, near.joined[row], near.wider[row])
    kept = np.nonzero(need > 0.0)[0]
    row = row[kept]
    size = np.einsum("nhrs,nhrs->nhr", bundle.radii, bundle.radii).reshape(-1)
    yields = size[near.other] / (size[near.other] + size[near.ring])
    touched, pushed, away = _touching(bundle, points, bones, joints, room)
    whole = np.ones(len(touched))
    return (
        np.concatenate([near.ring[row] * SECTORS + sector[kept], touched]),
        np.concatenate([need[kept] * near.part[row], pushed]),
        np.concatenate([out[kept], away]),
        np.concatenate([yields[row], whole]),
        np.concatenate([np.full(len(row), 0.5), whole]),
    )


def _touching(
    bundle: Bundle, points: FloatArray, bones: Bones, joints: Joints, room: Room
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Points near bone: flat indices (M,) into (N * H * R * S), pushes needed and ways out; a look at sections first spares most points."""
    bone, head, ring, gap = _meetings()
    count, pairs = len(points), len(bone)
    reach = bundle.radii.max(axis=-1)[:, head, ring].ravel() + room.bone + room.onset
    every_bone, every_pose = np.tile(bone, count), np.repeat(np.arange(count), pairs)
    near = bones.near(bundle.centres[:, head, ring].reshape(-1, 3), every_bone, every_pose, joints, reach)
    chosen = np.nonzero(near)[0]
    pose, pair = every_pose[chosen], chosen % pairs
    asked = points[pose, head[pair], ring[pair]].reshape(-1, 3)
    found = bones.touched(
        asked, np.repeat(bone[pair], SECTORS), np.repeat(pose, SECTORS), joints, room.bone + room.onset
    )
    which, sector = found.chosen // SECTORS, found.chosen % SECTORS
    section = ((pose * len(HEADS) + head[pair]) * RINGS + ring[pair])[which]
    return section * SECTORS + sector, room.off_bone(found.distance, 0.0, gap[pair][which]), found.out_femur


@lru_cache
def _meetings() -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Every pair of a bone and a ring that may meet: bone, head and ring (K,), and the share of the gap that they keep (K,)."""
    each = [(BONES.index(bone), *found.where, found.gap) for bone, found in places(False).items()]
    bones = np.repeat([bone for bone, *_ in each], [len(gap) for *_, gap in each])
    head, ring, gap = (np.concatenate(part) for part in list(zip(*each, strict=True))[1:])
    return bones, head, ring, gap


def _spread_cut(cut: FloatArray) -> FloatArray:
    """A cut (N, H, R, S) spread over the points beside, so that no single point is dented, and none jumps where a bone has an edge."""
    spread = 0.5 * cut + 0.25 * (np.roll(cut, 1, axis=-1) + np.roll(cut, -1, axis=-1))
    evened = spread.copy()
    evened[:, :, 1:-1] = 0.5 * spread[:, :, 1:-1] + 0.25 * (spread[:, :, :-2] + spread[:, :, 2:])
    return SPREAD_GAIN * evened


class Meets(NamedTuple):
    """The rings `where` (heads and rings, (K,) each) that may meet a bone, what room (K,), metres, they want, and the share (K,) of the
    usual gap that they keep."""

    where: tuple[IntArray, IntArray]
    wanted: FloatArray
    gap: FloatArray


Places = Mapping[str, Meets]


@lru_cache
def places(designed: bool) -> Places:
    """For each bone the rings that may meet it; room as designed, or none beside the gap."""
    wanted: dict[str, FloatArray] = {}
    gaps: dict[str, FloatArray] = {}
    for i, head in enumerate(HEADS):
        for contact in head.tube.touches:
            room = wanted.setdefault(contact.bone, np.full((len(HEADS), RINGS), -1.0))
            gap = gaps.setdefault(contact.bone, np.ones((len(HEADS), RINGS)))
            part = slice(int(contact.begin * (RINGS - 1)), int(contact.end * (RINGS - 1)) + 1)
            room[i, part] = np.maximum(room[i, part], 1e-3 * contact.room_mm)
            gap[i, part] = np.minimum(gap[i, part], contact.gap)
    found: dict[str, Meets] = {}
    for bone, room in wanted.items():
        room[:, [0, 1, -2, -1]] = -1.0  # the ends lie on bone
        where, smooth = np.nonzero(room >= 0.0), spread_matrix(RINGS, 1.5)
        kept = (smooth @ np.maximum(room, 0.0)[..., None])[..., 0] if designed else np.zeros_like(room)
        found[bone] = Meets((where[0], where[1]), kept[where], (smooth @ gaps[bone][..., None])[..., 0][where])
    return found
