"""The `mcm` command's first step: the help of the whole is a stored text, so that it is there at once.

Importing typer costs ten times as much as starting Python. `make api` writes the text; a test compares it with typer's.
"""

import os
import sys
from importlib.resources import files

HELP = "help.txt"


def run() -> None:
    if "_MCM_COMPLETE" in os.environ:
        # A shell asks for the words that may follow; it gives none as arguments.
        from mcm.cli.main import app

        app(prog_name="mcm")
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        text = (files(__package__) / HELP).read_text(encoding="utf-8")
        # As typer has it: asked for, or a command that lacks its words.
        (sys.stdout if sys.argv[1:] else sys.stderr).write(text)
        sys.exit(0 if sys.argv[1:] else 2)
    from mcm.cli.main import run as run_command

    run_command()
