"""Which actions a real server has shown: a list beside the adapter's descriptor, written from the tests that passed."""

from pathlib import Path

FILE = "proven.txt"


def proven_beside(file: str) -> frozenset[str]:
    """`file`: the descriptor's own `__file__`. One action id on each line; nothing is proven without the list."""
    found = Path(file).with_name(FILE)
    return frozenset(found.read_text().split()) if found.exists() else frozenset()
