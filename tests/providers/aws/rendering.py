"""Renders an answer to any operation from botocore's own description of it: every member is there, lists have two."""

from typing import Any
from xml.sax.saxutils import escape

# What must come through whole: quotes, entities, other scripts, blanks at the ends, a line feed, nothing at all.
TEXTS = ("plain", 'a "quoted" <one> & more', "名字 — ünï", "  blanks  ", "two\nlines", "", " ")


class Renderer:
    """One answer; texts and numbers differ from member to member."""

    def __init__(self, model: Any, indent: bool) -> None:
        self._model, self._indent, self._number = model, indent, 0

    def answer(self) -> bytes:
        shape = self._model.output_shape
        inside = self._structure(shape, 2)
        wrapper = shape.serialization.get("resultWrapper")
        if wrapper:
            inside = self._element(wrapper, inside, 1)
        root = {"ListBuckets": "ListAllMyBucketsResult", "GetBucketTagging": "Tagging"}.get(
            self._model.name, f"{self._model.name}Response"
        )
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://aws.example/doc/">{inside}</{root}>'
        return text.encode()

    def _structure(self, shape: Any, depth: int) -> str:
        return "".join(
            self._element(member.serialization.get("name", name), self._value(member, depth + 1), depth)
            for name, member in shape.members.items()
            if "location" not in member.serialization
        )

    def _element(self, name: str, inside: str, depth: int) -> str:
        before = "\n" + "    " * depth if self._indent else ""
        after = before if inside.startswith("\n") else ""
        return f"{before}<{name}>{inside}{after}</{name}>" if inside else f"{before}<{name}/>"

    def _value(self, shape: Any, depth: int) -> str:
        self._number += 1
        kind = shape.type_name
        if kind == "structure":
            return self._structure(shape, depth)
        if kind == "list":
            name = shape.member.serialization.get("name", "member")
            return "".join(self._element(name, self._value(shape.member, depth + 1), depth) for _ in range(2))
        if kind == "boolean":
            return "true" if self._number % 2 else "false"
        if kind in ("integer", "long"):
            return str(self._number)
        if kind in ("float", "double"):
            return f"{self._number}.5"
        if kind == "timestamp":
            return f"2024-05-01T10:11:{self._number % 60:02}.000Z"
        return escape(TEXTS[self._number % len(TEXTS)])
