"""Asks before what cannot be taken back."""

import sys

import typer

from mcm.cli.failures import USAGE, Failure


def confirmed(question: str, yes: bool) -> None:
    """Raises Failure on a no, and where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure("this needs a confirmation and there is no terminal", next_step="add --yes", exit_code=USAGE)
    if not typer.confirm(question, err=True):
        raise Failure("nothing was changed")
