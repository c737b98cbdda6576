"""Where the labels of a picture go: flush columns beside the anatomy, or rows above and below a limb that lies level.

Pure numbers in layout units, decided from projected anchors and the silhouette alone; nothing is drawn here. Too
many labels walk down a ladder: without the second language, in smaller type, then the least important are dropped.
Whatever is left out is reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from visualiser.errors import unknown_name
from visualiser.pictures.appearance import HIDDEN_BELOW, LabelStyle
from visualiser.pictures.cameras import Box
from visualiser.pictures.columns import HIGH, LOW, Ground, Solution, solve
from visualiser.pictures.labels import (
    BAR_ROOM,
    Arrangement,
    Callout,
    Drop,
    LabelSpec,
    Place,
    Placement,
    Point,
    Setting,
    callout,
    economies,
    label_style,
    layout_canvas,
    set_label,
    text_rooms,
)
from visualiser.pictures.layout_check import Faults, faults
from visualiser.typed import BoolArray, FloatArray, IntArray

__all__ = [
    "Callout",
    "Drop",
    "LabelSpec",
    "Placement",
    "anatomy_extent",
    "arrangement_for",
    "ground_for",
    "gutters",
    "layout_canvas",
    "place",
]

EDGE = 34.0  # top and bottom of the canvas that stay free of labels
LEVEL_ASPECT = 1.7  # a silhouette this much wider than high is a limb lying level
_UPRIGHT = 0.8  # of its height that a canvas is wide at most, to be called upright
_MIDDLE_WINDOW = 160.0  # the middle of the anatomy is a running mean over this height: no jumps at condyles
_LEAST_ANATOMY = (
    0.42  # of the width stays for the anatomy, even where texts must then stand over it on grounds of their own
)
_BLOCK_GAP = 2.2  # labels further apart than this many gaps may move on their own
_ALIGN = 40.0  # edges of neighbouring blocks nearer than this become one edge
PLACES: dict[Arrangement, tuple[Place, Place]] = {"columns": ("left", "right"), "rows": ("above", "below")}


def arrangement_for(width: float, height: float, canvas: Point) -> Arrangement:
    """Rows above and below for anatomy that lies level on a canvas that is not upright, else columns."""
    level = width > LEVEL_ASPECT * height and canvas[0] >= _UPRIGHT * canvas[1]
    return "rows" if level else "columns"


def gutters(
    specs: Sequence[LabelSpec],
    canvas: Point,
    style: str | LabelStyle = "atlas",
    language: str = "both",
    *,
    arrangement: Arrangement = "columns",
    reserved: Sequence[Box] = (),
) -> Box:
    """The rectangle the anatomy may fill so that its labels find room beside it: frame the camera to this."""
    sizes = label_style(style)
    room, most = text_rooms(canvas, sizes, arrangement)[-1]
    settings = [set_label(spec, sizes, economies(language)[0][0], room=room, most=most) for spec in specs]
    side = (sizes.margin, EDGE + 6.0)
    if settings and arrangement == "columns":
        beside = sizes.margin + max(s.width for s in settings) + BAR_ROOM + sizes.clearance
        side = (min(beside, canvas[0] * (1.0 - _LEAST_ANATOMY) / 2), EDGE + 6.0)
    elif settings:
        side = (sizes.margin + 60.0, EDGE + max(s.height for s in settings) + BAR_ROOM + sizes.clearance)
    free = Box(side[0], side[1], canvas[0] - side[0], canvas[1] - side[1])
    for box in reserved:
        free = _without(free, box, sizes.gap)
    return free


def place(
    specs: Sequence[LabelSpec],
    anchors: ArrayLike,
    seen: ArrayLike,
    *,
    canvas: Point,
    silhouette: BoolArray | None = None,
    style: str | LabelStyle = "atlas",
    reserved: Sequence[Box] = (),
    language: str = "both",
    arrangement: Arrangement | Literal["auto"] = "auto",
) -> Placement:
    """Callouts for everything that can be named on this picture.

    anchors    : (n, 2)  where each name points, layout units
    seen       : (n,)    share of each anchor in view; hidden ones of priority 1 stay, dashed
    silhouette : (h, w)  true where there is anatomy; any resolution, spans the whole canvas
    reserved   : boxes of titles, compass, insets that labels must leave free
    returns    : no box overlaps another or leaves the canvas, no leader crosses another or a box, every label left
                 out has its reason
    """
    points = np.asarray(anchors, dtype=np.float64).reshape(-1, 2)
    shares = np.asarray(seen, dtype=np.float64).reshape(-1)
    sizes = label_style(style)
    candidates, drops = _candidates(specs, points, shares, canvas, sizes)
    wanted: list[Arrangement] = ["columns"]
    if arrangement == "auto":
        extent = anatomy_extent(silhouette, canvas, points[candidates])
        if arrangement_for(extent.width, extent.height, canvas) == "rows":
            wanted = ["rows", "columns"]
    elif arrangement in PLACES:
        wanted = [arrangement]
    else:
        raise unknown_name("arrangement", arrangement, ("auto", *PLACES))
    pages = [
        _Page(tuple(specs), points, shares, canvas, silhouette, sizes, tuple(reserved), language, way) for way in wanted
    ]
    found = [page.fill(candidates, drops) for page in pages]
    # Rows are beautiful as long as everything fits; columns hold more.
    return min(found, key=lambda placement: (len(placement.dropped), placement.economy))


def _candidates(
    specs: Sequence[LabelSpec], points: FloatArray, seen: FloatArray, canvas: Point, style: LabelStyle
) -> tuple[list[int], list[Drop]]:
    """Indices of labels worth placing, and why the others are not."""
    drops, kept = [], []
    for i, spec in enumerate(specs):
        x, y = points[i]
        if not (0.0 < x < canvas[0] and 0.0 < y < canvas[1]):
            drops.append(Drop(spec.key, "outside the picture"))
        elif seen[i] < HIDDEN_BELOW and spec.priority > 1:
            drops.append(Drop(spec.key, "hidden"))
        else:
            kept.append(i)
    kept.sort(key=lambda i: (specs[i].priority, seen[i] < HIDDEN_BELOW))
    drops += [Drop(specs[i].key, f"more than {style.most} labels") for i in kept[style.most :]]
    return sorted(kept[: style.most]), drops


def anatomy_extent(silhouette: BoolArray | None, canvas: Point, points: FloatArray) -> Box:
    """The rectangle the anatomy fills."""
    if silhouette is not None and silhouette.any():
        rows, columns = np.flatnonzero(silhouette.any(1)), np.flatnonzero(silhouette.any(0))
        fx, fy = canvas[0] / silhouette.shape[1], canvas[1] / silhouette.shape[0]
        return Box(columns[0] * fx, rows[0] * fy, (columns[-1] + 1) * fx, (rows[-1] + 1) * fy)
    if len(points):
        return Box(*points.min(0), *points.max(0))
    return Box(canvas[0] / 2, canvas[1] / 2, canvas[0] / 2, canvas[1] / 2)


def ground_for(
    settings: Sequence[Setting],
    canvas: Point,
    style: LabelStyle,
    arrangement: Arrangement,
    anatomy: Box,
    reserved: Sequence[Box] = (),
) -> Ground:
    """Where labels may stand: beside the anatomy, but never so far out that the widest text leaves the canvas."""
    columns = arrangement == "columns"
    deepest = max((s.width if columns else s.height for s in settings), default=0.0) + BAR_ROOM
    across, along = canvas if columns else canvas[::-1]
    margin, end_margin = (style.margin, EDGE) if columns else (EDGE, style.margin)
    first, last = (anatomy.left, anatomy.right) if columns else (anatomy.top, anatomy.bottom)
    low = max(margin + deepest, first - style.clearance)
    high = min(across - margin - deepest, last + style.clearance)
    bounds = []
    for start, end in ((low - deepest, low), (high, high + deepest)):
        taken = []
        for box in reserved:
            wide, long = (box.left, box.right), (box.top, box.bottom)
            if not columns:
                wide, long = long, wide
            if wide[0] < end + style.gap and start < wide[1] + style.gap:
                taken.append((long[0] - style.gap, long[1] + style.gap))
        bounds.append(_longest_free(end_margin, along - end_margin, taken))
    # Words side by side need more air than lines below one another.
    gap = style.gap if columns else 2 * style.gap
    return Ground((low + style.stub, high - style.stub), (bounds[0], bounds[1]), gap)


def _longest_free(start: float, end: float, taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The longest part of a stretch outside some others."""
    cuts, reached = [], start
    for first, last in sorted(taken):
        cuts.append((reached, min(first, end)))
        reached = max(reached, last)
    cuts.append((reached, end))
    return max(cuts, key=lambda cut: cut[1] - cut[0])


def _without(free: Box, taken: Box, gap: float) -> Box:
    """The largest part of a rectangle on one side of a box."""
    if not free.overlaps(taken, gap):
        return free
    parts = (
        free._replace(top=taken.bottom + gap),
        free._replace(bottom=taken.top - gap),
        free._replace(left=taken.right + gap),
        free._replace(right=taken.left - gap),
    )
    return max(parts, key=lambda part: max(part.width, 0.0) * max(part.height, 0.0))


@dataclass(frozen=True, slots=True)
class _Profile:
    """Outline of the anatomy along the columns: its first, last and middle place across, per step along."""

    low: FloatArray
    high: FloatArray
    middle: FloatArray
    step: float

    def between(self, first: float, last: float) -> tuple[float, float] | None:
        """Range across of the anatomy between two places along."""
        part = slice(max(int(first / self.step), 0), max(int(np.ceil(last / self.step)), 0))
        low, high = self.low[part], self.high[part]
        return (float(low.min()), float(high.max())) if len(low) and np.isfinite(low).any() else None

    def middle_at(self, along: FloatArray) -> FloatArray:
        """Middle across, smoothed."""
        index = np.clip((along / self.step).astype(np.intp), 0, len(self.middle) - 1)
        result: FloatArray = self.middle[index]
        return result


def _profile(mask: BoolArray, across: float, along: float) -> _Profile | None:
    """Outline of a mask whose rows run along and whose columns run across."""
    thin = mask[:: max(1, round(2 * mask.shape[0] / along)), :: max(1, round(2 * mask.shape[1] / across))]
    filled = np.asarray(thin.any(axis=1))
    if not filled.any():
        return None
    unit, step = across / thin.shape[1], along / thin.shape[0]
    low = np.where(filled, thin.argmax(axis=1) * unit, np.inf)
    high = np.where(filled, (thin.shape[1] - thin[:, ::-1].argmax(axis=1)) * unit, -np.inf)
    places = (np.arange(thin.shape[1]) + 0.5) * unit
    weight = thin.astype(np.float32)
    middle = (weight @ places.astype(np.float32)) / np.maximum(weight.sum(axis=1), 1.0)
    rows = np.arange(len(filled))
    middle = np.interp(rows, rows[filled], middle[filled])
    window = max(int(_MIDDLE_WINDOW / step), 1)
    padded = np.pad(middle, (window // 2, window - 1 - window // 2), mode="edge")
    return _Profile(low, high, np.convolve(padded, np.ones(window) / window, mode="valid"), step)


@dataclass(frozen=True, slots=True)
class _Page:
    """One picture to be labelled in one arrangement; turns the plane so that the solver only knows across and along."""

    specs: tuple[LabelSpec, ...]
    points: FloatArray
    seen: FloatArray
    canvas: Point
    silhouette: BoolArray | None
    style: LabelStyle
    reserved: tuple[Box, ...]
    language: str
    arrangement: Arrangement

    def fill(self, candidates: list[int], drops: list[Drop]) -> Placement:
        """Walk down the ladder until the labels fit, then draw them in towards the anatomy."""
        steps = [
            (*step, *room)
            for step in economies(self.language)
            for room in text_rooms(self.canvas, self.style, self.arrangement)
        ]
        profile = self._outline()
        drops, kept = list(drops), list(candidates)
        # On a narrow canvas long texts reach over what they name: shorter or smaller ones, rather than none.
        lost = [len(self._outside(kept, self._ground(kept, self._settings(kept, *step)))) for step in steps]
        step = lost.index(min(lost))
        while True:
            settings = self._settings(kept, *steps[step])
            ground = self._ground(kept, settings)
            outside = self._outside(kept, ground)
            if outside:
                drops += [Drop(self.specs[i].key, "where the labels stand") for i in outside]
                kept = [i for i in kept if i not in outside]
                continue
            found = self._solve(kept, settings, ground, profile)
            if found is None and step + 1 < len(steps):
                step += 1
                continue
            if found is None:
                kept, drops = self._give_up_one(kept, kept, drops, "no room")
                continue
            economy = step * len(economies(self.language)) // len(steps)
            placement = self._placement(kept, settings, ground, found, economy, drops)
            wrong = faults(placement, self.reserved)
            if wrong.serious:  # a leader over a title or an inset: better unnamed than wrong
                guilty = [kept[i] for i in wrong.culprits]
                kept, drops = self._give_up_one(kept, guilty, drops, "no clear place")
                continue
            return self._with_pills(self._hug(placement, wrong, profile))

    def _ground(self, kept: list[int], settings: dict[int, Setting]) -> Ground:
        """Where some labels may stand."""
        anatomy = anatomy_extent(self.silhouette, self.canvas, self.points[kept])
        return ground_for(list(settings.values()), self.canvas, self.style, self.arrangement, anatomy, self.reserved)

    def _outside(self, kept: list[int], ground: Ground) -> list[int]:
        """Labels whose anchors lie where the texts stand."""
        low, high = ground.ports[0] + self.style.ring, ground.ports[1] - self.style.ring
        return [i for i in kept if not low < self._across(i) < high]

    def _give_up_one(
        self, kept: list[int], among: list[int], drops: list[Drop], reason: str
    ) -> tuple[list[int], list[Drop]]:
        """Leave out the least important of some labels."""
        least = max(among, key=lambda i: (self.specs[i].priority, self.seen[i] < HIDDEN_BELOW, i))
        return [i for i in kept if i != least], [*drops, Drop(self.specs[least].key, reason)]

    # ----------------------------------------------------------------------------------------------------------- plane
    @property
    def _columns(self) -> bool:
        return self.arrangement == "columns"

    def _across(self, i: int) -> float:
        return float(self.points[i, 0 if self._columns else 1])

    def _turned(self, points: FloatArray) -> FloatArray:
        """(x, y) as (across, along)."""
        return points if self._columns else points[:, ::-1]

    def _spans(self, box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
        """A box's ranges across and along."""
        x, y = (box.left, box.right), (box.top, box.bottom)
        return (x, y) if self._columns else (y, x)

    def _outline(self) -> _Profile | None:
        if self.silhouette is None:
            return None
        across, along = self._spans(Box(0.0, 0.0, *self.canvas))
        mask = self.silhouette if self._columns else self.silhouette.T
        return _profile(mask, across[1], along[1])

    # --------------------------------------------------------------------------------------------------------- placing
    def _settings(self, kept: list[int], language: str, size: float, room: float, most: int) -> dict[int, Setting]:
        return {i: set_label(self.specs[i], self.style, language, room=room, size=size, most=most) for i in kept}

    def _solve(
        self, kept: list[int], settings: dict[int, Setting], ground: Ground, profile: _Profile | None
    ) -> Solution | None:
        anchors = self._turned(self.points[kept])
        extents = np.array([settings[i].height if self._columns else settings[i].width for i in kept], dtype=np.float64)
        middle = profile.middle_at(anchors[:, 1]) if profile else np.full(len(kept), sum(ground.ports) / 2)
        return solve(anchors, extents, ground, middle)

    def _placement(
        self,
        kept: list[int],
        settings: dict[int, Setting],
        ground: Ground,
        found: Solution,
        economy: int,
        drops: list[Drop],
    ) -> Placement:
        edges = (ground.ports[0] - self.style.stub, ground.ports[1] + self.style.stub)
        callouts = []
        for k, i in enumerate(kept):
            high = int(found.sides[k] == HIGH)
            anchor = float(self.points[i, 0]), float(self.points[i, 1])
            side = PLACES[self.arrangement][high]
            callouts.append(
                callout(
                    self.specs[i],
                    settings[i],
                    side,
                    edges[high],
                    float(found.along[k]),
                    anchor,
                    float(self.seen[i]),
                    self.style,
                )
            )
        return Placement(self.canvas, tuple(callouts), tuple(drops), economy)

    # --------------------------------------------------------------------------------------------------------- hugging
    def _hug(self, placement: Placement, before: Faults, profile: _Profile | None) -> Placement:
        """Move blocks of neighbouring labels towards the anatomy beside them, as long as nothing gets worse."""
        if profile is None:
            return placement
        for side, place_name in zip((LOW, HIGH), PLACES[self.arrangement], strict=True):
            members = np.array([k for k, c in enumerate(placement.callouts) if c.place == place_name], dtype=np.intp)
            if len(members) == 0:
                continue
            blocks, spans = self._blocks(placement, members)
            edge = self._edge(placement.callouts[int(members[0])])
            wanted = []
            for block, span in zip(blocks, spans, strict=True):
                near = profile.between(span[0] - 20.0, span[1] + 20.0)
                inner = (
                    edge
                    if near is None
                    else (near[0] - self.style.clearance if side == LOW else near[1] + self.style.clearance)
                )
                anchors = self._turned(self._anchors_of(placement, block))[:, 0]
                limit = (
                    anchors.min() - self.style.stub - 12.0 if side == LOW else anchors.max() + self.style.stub + 12.0
                )
                inner = min(inner, float(limit)) if side == LOW else max(inner, float(limit))
                wanted.append(max(inner - edge, 0.0) if side == LOW else min(inner - edge, 0.0))
            for block, shift in zip(blocks, _aligned(wanted), strict=True):
                placement = self._shifted(placement, block, shift, before)
        return placement

    def _anchors_of(self, placement: Placement, block: IntArray) -> FloatArray:
        """(n, 2) anchors of some callouts."""
        return np.array([placement.callouts[int(k)].anchor for k in block], dtype=np.float64).reshape(-1, 2)

    def _edge(self, placed: Callout) -> float:
        return placed.foot[0] if self._columns else placed.foot[1]

    def _blocks(self, placement: Placement, members: IntArray) -> tuple[list[IntArray], list[tuple[float, float]]]:
        """Groups of neighbours along a column, and the stretch their boxes and anchors take up."""
        spans = np.array([self._spans(placement.callouts[int(k)].box)[1] for k in members])
        order = np.argsort(spans[:, 0], kind="stable")
        members, spans = members[order], spans[order]
        cuts = np.flatnonzero(spans[1:, 0] - spans[:-1, 1] > _BLOCK_GAP * self.style.gap) + 1
        blocks, stretches = np.split(members, cuts), []
        for block, part in zip(blocks, np.split(spans, cuts), strict=True):
            anchors = self._turned(self._anchors_of(placement, block))[:, 1]
            stretches.append((float(min(part.min(), anchors.min())), float(max(part.max(), anchors.max()))))
        return blocks, stretches

    def _shifted(self, placement: Placement, block: IntArray, shift: float, before: Faults) -> Placement:
        """The placement with one block moved across, as far as no fault appears."""
        chosen = {int(k) for k in block}
        for share in (1.0, 0.7, 0.4):
            dx, dy = (share * shift, 0.0) if self._columns else (0.0, share * shift)
            if abs(share * shift) < 1.0:
                break
            moved = tuple(_moved(c, dx, dy) if k in chosen else c for k, c in enumerate(placement.callouts))
            trial = replace(placement, callouts=moved)
            after = faults(trial, self.reserved)
            if after.serious == 0 and after.over_dots <= before.over_dots:
                return trial
        return placement

    def _with_pills(self, placement: Placement) -> Placement:
        """Mark the texts that lie over anatomy."""
        mask = self.silhouette
        if mask is None:
            return placement
        fx, fy = mask.shape[1] / self.canvas[0], mask.shape[0] / self.canvas[1]
        callouts = []
        for c in placement.callouts:
            part = mask[
                int(c.box.top * fy) : int(np.ceil(c.box.bottom * fy)),
                int(c.box.left * fx) : int(np.ceil(c.box.right * fx)),
            ]
            callouts.append(replace(c, pill=bool(part.any())))
        return replace(placement, callouts=tuple(callouts))


def _aligned(shifts: list[float]) -> list[float]:
    """Neighbouring blocks with nearly the same edge get the outer of them: a ragged column looks like a mistake."""
    groups: list[list[float]] = []
    for shift in shifts:
        if groups and max(*groups[-1], shift) - min(*groups[-1], shift) < _ALIGN:
            groups[-1].append(shift)
        else:
            groups.append([shift])
    return [min(group, key=abs) for group in groups for _ in group]


def _moved(placed: Callout, dx: float, dy: float) -> Callout:
    """A callout with its box and port moved and its anchor where it was."""
    box = Box(placed.box.left + dx, placed.box.top + dy, placed.box.right + dx, placed.box.bottom + dy)
    return replace(placed, box=box, port=(placed.port[0] + dx, placed.port[1] + dy))
