"""The ``doe`` command: reads what was typed, calls the library, prints what came back."""

from __future__ import annotations

import errno
import gc
import sys
from collections.abc import Callable, Mapping, Sequence

import typer

from doe.commands.analyze import analyze_study
from doe.commands.augment import augment
from doe.commands.confirm import confirm
from doe.commands.crop import crop
from doe.commands.doctor import doctor
from doe.commands.export import export
from doe.commands.import_ import import_results
from doe.commands.list import list_shelf
from doe.commands.next import next_command
from doe.commands.plan import plan_study
from doe.commands.plot import plot
from doe.commands.refine import refine
from doe.commands.report import report
from doe.commands.run import run_study
from doe.commands.show import show
from doe.commands.ui import ui
from doe.loading import UNPRINTABLE
from doe.model import DoeError, StudyError
from doe.provenance import without_secrets

COMMANDS: Mapping[str, Callable[..., None]] = {
    "plan": plan_study,
    "run": run_study,
    "show": show,
    "next": next_command,
    "augment": augment,
    "refine": refine,
    "confirm": confirm,
    "analyze": analyze_study,
    "plot": plot,
    "report": report,
    "list": list_shelf,
    "ui": ui,
    "export": export,
    "import": import_results,
    "crop": crop,
    "doctor": doctor,
}

PLACES = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG}
)
"""A disk that is full, a file that may not grow or a folder that may not be written: the user's to mend."""
GONE = frozenset({errno.ENOTCONN, errno.ECONNABORTED, errno.ESTALE, errno.EHOSTDOWN})
"""A folder whose file server has gone."""
LONGEST = 2000
"""Letters of a message; a word from a file may have millions."""

app = typer.Typer(
    name="doe",
    help="Design of experiments for training neural networks: which knob did it, by how much, and how sure we are.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


def process() -> None:
    """Be the process of one command, from its beginning to its end."""
    # heavy guests bring hundreds of thousands of objects that stay; to look them over again and again takes a third of
    # a second while they come, and half a second when the process ends
    gc.set_threshold(50_000, 20, 100)
    try:
        main()
    finally:
        # some of torch's own parts take what is not collected for a leak, and say so
        if "torch" not in sys.modules:
            gc.freeze()


def main() -> None:
    """Run the command; what the user can mend is said in one line."""
    # a trainer given as package.module may lie where the command was typed; last, so that it hides no library
    if "" not in sys.path:
        sys.path.append("")
    try:
        _check_words(sys.argv[1:])
        app()
    except DoeError as error:
        sys.stderr.write(f"doe: {_one_line(error)}\n")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("doe: interrupted\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # the reader of a pipe went away, as in doe show l9 | head
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        if error.errno not in PLACES | GONE:
            raise
        what = "reach" if error.errno in GONE else "write"
        place = f" {error.filename}" if error.filename else ""
        sys.stderr.write(f"doe: cannot {what}{_one_line(place)}: {error.strerror}; what the journal holds is kept\n")
        raise SystemExit(2) from None


def _check_words(words: Sequence[str]) -> None:
    """Refuse what was typed in another encoding than the terminal's: it could be neither shown nor kept.

    Raises:
        StudyError: With the word.
    """
    for word in words:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise StudyError(f"{word!r} is not text in UTF-8")


def _one_line(text: object) -> str:
    """A message as it may stand on a screen: in one line of bounded length, and nothing in it that moves a cursor."""
    said = without_secrets(str(text)).replace("\n", " ").replace("\t", " ")
    line = UNPRINTABLE.sub(lambda found: ascii(found.group())[1:-1], said)
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} ... {line[-LONGEST // 2 :]}"
