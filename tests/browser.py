"""A headless Chromium for tests of pages, driven through its own debugging pipe: no driver, no port, no network."""

import json
import os
import shutil
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from select import select
from time import monotonic
from typing import Any

import numpy as np
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests run as the super-user in containers
    "--disable-dev-shm-usage",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu-vsync",
)
TIMEOUT_S = 90.0


def program() -> str | None:
    """The browser of this machine, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page at a time; `problems` collects what the page complained of, `requests` what it asked of a network."""

    def __init__(self, path: str) -> None:
        self._profile = tempfile.TemporaryDirectory()
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # The browser reads commands from its file 3 and writes answers to its file 4.
        shell = f'exec 3<&{to_browser} 4>&{from_browser}; exec "$@"'
        command = [
            "bash",
            "-c",
            shell,
            "browser",
            path,
            *FLAGS,
            "--remote-debugging-pipe",
            f"--user-data-dir={self._profile.name}",
        ]
        self._process = subprocess.Popen(
            [*command, "about:blank"],
            pass_fds=[to_browser, from_browser],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._waiting = b""
        self._number = 0
        self._session: str | None = None
        self.problems: list[str] = []
        self.requests: list[str] = []
        target = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        wanted = self._number
        while True:
            answer = self._receive()
            if answer.get("id") == wanted:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _receive(self) -> dict[str, Any]:
        end = monotonic() + TIMEOUT_S
        while b"\0" not in self._waiting:
            if not select([self._read], [], [], max(0.0, end - monotonic()))[0]:
                raise TimeoutError("The browser does not answer.")
            more = os.read(self._read, 1 << 20)
            if not more:
                raise RuntimeError("The browser has ended.")
            self._waiting += more
        message, _, self._waiting = self._waiting.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def _note(self, event: dict[str, Any]) -> None:
        told = event.get("params", {})
        match event.get("method"):
            case "Runtime.consoleAPICalled" if told["type"] in ("error", "warning", "assert"):
                self.problems.append(" ".join(str(a.get("value", a.get("description"))) for a in told["args"]))
            case "Runtime.exceptionThrown":
                details = told["exceptionDetails"]
                self.problems.append(str(details.get("exception", {}).get("description", details["text"])))
            case "Log.entryAdded" if told["entry"]["level"] in ("error", "warning"):
                self.problems.append(told["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"][:100])

    def size(self, width: int, height: int, *, touch: bool = False, scale: float = 1.0) -> None:
        """Change the size of the page, in its pixels."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=touch
        )
        self.ask("Emulation.setTouchEmulationEnabled", enabled=touch)

    def media(self, **features: str) -> None:
        """What the reader's system prefers, such as prefers_reduced_motion="reduce"."""
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.ask("Emulation.setEmulatedMedia", features=told)

    def open(self, file: Path) -> None:
        """Open a file and wait until its model is there."""
        self.problems.clear()
        self.requests.clear()
        self.ask("Page.navigate", url=file.resolve().as_uri())
        self.wait("document.documentElement?.dataset.ready === 'true'")

    def wait(self, condition: str) -> None:
        """Wait until a condition of the page holds."""
        end = monotonic() + TIMEOUT_S
        while not self.run(condition):
            if monotonic() > end or any("rror" in problem for problem in self.problems):
                raise TimeoutError(f"{condition} did not come true: {self.problems}")
            self.run("new Promise(done => setTimeout(done, 50))")

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise RuntimeError(done["exceptionDetails"]["exception"].get("description"))
        return done["result"].get("value")

    def settle(self) -> None:
        """Let the page draw a few frames, labels included."""
        self.run("new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 700))")

    def key(self, key: str) -> None:
        """Press and let go a key."""
        text = {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, **(text if kind == "keyDown" else {}))

    def click(self, x: float, y: float) -> None:
        """Click a place of the page."""
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag from one place to another."""
        self.ask("Input.dispatchMouseEvent", type="mousePressed", x=start[0], y=start[1], button="left", clickCount=1)
        for share in (0.25, 0.5, 0.75, 1.0):
            x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
            self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)
        self.ask("Input.dispatchMouseEvent", type="mouseReleased", x=end[0], y=end[1], button="left", clickCount=1)

    def picture(self) -> np.ndarray:
        """What the page looks like: (H, W, 3)."""
        content = b64decode(self.ask("Page.captureScreenshot", format="png")["data"])
        return np.asarray(Image.open(BytesIO(content)).convert("RGB"))

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()


Start = Callable[[], Browser]
