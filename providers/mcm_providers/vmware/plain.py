"""Takes objects out of an answer before its XML is parsed, where they are plain: the same as `flat`, for half the cost.

An object is plain when it says nothing but texts and lists of references, each in an element that was looked at once
before, and no text needs decoding. Whatever is not plain, be it a single sign, goes to the parser, which also decides
whether what is left is well-formed: so an answer that was cut, or holds a fault, is found out as ever.
"""

import re
from collections.abc import Iterable, Iterator

from mcm_providers.vmware.content import Content

_BEGIN, _END = b"<objects>", b"</objects>"
_PROPERTY_END, _ITEM_END = "</val></propSet>", "</ManagedObjectReference>"
# What an object may have, and an envelope before its first object, to be looked for here at all.
_LARGEST = 1 << 20
# Openings that are learned; there are a few for each property.
_MOST_OPENINGS = 1000
# An own default namespace would make the element another one.
_ATTRIBUTES = r'(?: (?!xmlns=)[a-z][\w-]*(?::[a-z][\w-]*)?="[^"<>&]*")*'
_ITEM = f"<ManagedObjectReference{_ATTRIBUTES}"
_FLAGS = re.ASCII | re.IGNORECASE
_OPENING = re.compile(rf"<propSet><name>([\w.]+)</name><val{_ATTRIBUTES}(>{_ITEM})?", _FLAGS)
_NEXT_ITEM = re.compile(_ITEM, _FLAGS)
_OBJECT = re.compile(r'<objects><obj type="(\w+)"', re.ASCII)
_ENVELOPE = re.compile(
    rf"""(?:<\?xml\ version="1.0"\ encoding="UTF-8"\?>\s*)?
    <(\w+):Envelope{_ATTRIBUTES.replace(" ", "[ ]")}>\s*<\1:Body>\s*
    <(?:Continue)?RetrievePropertiesExResponse\ xmlns="urn:vim25">\s*<returnval>(?:<token>[^<>&]*</token>)?""".encode(),
    _FLAGS & ~re.IGNORECASE | re.VERBOSE,
)


class PlainObjects:
    """For one answer. Remembers the openings of elements, as the same ones come with every object."""

    def __init__(self) -> None:
        self._types: dict[str, str] = {}
        self._single: dict[str, str] = {}
        self._several: dict[str, str] = {}
        self._next: dict[str, str] = {}

    def taken(self, chunks: Iterable[bytes]) -> Iterator[bytes | Content]:
        """The answer's bytes without those of its plain objects, and these, in the order of the answer."""
        waiting, begun = b"", False
        rest = iter(chunks)
        for chunk in rest:
            waiting = waiting + chunk if waiting else chunk
            position = 0
            if not begun:
                position = waiting.find(_BEGIN)
                if position < 0 and len(waiting) < _LARGEST:
                    continue
                if position < 0 or not _ENVELOPE.fullmatch(waiting, 0, position):
                    break
                begun = True
                yield waiting[:position]
            while waiting.startswith(_BEGIN, position):
                end = waiting.find(_END, position)
                if end < 0:
                    break
                end += len(_END)
                one = waiting[position:end]
                position = end
                content = self._content(one)
                if content is not None:
                    yield content
                    continue
                yield one
                if b"<!" in one or b"<?" in one or one.count(b"<objects") > 1:
                    # What follows may be inside of something.
                    begun = False
                    break
            waiting = waiting[position:]
            over = not _BEGIN.startswith(waiting[: len(_BEGIN)])
            if not begun or over or len(waiting) > _LARGEST:
                break
        if waiting:
            yield waiting
        yield from rest

    def _content(self, one: bytes) -> Content | None:
        """None: not plain."""
        try:
            text = one.decode()
        except UnicodeDecodeError:
            return None
        beginning, _, rest = text.partition("</obj>")
        *pieces, last = rest.split(_PROPERTY_END)
        if last != "</objects>":
            return None
        opening, _, value = beginning.rpartition(">")
        native_type = self._types.get(opening) or self._learned(opening, _OBJECT, self._types)
        if native_type is None or not value:
            return None
        texts = [value]
        properties: dict[str, str | list[str | None] | None] = {}
        single = self._single
        for piece in pieces:
            opening, _, found = piece.rpartition(">")
            name = single.get(opening)
            if name is None:
                if piece.endswith(_ITEM_END):
                    name = self._items(piece, properties, texts)
                    if name is None:
                        return None
                    continue
                name = self._learned(opening, _OPENING, single)
                if name is None:
                    return None
            properties[name] = found or None
            texts.append(found)
        said = "".join(texts)
        # A line's end or a control character is the parser's to read or refuse.
        if "&" in said or "<" in said or not said.isprintable():
            return None
        return Content(native_type, value, properties)

    def _items(self, piece: str, properties: dict[str, str | list[str | None] | None], texts: list[str]) -> str | None:
        """Notes a property that is a list of references, and returns its name."""
        first, *others = piece.removesuffix(_ITEM_END).split(_ITEM_END)
        opening, _, value = first.rpartition(">")
        name = self._several.get(opening) or self._learned(opening, _OPENING, self._several)
        if name is None:
            return None
        values = [value]
        for other in others:
            opening, _, value = other.rpartition(">")
            if opening not in self._next and self._learned(opening, _NEXT_ITEM, self._next) is None:
                return None
            values.append(value)
        texts += values
        properties[name] = [value or None for value in values]
        return name

    def _learned(self, opening: str, form: re.Pattern[str], known: dict[str, str]) -> str | None:
        """What the opening, which lacks its `>`, is of: a name or type. None: it is not of that form."""
        match = form.fullmatch(opening)
        if match is None or len(known) >= _MOST_OPENINGS:
            return None
        if form is _OPENING and (match[2] is None) is (known is self._several):
            return None
        known[opening] = match[1] if form.groups else opening
        return known[opening]
