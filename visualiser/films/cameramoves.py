"""Camera moves of a film: what was asked, and where the camera stands at each share of it. Pure.

fixed · orbit or orbit:180 (degrees to the viewer's right) · views:posterior,lateral@60%,popliteal (keyframes, eased) · zoom:popliteal ·
follow:semitendinosus (keeps a structure in the middle)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from visualiser.errors import VisualiserError, unknown_name
from visualiser.pictures.appearance import VIEWS, Vector, look_up
from visualiser.pictures.cameras import Box, Camera, orbit
from visualiser.typed import FloatArray

KINDS = ("fixed", "orbit", "views", "zoom", "follow")
MOST_DEGREES = 3600.0
_TURNS = np.radians(np.arange(-180.0, 180.0, 15.0))  # directions from which an orbit must show everything
_STAY, _ARRIVE = 0.15, 0.65  # shares of a zoom at which it starts and has arrived


@dataclass(frozen=True, slots=True)
class Move:
    """A camera move as asked for.

    keys : (share of the film, view); empty for a fixed camera, an orbit, and a camera that follows
    """

    kind: str = "fixed"
    degrees: float = 360.0
    keys: tuple[tuple[float, str], ...] = ()
    structure: str = ""

    @property
    def views(self) -> tuple[str, ...]:
        """The views it passes, each once."""
        return tuple(dict.fromkeys(view for _, view in self.keys))


FIXED = Move()


def parse(text: str, view: str) -> Move:
    """A camera move as typed.

    view   : where a zoom starts
    raises : VisualiserError, UnknownNameError
    """
    kind, _, rest = text.strip().partition(":")
    match kind:
        case "fixed" if not rest:
            return FIXED
        case "orbit":
            return Move("orbit", degrees=_degrees(rest or "360"))
        case "views" if rest:
            return Move("views", keys=_keys(rest))
        case "zoom" if rest:
            look_up("view", rest, VIEWS)
            return Move("views", keys=((_STAY, view), (_ARRIVE, rest)))
        case "follow" if rest:
            return Move("follow", structure=rest)
        case _ if kind in KINDS:
            raise VisualiserError(
                f'camera is "{text}"; it needs more, such as views:posterior,lateral, zoom:popliteal or follow:semitendinosus.'
            )
    raise unknown_name("camera move", text, KINDS)


def _degrees(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 < abs(value) <= MOST_DEGREES:
        raise VisualiserError(
            f'camera is "orbit:{text}"; degrees up to {MOST_DEGREES:g} to the right or (-) left are allowed.'
        )
    return value


def _keys(text: str) -> tuple[tuple[float, str], ...]:
    """posterior,lateral@60%,popliteal: views without a place are spread between their neighbours."""
    names, places = [], []
    for part in text.split(","):
        name, _, place = part.strip().partition("@")
        look_up("view", name, VIEWS)
        names.append(name)
        try:
            places.append(float(place.removesuffix("%")) / (100 if place.endswith("%") else 1) if place else np.nan)
        except ValueError:
            raise VisualiserError(f'camera has "{part}"; a place is a share of the film such as 0.6 or 60%.') from None
    if len(names) < 2:
        raise VisualiserError(f'camera is "views:{text}"; a move needs at least two views.')
    at = np.array(places)
    at[0], at[-1] = np.nan_to_num(at[0], nan=0.0), np.nan_to_num(at[-1], nan=1.0)
    known = np.flatnonzero(~np.isnan(at))
    at = np.interp(np.arange(len(at)), known, at[known])
    if not (0 <= at[0] and at[-1] <= 1 and np.all(np.diff(at) > 0)):
        raise VisualiserError(f'camera is "views:{text}"; places must rise from 0 to 1.')
    return tuple(zip((float(share) for share in at), names, strict=True))


# -- the way of the camera -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """Where the camera stands over a film.

    stops : (share, camera), one for a fixed camera, an orbit or one that follows
    pivot : what an orbit goes round, world metres
    path  : (share, shift in world metres) of a camera that follows
    """

    stops: tuple[tuple[float, Camera], ...]
    pivot: Vector = (0.0, 0.0, 0.0)
    degrees: float = 0.0
    moves: bool = False

    def at(self, share: float, shift: FloatArray | None = None) -> Camera:
        """The camera at a share of the film; `shift` carries it along with what it follows."""
        first = self.stops[0][1]
        if shift is not None:
            return replace(first, eye=_vector(np.asarray(first.eye) + shift))
        if self.degrees:
            return orbit(first, self.pivot, azimuth=float(np.radians(self.degrees * share)))
        if len(self.stops) == 1 or share <= self.stops[0][0]:
            return first
        for (start, a), (end, b) in zip(self.stops, self.stops[1:], strict=False):
            if share <= end:
                return between(a, b, eased((share - start) / (end - start)), self.pivot)
        return self.stops[-1][1]


def eased(share: float) -> float:
    """From rest to rest with the least jerk: 0 to 1."""
    s = min(max(share, 0.0), 1.0)
    return s**3 * (10 - 15 * s + 6 * s * s)


def between(a: Camera, b: Camera, share: float, pivot: Vector) -> Camera:
    """A camera on its way from one to another: turned evenly, zoomed by equal factors, its centre on a straight line."""
    from scipy.spatial.transform import Rotation, Slerp

    axes = [np.array([c.right, c.up, c.back]).T for c in (a, b)]
    right, up, back = Slerp([0.0, 1.0], Rotation.from_matrix(axes))(share).as_matrix().T
    depths = [float((np.asarray(c.eye) - pivot) @ np.asarray(c.back)) for c in (a, b)]
    centres = [np.asarray(c.eye) - d * np.asarray(c.back) for c, d in zip((a, b), depths, strict=True)]
    depth = float(np.exp((1 - share) * np.log(depths[0]) + share * np.log(depths[1])))
    half = float(np.exp((1 - share) * np.log(a.half) + share * np.log(b.half)))
    eye = (1 - share) * centres[0] + share * centres[1] + depth * back
    return Camera(_vector(eye), _vector(right), _vector(up), _vector(back), half, a.parallel)


def orbiting(camera: Camera, points: FloatArray, degrees: float, canvas: tuple[float, float], free: Box) -> Way:
    """An orbit that keeps all points inside the free part of the canvas all the way round.

    points : (N, 3)  world metres
    """
    pivot = (points.min(axis=0) + points.max(axis=0)) / 2
    reach = [0.0]
    for turn in _TURNS if abs(degrees) >= 360 else np.radians(np.linspace(0.0, degrees, 13)):
        seen = orbit(camera, pivot, azimuth=float(turn)).project(points, *canvas)[:, :2]
        low, high = seen.min(axis=0), seen.max(axis=0)
        middle = np.array([(free.left + free.right) / 2, (free.top + free.bottom) / 2])
        reach += [*(2 * np.maximum(high - middle, middle - low) / (free.width, free.height))]
    return Way(((0.0, orbit(camera, pivot, zoom=1 / max(1.0, *reach))),), _vector(pivot), degrees, True)


def following(camera: Camera, points: FloatArray, centre: FloatArray, canvas: tuple[float, float], free: Box) -> Way:
    """A camera that shows the points of a structure, about its centre, in the middle of the free part of the canvas.

    points : (N, 3)  relative to the centre of the structure, over all poses
    centre : (3,)    where that centre is at first
    """
    axes = np.array([camera.right, camera.up, camera.back])
    reach = 2 * np.abs(points @ axes.T).max(axis=0)
    aspect = canvas[0] / canvas[1]
    half = max(reach[0] / (free.width / canvas[0] * aspect), reach[1] / (free.height / canvas[1])) / 2
    x = (free.left + free.right) / canvas[0] - 1
    y = (free.top + free.bottom) / canvas[1] - 1
    eye = centre + axes[2] * 2.0 - axes[0] * x * half * aspect + axes[1] * y * half
    return Way(((0.0, replace(camera, eye=_vector(eye), half=float(half))),), moves=True)


def through(cameras: Sequence[tuple[float, Camera]], points: FloatArray) -> Way:
    """A way through keyframed cameras."""
    return Way(tuple(cameras), _vector((points.min(axis=0) + points.max(axis=0)) / 2), 0.0, True)


def fixed(camera: Camera) -> Way:
    """A camera that stands still."""
    return Way(((0.0, camera),))


def _vector(array: FloatArray) -> Vector:
    return float(array[0]), float(array[1]), float(array[2])
