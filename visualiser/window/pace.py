"""How fine a picture that moves can be, learned from how long pictures lately took. Pure."""

import statistics
from collections import deque

# Limits in seconds from asking for a picture until it stands; what else is due takes about 15 ms more: slow is below 17 pictures a second.
# Between slow and easy nothing changes, so that the picture does not waver: a step of pixels costs less than what lies between them.
SLOW_S, EASY_S, QUICK_S = 0.042, 0.026, 0.014
STEP, COARSEST = 0.125, 0.5
_LATELY, _ENOUGH = 9, 5  # pictures remembered, and how many tell enough: one that took long by chance changes nothing


class Pace:
    """What one view learns.

    scale : pixels drawn per pixel shown and side
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self._took: deque[float] = deque(maxlen=_LATELY)

    @property
    def frame_s(self) -> float | None:
        """What one moving picture lately took, seconds; None before enough were seen."""
        return statistics.median(self._took) if len(self._took) >= _ENOUGH else None

    @property
    def quick(self) -> bool:
        """Whether this machine draws fine pictures fast enough for movement."""
        return self.frame_s is not None and self.frame_s < QUICK_S

    def learn(self, took_s: float) -> None:
        """Another moving picture took so long."""
        self._took.append(took_s)
        lately = self.frame_s
        if lately is None:
            return
        before = self.scale
        if lately > SLOW_S:
            self.scale = max(self.scale - STEP, COARSEST)
        elif lately < EASY_S:
            self.scale = min(self.scale + STEP, 1.0)
        if self.scale != before:
            self._took.clear()
