"""Labels over time, for clips and the window: they stand still or glide a little, and never fly.

A label owns a slot in one column. A label that must change its column or its order fades out, its gap closes,
another gap opens, and it fades in there. Columns are fixed; a dead band keeps slots from following every small
movement; neighbours are pushed, not jerked. Leaders that are going to cross are seen in advance: a clip passes the
anchors of later frames, a window lets them be guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from visualiser.easing import ease
from visualiser.pictures.appearance import HIDDEN_BELOW, LabelStyle
from visualiser.pictures.cameras import Box
from visualiser.pictures.columns import HIGH, LOW, Ground, crossings, solve, spread
from visualiser.pictures.labels import (
    BAR_ROOM,
    Arrangement,
    Drop,
    LabelSpec,
    Placement,
    Point,
    Setting,
    callout,
    economies,
    label_style,
    set_label,
    text_rooms,
)
from visualiser.pictures.layout import EDGE, PLACES, ground_for
from visualiser.pictures.zones import Zone, fits, free_zones, inside, shared_out
from visualiser.pictures.zones import settled as settled_in
from visualiser.typed import BoolArray, FloatArray

AHEAD_S = (1 / 6, 1 / 3)  # how far into the future leaders are compared
MOST = 8  # labels in a moving picture: more cannot be read while watching

_FADE_S = 0.27  # to open a gap, and again to fade in
_EASE_S = 0.27  # time constant of gliding
_FASTEST = 900.0  # units per second: gliding faster than this is flying
_SEEN_S = 0.15  # time constant of visibility
_GIVE_UP_S = 0.3  # hidden this long, a label goes
_DEAD_BAND = 26.0  # units a slot may be off its best place before it moves
_STICKY = 90.0  # units an anchor must lie beyond the middle before its label changes column
_CUT = 220.0  # a jump of most anchors by more than this between two frames is a cut: start afresh
_LOOKS = 4  # moments of the near future at which leaders are compared
_LOOK_S = 0.1  # how often that is done, and room looked for: a third of how far it sees
_COLUMN_SPEED = 180.0  # units per second at which columns follow a changed silhouette
_COLUMN_BAND = 60.0


_MUCH_NEARER = 260.0  # units nearer to its anchor that make it worth a label's while to fade and come again
_COVERED = 0.55  # share of a label's box that must stand clear of what is drawn


@dataclass(slots=True)
class _Slot:
    """A label's place in a column: opening, live or fading."""

    label: int
    side: int
    along: float
    state: Literal["opening", "live", "fading"] = "opening"
    room: float = 0.0  # share of its box that it holds open
    alpha: float = 0.0


class Tracker:
    """Places labels frame by frame; call `step` once for each frame in order."""

    def __init__(
        self,
        specs: Sequence[LabelSpec],
        canvas: Point,
        style: str | LabelStyle = "lecture",
        *,
        anatomy: Box,
        language: str = "en",
        arrangement: Arrangement = "columns",
        reserved: Sequence[Box] = (),
        frame_s: float = 1 / 30,
        most: int = MOST,
    ) -> None:
        """Fix the columns.

        anatomy : the rectangle the anatomy fills: over the whole clip, or now in a window
        """
        self.specs = tuple(specs)
        self.canvas, self.style, self.arrangement = canvas, label_style(style), arrangement
        self.reserved, self.frame_s, self.most = tuple(reserved), frame_s, most
        self.anatomy = anatomy
        self.settings = self._settings(language)
        self.extents = np.array([s.height if arrangement == "columns" else s.width for s in self.settings])
        self.ground = self._target = self._ground(anatomy)
        self.middle = self._middle(anatomy)
        self._slots: dict[int, list[_Slot]] = {LOW: [], HIGH: []}
        self._seen: FloatArray | None = None
        self._unseen_for = np.zeros(len(self.specs))
        self._veil = np.zeros(len(self.specs))
        self._before: FloatArray | None = None
        self._looked_s = 0.0  # how long ago the near future was looked at
        self._zones: dict[int, list[Zone]] = {side: [self.ground.bound(side)] for side in (LOW, HIGH)}

    def step(
        self,
        anchors: ArrayLike,
        seen: ArrayLike,
        ahead: ArrayLike | None = None,
        *,
        anatomy: Box | None = None,
        occupied: ArrayLike | None = None,
    ) -> Placement:
        """The placement of the next frame.

        anchors : (n, 2)     layout units, now
        seen    : (n,)       share of each anchor in view
        ahead   : (2, n, 2)  anchors `AHEAD_S` later; None: guessed from the movement so far
        anatomy : where the anatomy is now, if the columns may follow it (a window, not a clip)
        occupied: (m, 2)     points all over what is drawn now: labels stand before, above or below it, not on it
        """
        points = np.asarray(anchors, dtype=np.float64).reshape(-1, 2)
        now = self._turned(points)
        start = self._seen is None or self._is_cut(now)
        later = self._later(now, start) if ahead is None else self._turned(np.asarray(ahead, dtype=np.float64))
        self._follow(anatomy, at_once=start)
        wanted = self._wanted(now, np.asarray(seen, dtype=np.float64).reshape(-1), points, start)
        self._find_zones(occupied)
        if start:
            self._seed(now, wanted)
            self._glide(now, at_once=True)
        self._retire_covered(later[-1])
        self._retire_lost(later[-1])
        self._looked_s += self.frame_s
        if start or self._looked_s > _LOOK_S - 0.5 * self.frame_s:
            self._looked_s = 0.0
            self._retire_crossing(now, later)
            self._insert_waiting(now, later[-1], wanted)
        self._age()
        self._glide(now, at_once=start)
        self._before = now
        return self._placement(points, wanted)

    # ----------------------------------------------------------------------------------------------------- preparation
    def _settings(self, language: str) -> list[Setting]:
        """The most generous texts with which the largest labels that can be shown at once find room."""
        best: list[Setting] = []
        along = self.canvas[1] - 2 * EDGE if self.arrangement == "columns" else self.canvas[0] - 2 * self.style.margin
        for words, size in economies(language):
            for room, lines in text_rooms(self.canvas, self.style, self.arrangement):
                best = [set_label(s, self.style, words, room=room, size=size, most=lines) for s in self.specs]
                sizes = sorted((s.height if self.arrangement == "columns" else s.width) for s in best)
                if sum(sizes[-self.most :]) + 2 * self.style.gap * self.most <= 1.6 * along:
                    return best
        return best

    def _ground(self, anatomy: Box) -> Ground:
        return ground_for(self.settings, self.canvas, self.style, self.arrangement, anatomy, self.reserved)

    def _middle(self, anatomy: Box) -> float:
        if self.arrangement == "columns":
            return (anatomy.left + anatomy.right) / 2
        return (anatomy.top + anatomy.bottom) / 2

    def _turned(self, points: FloatArray) -> FloatArray:
        """(x, y) as (across, along)."""
        return points if self.arrangement == "columns" else points[..., ::-1]

    def _find_zones(self, occupied: ArrayLike | None) -> None:
        """Find the stretches of each column under which nothing is drawn."""
        points = np.zeros((0, 2)) if occupied is None else self._turned(np.asarray(occupied, dtype=np.float64))
        deepest = max((s.width if self.arrangement == "columns" else s.height for s in self.settings), default=0.0)
        least = float(min(self.extents, default=0.0)) + self.ground.gap
        for side in (LOW, HIGH):
            inner = self.ground.port(side) + side * self.style.stub
            outer = inner + side * (deepest + BAR_ROOM)
            under = (points[:, 0] > min(inner, outer)) & (points[:, 0] < max(inner, outer))
            self._zones[side] = free_zones(points[under, 1], self.ground.bound(side), least)

    def _is_cut(self, now: FloatArray) -> bool:
        """Whether the picture jumped: another view, a scrubbed time."""
        if self._before is None or len(now) == 0:
            return True
        return bool(np.median(np.linalg.norm(now - self._before, axis=1)) > _CUT)

    def _later(self, now: FloatArray, start: bool) -> FloatArray:
        """Anchors later on, if they keep their speed."""
        speed = np.zeros_like(now) if start or self._before is None else (now - self._before) / self.frame_s
        return np.stack([now + speed * time for time in AHEAD_S])

    def _follow(self, anatomy: Box | None, *, at_once: bool) -> None:
        """Let the columns follow the anatomy, slowly and not for trifles."""
        if anatomy is not None:
            aim = self._ground(anatomy)
            if at_once or max(abs(a - b) for a, b in zip(aim.ports, self._target.ports, strict=True)) > _COLUMN_BAND:
                self._target, self.middle = aim, self._middle(anatomy)
        reach = np.inf if at_once else _COLUMN_SPEED * self.frame_s
        aims = zip(self.ground.ports, self._target.ports, strict=True)
        ports = [port + float(np.clip(aim - port, -reach, reach)) for port, aim in aims]
        self.ground = replace(self._target, ports=(ports[0], ports[1]))

    def _wanted(self, now: FloatArray, seen: FloatArray, points: FloatArray, start: bool) -> list[str]:
        """Per label an empty string if it should be on the picture, else why not."""
        share = 1.0 if start else 1 - np.exp(-self.frame_s / _SEEN_S)
        self._seen = seen.copy() if self._seen is None or start else self._seen + (seen - self._seen) * share
        # Two thresholds: what hovers at one of them does not flicker.
        visible = self._seen > np.where(self._unseen_for > 0, HIDDEN_BELOW + 0.1, HIDDEN_BELOW - 0.1)
        self._unseen_for = np.where(visible, 0.0, self._unseen_for + self.frame_s)
        step = self.frame_s / _FADE_S
        aim = (~visible).astype(np.float64)
        self._veil = aim if start else np.clip(self._veil + np.clip(aim - self._veil, -step, step), 0.0, 1.0)
        reasons = []
        for i, spec in enumerate(self.specs):
            x, y = points[i]
            if not (0.0 < x < self.canvas[0] and 0.0 < y < self.canvas[1]):
                reasons.append("outside the picture")
            elif not self.ground.ports[0] + self.style.ring < now[i, 0] < self.ground.ports[1] - self.style.ring:
                reasons.append("where the labels stand")
            elif not visible[i] and spec.priority > 1:
                reasons.append("hidden")
            else:
                reasons.append("")
        return reasons

    def _seed(self, now: FloatArray, wanted: list[str]) -> None:
        """Start with the solution of a still."""
        self._slots = {LOW: [], HIGH: []}
        ranked = sorted((i for i, why in enumerate(wanted) if not why), key=lambda i: (self.specs[i].priority, i))
        chosen = sorted(ranked[: self.most])
        while chosen:
            found = solve(now[chosen], self.extents[chosen], self.ground, np.full(len(chosen), self.middle))
            if found is not None:
                break
            chosen.remove(max(chosen, key=lambda i: (self.specs[i].priority, i)))
        else:
            return
        for k in np.argsort(found.along, kind="stable"):
            side = int(found.sides[k])
            self._slots[side].append(_Slot(chosen[int(k)], side, float(found.along[k]), "live", 1.0, 1.0))
        for side in (LOW, HIGH):
            slots = self._slots[side]
            sizes = [float(self.extents[slot.label]) for slot in slots]
            ranks = [(self.specs[slot.label].priority, slot.label) for slot in slots]
            shared = shared_out([slot.along for slot in slots], sizes, ranks, self._zones[side], self.ground.gap)
            for slot, place in zip(slots, shared, strict=True):
                slot.along = slot.along if place is None else place
            self._slots[side] = [slot for slot, place in zip(slots, shared, strict=True) if place is not None]

    # --------------------------------------------------------------------------------------------------------- leaving
    def _all(self) -> list[_Slot]:
        return [slot for side in (LOW, HIGH) for slot in self._slots[side]]

    def _retire_covered(self, later: FloatArray) -> None:
        """Labels that something drawn has run over leave, and those that would stand much nearer in another free stretch."""
        for slot in self._all():
            half, zones = self.extents[slot.label] / 2, self._zones[slot.side]
            clear = max(min(high, slot.along + half) - max(low, slot.along - half) for low, high in zones)
            if clear < _COVERED * 2 * half:
                slot.state = "fading"
            elif len(zones) > 1 and slot.state == "live":
                wish = float(later[slot.label, 1])
                there = [zone for zone in zones if not zone[0] <= slot.along <= zone[1] and self._room_in(slot, zone)]
                nearest = min((max(low + half - wish, wish - high + half, 0.0) for low, high in there), default=np.inf)
                if abs(slot.along - wish) > nearest + _MUCH_NEARER:
                    slot.state = "fading"

    def _room_in(self, slot: _Slot, zone: Zone) -> bool:
        """Whether a slot fits into a stretch beside those that are there."""
        there = [s for s in self._slots[slot.side] if s is not slot and zone[0] <= s.along <= zone[1]]
        return fits([self.extents[s.label] for s in (*there, slot)], zone, self.ground.gap)

    def _retire_lost(self, later: FloatArray) -> None:
        """Labels whose anchor is gone, or has moved over to the other side, leave."""
        for slot in self._all():
            spec, where = self.specs[slot.label], later[slot.label, 0]
            hidden = spec.priority > 1 and self._unseen_for[slot.label] > _GIVE_UP_S
            outside = not self.ground.ports[0] + self.style.ring < where < self.ground.ports[1] - self.style.ring
            gone = not self._on_canvas(later[slot.label])
            if hidden or outside or gone or (where - self.middle) * slot.side < -_STICKY:
                slot.state = "fading"

    def _on_canvas(self, place: FloatArray) -> bool:
        size = self.canvas if self.arrangement == "columns" else self.canvas[::-1]
        return bool(0.0 < place[0] < size[0] and 0.0 < place[1] < size[1])

    def _retire_crossing(self, now: FloatArray, later: FloatArray) -> None:
        """Where two leaders are going to cross, the less important label leaves in time.

        The near future is played through: anchors on their way to where they will be, slots gliding after them.
        """
        here = {slot.label: slot.along for slot in self._all()}
        times = (0.0, *AHEAD_S)
        for time in np.linspace(0.0, AHEAD_S[-1], _LOOKS + 1):
            part = int(np.searchsorted(AHEAD_S[:-1], time, side="right"))
            share = (time - times[part]) / (times[part + 1] - times[part])
            start = now if part == 0 else later[part - 1]
            anchors = start + (later[part] - start) * share
            if time > 0.0:
                plan, eased = self._plan(anchors, here), 1 - np.exp(-AHEAD_S[-1] / _LOOKS / _EASE_S)
                here = {label: place + (plan[label] - place) * eased for label, place in here.items()}
            self._retire_worst(anchors, here)

    def _retire_worst(self, anchors: FloatArray, places: dict[int, float]) -> None:
        """Send away labels until no leaders cross."""
        while True:
            slots = [slot for slot in self._all() if slot.state != "fading"]
            crossed = self._crossings(anchors, slots, np.array([places[slot.label] for slot in slots]))
            if not crossed.any():
                return
            guilty = np.flatnonzero(crossed.any(axis=1))
            ranks = [(crossed[k].sum(), self.specs[slots[k].label].priority, slots[k].label) for k in guilty]
            slots[guilty[ranks.index(max(ranks))]].state = "fading"

    def _crossings(self, anchors: FloatArray, slots: Sequence[_Slot], along: FloatArray) -> BoolArray:
        sides = np.array([slot.side for slot in slots], dtype=np.intp)
        points = anchors[[slot.label for slot in slots]].reshape(-1, 2)
        return crossings(points, self.ground.port_points(sides, along))

    # -------------------------------------------------------------------------------------------------------- arriving
    def _insert_waiting(self, now: FloatArray, later: FloatArray, wanted: list[str]) -> None:
        """Give a slot to labels that want one, the important first."""
        held = {slot.label for slot in self._all()}
        staying = sum(slot.state != "fading" for slot in self._all())
        for i in sorted(range(len(self.specs)), key=lambda i: (self.specs[i].priority, now[i, 1])):
            if staying >= self.most:
                return
            if not wanted[i] and i not in held and self._on_canvas(later[i]):
                staying += self._insert(i, later)

    def _insert(self, label: int, later: FloatArray) -> bool:
        """Open a slot where the new leader crosses none and is short; False if there is no such place now."""
        offset = later[label, 0] - self.middle
        best: tuple[float, int, int, float] | None = None
        for side in (HIGH, LOW) if offset > 0 else (LOW, HIGH):
            slots = self._slots[side]
            opening = sum(slot.state == "opening" and slot.room < 1.0 for slot in slots)
            column = np.append(self.extents[[slot.label for slot in slots]], self.extents[label])
            if offset * side < -_STICKY or opening > 1 or not self.ground.fits(column, side):
                continue
            other = self._slots[-side]
            other_along = self._stack(other, later[[slot.label for slot in other], 1])
            for zone, at in product(self._zones[side], range(len(slots) + 1)):
                new = _Slot(label, side, float(later[label, 1]), room=1.0)
                new.along = inside(new.along, self.extents[label], zone)
                before, after = slots[:at], slots[at:]
                if any(s.along > zone[1] for s in before) or any(s.along < zone[0] for s in after):
                    continue
                if len(self._zones[side]) > 1 and not self._room_in(new, zone):
                    continue
                trial = [*before, new, *after]
                wishes = later[[slot.label for slot in trial], 1]
                along = self._stack(trial, wishes)
                pairs = [*zip(trial, along, strict=True), *zip(other, other_along, strict=True)]
                pairs = [(slot, place) for slot, place in pairs if slot.state != "fading"]
                places = np.array([place for _, place in pairs])
                if self._crossings(later, [slot for slot, _ in pairs], places).any():
                    continue
                length = np.hypot(later[label, 0] - self.ground.port(side), later[label, 1] - along[at])
                cost = float(length + 0.5 * np.abs(along - wishes).sum() + (0.0 if offset * side > 0 else 150.0))
                if best is None or cost < best[0]:
                    best = cost, side, at, float(along[at])
        if best is None:
            return False
        _, side, at, along_best = best
        slots = self._slots[side]
        # It starts between its neighbours as they stand: an opening gap pushes them, it never jerks.
        low = slots[at - 1].along if at else -np.inf
        high = slots[at].along if at < len(slots) else np.inf
        slots.insert(at, _Slot(label, side, float(np.clip(along_best, low, high))))
        return True

    # ---------------------------------------------------------------------------------------------------------- moving
    def _stack(self, slots: Sequence[_Slot], wishes: FloatArray, *, settled: bool = False) -> FloatArray:
        """Places of a column's slots near their wishes, each holding its share of a box open; settled: its whole box."""
        if not slots:
            return np.zeros(0)
        side, gap = slots[0].side, self.ground.gap
        low, high = self.ground.bound(side)
        rooms = [1.0 if settled and slot.state == "opening" else slot.room for slot in slots]
        boxes = np.array([(self.extents[slot.label] + gap) * room for slot, room in zip(slots, rooms, strict=True)])
        wanted = np.asarray(wishes, dtype=np.float64)
        zones = self._zones[side]
        if len(zones) > 1:
            wanted = settled_in(np.array([slot.along for slot in slots]), wanted, boxes, zones, gap)
        elif zones[0] != (low, high):
            wanted = np.clip(wanted, zones[0][0] + boxes / 2, np.maximum(zones[0][1] - boxes / 2, zones[0][0]))
        return spread(wanted, boxes, low - gap / 2, high + gap / 2, gap=0.0)

    def _plan(self, anchors: FloatArray, places: dict[int, float] | None = None) -> dict[int, float]:
        """Where slots come to rest for these anchors, from where they are or from other places; nearly right is right."""
        plan: dict[int, float] = {}
        for side in (LOW, HIGH):
            slots = self._slots[side]
            here = np.array([places[slot.label] if places else slot.along for slot in slots])
            settled = places is not None
            off = self._stack(slots, anchors[[slot.label for slot in slots], 1], settled=settled) - here
            wishes = here + np.sign(off) * np.maximum(np.abs(off) - _DEAD_BAND, 0.0)
            rest = self._stack(slots, wishes, settled=settled)
            plan |= {slot.label: float(place) for slot, place in zip(slots, rest, strict=True)}
        return plan

    def _age(self) -> None:
        """Open and close gaps, fade in and out."""
        step = self.frame_s / _FADE_S
        for side in (LOW, HIGH):
            for slot in self._slots[side]:
                if slot.state == "fading":
                    # First the text goes, then its gap closes.
                    slot.room = max(slot.room - step, 0.0) if slot.alpha == 0.0 else slot.room
                    slot.alpha = max(slot.alpha - step, 0.0)
                elif slot.state == "opening":
                    slot.alpha = min(slot.alpha + step, 1.0) if slot.room == 1.0 else 0.0
                    slot.room = min(slot.room + step, 1.0)
                    slot.state = "live" if slot.alpha == 1.0 else "opening"
            self._slots[side] = [slot for slot in self._slots[side] if slot.state != "fading" or slot.room > 0.0]

    def _glide(self, now: FloatArray, *, at_once: bool) -> None:
        """Move slots a part of the way to where they should be, then stack them again: no overlap at any moment."""
        plan = self._plan(now)
        share = 1.0 if at_once else 1 - np.exp(-self.frame_s / _EASE_S)
        for side in (LOW, HIGH):
            slots = self._slots[side]
            steps = np.array([(plan[slot.label] - slot.along) * share for slot in slots])
            if not at_once:
                steps = np.clip(steps, -_FASTEST * self.frame_s, _FASTEST * self.frame_s)
            wishes = np.array([slot.along for slot in slots]) + steps
            for slot, place in zip(slots, self._stack(slots, wishes), strict=True):
                slot.along = float(place)

    def _placement(self, points: FloatArray, wanted: Iterable[str]) -> Placement:
        """The slots as callouts."""
        shown = [slot for slot in self._all() if slot.alpha > 0.0]
        # Smooth at both ends: a fade that starts or stops abruptly catches the eye.
        alphas = ease(np.array([slot.alpha for slot in shown]))
        callouts = []
        for slot, alpha in zip(shown, alphas, strict=True):
            i, high = slot.label, slot.side == HIGH
            edge = self.ground.port(slot.side) + slot.side * self.style.stub
            anchor = float(points[i, 0]), float(points[i, 1])
            place = PLACES[self.arrangement][int(high)]
            placed = callout(self.specs[i], self.settings[i], place, edge, slot.along, anchor, 1.0, self.style)
            callouts.append(replace(placed, alpha=float(alpha), veil=float(self._veil[i])))
        on = {slot.label for slot in shown}
        drops = [
            Drop(self.specs[i].key, why or "waiting for a clear place") for i, why in enumerate(wanted) if i not in on
        ]
        return Placement(self.canvas, tuple(callouts), tuple(drops))
