"""Captions as a text file beside a film: SubRip (.srt) or WebVTT (.vtt). Pure."""

from collections.abc import Sequence

Spans = Sequence[tuple[float, float, str]]  # from, to (seconds), words
SUFFIXES = (".srt", ".vtt")


def text_of(spans: Spans, suffix: str) -> str:
    """The file's text, in the kind that a suffix asks for."""
    return webvtt(spans) if suffix == ".vtt" else subrip(spans)


def subrip(spans: Spans) -> str:
    """Numbered captions with times like 00:00:01,500."""
    return "\n".join(
        f"{number}\n{_time(start, ',')} --> {_time(end, ',')}\n{words}\n"
        for number, (start, end, words) in enumerate(spans, start=1)
    )


def webvtt(spans: Spans) -> str:
    """Captions for the web, times like 00:00:01.500."""
    escaped = [(s, e, w.replace("&", "&amp;").replace("<", "&lt;")) for s, e, w in spans]
    return "WEBVTT\n\n" + "\n".join(f"{_time(s, '.')} --> {_time(e, '.')}\n{words}\n" for s, e, words in escaped)


def _time(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
