"""Undo and redo of states that are values. Pure."""

from typing import Generic, TypeVar

State = TypeVar("State")
DEPTH = 100


class History(Generic[State]):
    """States before each change; changes of the same kind in a row count as one."""

    def __init__(self) -> None:
        self._before: list[State] = []
        self._after: list[State] = []
        self._kind: str | None = None

    def remember(self, state: State, kind: str | None = None) -> None:
        """Keep the state before a change.

        kind : a change of the same kind as the last one (one slider, one turn of the wheel after another) is part of it
        """
        if kind is None or kind != self._kind:
            self._before = [*self._before[1 - DEPTH :], state]
        self._after, self._kind = [], kind

    def pause(self) -> None:
        """What comes next is a change of its own, whatever its kind."""
        self._kind = None

    def undo(self, now: State) -> State | None:
        """The state before the last change, or nothing."""
        return self._move(self._before, self._after, now)

    def redo(self, now: State) -> State | None:
        """The state after the change undone last, or nothing."""
        return self._move(self._after, self._before, now)

    def _move(self, source: list[State], target: list[State], now: State) -> State | None:
        self._kind = None
        if not source:
            return None
        target.append(now)
        return source.pop()
