"""The command `hamstring`: arguments in, calls of the package out. Degrees; one-line errors; the path written is printed.

What a command does not need is not imported: help and lists answer without VTK, Qt or matplotlib.
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from types import FrameType
from typing import TextIO

from cyclopts import App, Argument, CoercionError, CycloptsError, MissingArgumentError, Token, UnusedCliTokensError

from visualiser import __version__, inputs
from visualiser.commands import bones, exports, films, names, numbers, pictures, scenes, windows
from visualiser.commands.common import example
from visualiser.errors import VisualiserError, unknown_name

EXIT_INTERRUPTED, EXIT_PIPE = 130, 141  # as shells count them: 128 + the signal
LONGEST_WORD = 300  # characters of one word in a message: paths fit, a file taken for an argument does not

app = App(
    name="hamstring",
    help="A moving, named, measured model of the hamstrings: look at it, take pictures, make clips, read numbers.",
    help_epilogue=example(
        "hamstring                             open the window",
        "hamstring list                        the movements that ship with it",
        "hamstring shot straight_leg_raise     a picture for a slide",
        "hamstring clip straight_leg_raise     a film",
        "hamstring export straight_leg_raise -o raise.glb   the moving model for other programs",
        "hamstring measure straight_leg_raise  lengths, moment arms and strains",
    ),
    help_format="plaintext",
    version=__version__,
    suppress_keyboard_interrupt=False,
)
for module in (windows, pictures, films, exports, numbers, scenes, names, bones):
    module.add_to(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, 2 after an error of the user's or the machine's, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a degree sign must not end the program on a plain terminal
    interrupted: list[int] = []
    try:
        with inputs.watched(), _noticing(interrupted):
            app(arguments, print_error=False, exit_on_error=False, result_action="return_value")
        if sys.stdout is not None:  # a stream that was closed before the start is None
            sys.stdout.flush()
    except CycloptsError as problem:
        return _complain(_parse_error(problem))
    except VisualiserError as problem:
        return _complain(str(problem))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _silence(sys.stdout)
        return EXIT_PIPE
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # the library that prints help pages ends programs by itself
            return EXIT_PIPE
        raise
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        return _complain(f"the output cannot be written: {problem.strerror}.")
    except Exception:
        if interrupted:  # libraries swallow Ctrl-C in their callbacks and stumble later over what was left undone
            return EXIT_INTERRUPTED
        raise
    return 0


@contextmanager
def _noticing(interrupted: list[int]) -> Iterator[None]:
    """Inside the block, Ctrl-C is written down, whoever catches it."""

    def notice(number: int, frame: FrameType | None) -> None:
        interrupted.append(number)
        signal.default_int_handler(number, frame)

    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) != signal.default_int_handler
    ):
        yield  # somebody else answers signals
        return
    signal.signal(signal.SIGINT, notice)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _complain(sentence: str) -> int:
    """One line on standard error that can be read, whatever came in."""
    words = (f"{word[:LONGEST_WORD]}…" if len(word) > LONGEST_WORD else word for word in sentence.split())
    if sys.stderr is not None:  # without one, nobody can be told, and what goes to standard output is no place for it
        try:
            print(f"hamstring: {' '.join(words)}", file=sys.stderr, flush=True)
        except OSError:
            _silence(sys.stderr)
    return 2


def _silence(stream: TextIO) -> None:
    """The reader has gone: nothing may be written any more, not even by the interpreter on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parse_error(problem: CycloptsError) -> str:
    """Arguments that cannot be understood, in one sentence: what came, what is allowed, where to read more."""
    command = " ".join(["hamstring", *(problem.command_chain or ())])
    match problem:
        case UnusedCliTokensError(unused_tokens=[name, *_]) if command == "hamstring":
            return str(unknown_name("command", name, [word for word in app if not word.startswith("-")]))
        case UnusedCliTokensError(unused_tokens=[word, *_]):
            said = f'"{word}" is one argument too many for {command}'
        case CoercionError(token=Token() as token, target_type=type() as kind):
            allowed = {int: "a whole number", float: "a number", bool: "yes or no"}.get(kind, kind.__name__)
            said = f'{token.keyword} is "{token.value}"; allowed is {allowed}'
        case MissingArgumentError(argument=Argument() as argument):
            said = (
                f"{command} needs {argument.name.lstrip('-').upper()}"
                if not problem.keyword
                else f"{problem.keyword} needs a value"
            )
        case _:
            problem.verbose = False
            said = str(problem).rstrip(".")
    return f"{said}{' See' if said.endswith('?') else '; see'} {command} --help."
