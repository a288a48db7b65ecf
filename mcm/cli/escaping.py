"""Makes text harmless for a terminal: control and bidirectional characters, of 7 and 8 bits, become visible escapes.

Names come from clouds, where anybody may have chosen them. JSON and YAML keep their meaning: they are escaped in their
own way, so that a program reads the very same name.
"""

import json
import re
from typing import Any

_NOT_PLAIN = re.compile(r"[^\x20-\x7e\n]")
# Spaces of other scripts: not "printable" to Python, but nothing that could move the cursor.
_SPACES = "\u00a0\u3000"


def escaped(text: str) -> str:
    """For tables and sentences: what cannot be shown as `\\x1b`, a line break too."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _SPACES else repr(char)[1:-1] for char in text)


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON with its letters readable, and no control character beyond the line breaks of `indent`."""
    return numbered(json.dumps(value, ensure_ascii=False, indent=indent))


def yaml_text(value: Any) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Only a quoted scalar can hold an escape."""

    def string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = None if text.replace("\n", "").isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, string)
    made: str = yaml.dump(value, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return numbered(made)


def numbered(text: str) -> str:
    """JSON or YAML with `\\u202e` for what cannot be shown; it stands inside quotes only, where both read it so."""
    if text.isprintable():
        return text
    return _NOT_PLAIN.sub(lambda found: found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1], text)
