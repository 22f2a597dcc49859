"""The ``doe`` command: reads what was typed, calls the library, prints what came back."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping

import typer

from doe.commands.analyze import analyze_study
from doe.commands.confirm import confirm
from doe.commands.crop import crop
from doe.commands.doctor import doctor
from doe.commands.export import export
from doe.commands.list import list_shelf
from doe.commands.plan import plan_study
from doe.commands.plot import plot
from doe.commands.report import report
from doe.commands.run import run_study
from doe.commands.show import show
from doe.commands.ui import ui
from doe.model import DoeError

COMMANDS: Mapping[str, Callable[..., None]] = {
    "plan": plan_study,
    "run": run_study,
    "show": show,
    "confirm": confirm,
    "analyze": analyze_study,
    "plot": plot,
    "report": report,
    "list": list_shelf,
    "ui": ui,
    "export": export,
    "crop": crop,
    "doctor": doctor,
}

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
        gc.freeze()


def main() -> None:
    """Run the command; what the user can mend is said in one line."""
    # a trainer given as package.module may lie where the command was typed; last, so that it hides no library
    if "" not in sys.path:
        sys.path.append("")
    try:
        app()
    except DoeError as error:
        sys.stderr.write(f"doe: {error}\n")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("doe: interrupted\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # the reader of a pipe went away, as in doe show l9 | head
        sys.stderr.close()
        raise SystemExit(0) from None
