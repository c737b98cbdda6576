"""What each frame of a film shows: which moment of the movement, how far the camera has gone, how strongly it is faded. Pure.

A film is a title card, the movement (its first pose held for a while, the movement itself, its last pose held), and an end card. A
movement of T seconds has T * fps frames: its last pose is the next round's first, so that no frame of a loop is shown twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, overload

from visualiser.errors import ExportError

SLOWEST, FASTEST = 0.02, 20.0
MOST_FPS = 240
LONGEST_S = 3600.0  # of a hold, a fade or a card
MOST_ROUNDS = 1000

Card = Literal["title", "end"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame.

    time_s   : of the movement
    share    : 0 to 1 of the movement's frames, for camera moves
    strength : 1 in full, 0 the bare ground
    card     : 'title' or 'end' instead of the movement
    """

    time_s: float
    share: float = 0.0
    strength: float = 1.0
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How a movement is played.

    speed            : 0.5 shows it at half speed
    start, end       : of the movement, as typed, see `options.moment`: 0.2, "20%", "1.2s"; None from its beginning, to its end
    hold_start, hold : seconds that the first and the last pose stand still
    fade             : seconds to fade in and out
    loops            : how often the movement is played; frames are drawn once; None: once, or for ever in GIF, APNG and WebP
    title_card       : seconds of a card with title and summary before
    end_card         : seconds of a card with the sources after
    """

    fps: int = 30
    speed: float = 1.0
    start: float | str | None = None
    end: float | str | None = None
    hold_start: float = 0.0
    hold: float = 0.0
    fade: float = 0.0
    loops: int | None = None
    title_card: float = 0.0
    end_card: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.fps <= MOST_FPS:
            raise ExportError(f"fps is {self.fps}; 1 to {MOST_FPS} frames a second are allowed.")
        if not SLOWEST <= self.speed <= FASTEST:
            raise ExportError(f"speed is {self.speed:g}; {SLOWEST:g} to {FASTEST:g} are allowed.")
        for name in ("hold_start", "hold", "fade", "title_card", "end_card"):
            seconds = getattr(self, name)
            if not 0.0 <= seconds <= LONGEST_S:
                raise ExportError(f"{name} is {seconds:g} s; 0 to {LONGEST_S:g} s are allowed.")
        if self.loops is not None and not 0 <= self.loops <= MOST_ROUNDS:
            raise ExportError(f"loops is {self.loops}; 0 (for ever, in animated images) to {MOST_ROUNDS} are allowed.")


AS_WRITTEN = Pace()


class Timeline(Sequence[Moment]):
    """The frames of a film, worked out when asked for: a long film takes no more memory than a short one."""

    def __init__(self, start_s: float, end_s: float, pace: Pace) -> None:
        if not start_s < end_s:
            raise ExportError(
                f"A clip from {start_s:g} s to {end_s:g} s shows nothing; its end must come after its start."
            )
        self.start_s, self.end_s, self.pace = start_s, end_s, pace
        frames = {
            name: round(getattr(pace, name) * pace.fps) for name in ("title_card", "hold_start", "hold", "end_card")
        }
        self.moving: int = max(1, round((end_s - start_s) / pace.speed * pace.fps))
        self._held, self._after = frames["hold_start"], frames["hold"]
        self.first = frames["title_card"]
        self.last = self.first + self._held + self.moving + self._after
        self.total: int = self.last + frames["end_card"]

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, index: int) -> Moment: ...
    @overload
    def __getitem__(self, index: slice) -> list[Moment]: ...
    def __getitem__(self, index: int | slice) -> Moment | list[Moment]:
        """The moment of one frame."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(index)
        if number < self.first:
            return Moment(self.start_s, 0.0, self._strength(number, self.first), "title")
        if number >= self.last:
            return Moment(self.end_s, 1.0, self._strength(number - self.last, self.total - self.last), "end")
        place = number - self.first
        body = self.last - self.first
        step = min(max(place - self._held, 0), self.moving)
        time_s = min(self.start_s + step * self.pace.speed / self.pace.fps, self.end_s)
        return Moment(time_s, place / body, self._strength(place, body))

    def _strength(self, place: int, of: int) -> float:
        """Fading in and out over a part of the film; the two never meet in darkness."""
        faded = min(self.pace.fade * self.pace.fps, of / 2)
        if faded < 1:
            return 1.0
        return min(1.0, (place + 1) / (faded + 1), (of - place) / (faded + 1))

    def spans(self, words: Callable[[float], str]) -> list[tuple[float, float, str]]:
        """From when to when (seconds of the film) each caption stands; `words` tells it for a time of the movement."""
        found: list[tuple[float, float, str]] = []
        rounds = max(1, self.pace.loops or 1)
        body = self.last - self.first
        for turn in range(rounds):
            for number in range(self.first, self.last):
                said = words(self[number].time_s)
                start = (number + turn * body) / self.pace.fps
                end = start + 1 / self.pace.fps
                if said and found and found[-1][2] == said and abs(found[-1][1] - start) < 1e-6:
                    found[-1] = (found[-1][0], end, said)
                elif said:
                    found.append((start, end, said))
        return found
