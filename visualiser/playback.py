"""Play, pause, speed, scrub: the state of a movement that is being watched. Pure: the window ticks it, tests tick it too."""

from collections.abc import Iterable
from dataclasses import dataclass

SLOWEST, FASTEST = 0.1, 2.0
FRAME_S = 1 / 30


@dataclass(slots=True)
class Playback:
    """Where in a movement the viewer is and how fast time runs."""

    duration_s: float
    time_s: float = 0.0
    speed: float = 1.0
    playing: bool = False
    loop: bool = True

    def tick(self, elapsed_s: float) -> float:
        """Let real time pass and return the movement's time; at the end it starts anew, or stops when `loop` is off."""
        if self.playing:
            self.time_s += elapsed_s * self.speed
            if self.time_s >= self.duration_s:
                self.time_s = self.time_s % self.duration_s if self.loop else self.duration_s
                self.playing = self.loop
        return self.time_s

    def toggle(self) -> None:
        """Play or pause; playing again from the end starts at the beginning."""
        if not self.playing and self.time_s >= self.duration_s:
            self.time_s = 0.0
        self.playing = not self.playing

    @property
    def share(self) -> float:
        """How much of the movement has passed, 0 to 1."""
        return self.time_s / self.duration_s

    def scrub(self, share: float) -> None:
        """Go to a share of the movement, 0 to 1."""
        self.time_s = min(max(share, 0.0), 1.0) * self.duration_s

    def edge(self, edges: Iterable[float], direction: int) -> float:
        """The next of some shares at which something begins, or the last one before; the outermost where there is none."""
        places = sorted(edges)
        before, after = [p for p in places if p < self.share - 1e-3], [p for p in places if p > self.share + 1e-3]
        return (after or [places[-1]])[0] if direction > 0 else (before or [places[0]])[-1]

    def step(self, frames: int) -> None:
        """Pause and go on or back by frames of 1/30 s."""
        self.playing = False
        self.time_s = min(max(self.time_s + frames * FRAME_S, 0.0), self.duration_s)

    def set_speed(self, speed: float) -> None:
        """Speed of play, held between a tenth and double."""
        self.speed = min(max(speed, SLOWEST), FASTEST)
