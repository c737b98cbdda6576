"""What the window remembers from one day to the next: docks, theme, recent files, bookmarks; kept where the system keeps such things."""

import json
from pathlib import Path
from typing import Any

from qtpy.QtCore import QByteArray, QSettings

MOST_RECENT = 8
MOST_BOOKMARKS = 20
_LAYOUT = 3  # of docks; raised when they change, so that an old arrangement is not forced on new ones


class Settings:
    """A thin cover over QSettings.

    store : where things are kept; without one they last as long as the window
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store
        self._held: dict[str, Any] = {}

    @classmethod
    def of_user(cls) -> "Settings":
        """The settings of whoever sits here."""
        return cls(QSettings("hamstring-visualiser", "hamstring-visualiser"))

    def _value(self, key: str) -> Any:
        return self._held.get(key) if self._store is None else self._store.value(key)

    def _keep(self, key: str, value: Any) -> None:
        if self._store is None:
            self._held[key] = value
        else:
            self._store.setValue(key, value)

    def text(self, key: str, otherwise: str = "") -> str:
        """A word kept under a key."""
        value = self._value(key)
        return otherwise if value is None else str(value)

    def keep(self, key: str, value: str) -> None:
        """Keep a word under a key."""
        self._keep(key, value)

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and docks of the window, when this layout was kept before."""
        geometry, docks = self._value(f"geometry{_LAYOUT}"), self._value(f"docks{_LAYOUT}")
        return (geometry, docks) if isinstance(geometry, QByteArray) and isinstance(docks, QByteArray) else None

    def keep_layout(self, geometry: QByteArray, docks: QByteArray) -> None:
        """Keep geometry and docks."""
        self._keep(f"geometry{_LAYOUT}", geometry)
        self._keep(f"docks{_LAYOUT}", docks)

    @property
    def recent(self) -> list[str]:
        """Files opened lately, the last one first, without those that are gone."""
        return [path for path in self._list("recent") if Path(path).exists()]

    def opened(self, path: Path) -> None:
        """Remember a file as the last one opened."""
        kept = [str(path.resolve()), *(p for p in self.recent if p != str(path.resolve()))]
        self.keep("recent", json.dumps(kept[:MOST_RECENT]))

    @property
    def bookmarks(self) -> list[str]:
        """Bookmarks as texts, the first one kept first."""
        return self._list("bookmarks")

    def keep_bookmarks(self, bookmarks: list[str]) -> None:
        """Keep these bookmarks, the latest of too many."""
        self.keep("bookmarks", json.dumps(bookmarks[-MOST_BOOKMARKS:]))

    def _list(self, key: str) -> list[str]:
        try:
            kept = json.loads(self.text(key, "[]"))
        except ValueError:
            return []
        return [str(entry) for entry in kept] if isinstance(kept, list) else []

    def sync(self) -> None:
        """Write everything down."""
        if self._store is not None:
            self._store.sync()
