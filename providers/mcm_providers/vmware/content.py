"""One object of a PropertyCollector's answer as Python values.

`flat` is the fast one, for the tens of thousands; `nested` keeps types and depth. Both are lenient about nothing: what
the schema does not allow raises, and becomes UnexpectedResponse at the edge.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.soap import VIM, XSI_TYPE, Element, fault_name, plain_fields

_PROPERTY, _MISSING, _OBJECT = f"{VIM}propSet", f"{VIM}missingSet", f"{VIM}obj"
_MAX_TEXT = 1024


class Content(NamedTuple):
    """native_type and value: the managed object's reference. A property that is not set is not in `properties`.
    remembered: of a machine that cannot be read now, what vCenter still knows."""

    native_type: str
    value: str
    properties: dict[str, Any]
    remembered: bool = False

    @property
    def locator(self) -> str:
        return f"{self.native_type}:{self.value}"


class Ref(str):
    """A managed object reference: its value, with its type beside it."""

    __slots__ = ("native_type",)
    native_type: str

    def __new__(cls, value: str, native_type: str) -> "Ref":
        made = super().__new__(cls, value)
        made.native_type = native_type
        return made


Decoder = Callable[[Element], Content | None]


def flat(element: Element) -> Content | None:
    """Values as text, arrays as lists of text (of mappings where the items have fields), references as their value.
    None: the object vanished while the answer was made."""
    children = iter(element)
    obj = next(children)
    if obj.tag != _OBJECT:
        raise ValueError(f"an object begins with {obj.tag}")
    if element[-1].tag == _MISSING:
        if _vanished(element):
            return None
        children = element.iterchildren(_PROPERTY)
    properties: dict[str, Any] = {}
    for prop in children:
        if len(prop) != 2:
            raise ValueError(f"a property of {len(prop)} parts")
        value = prop[1]  # by number: unpacking an element takes half as long again
        if len(value):
            properties[prop[0].text] = [plain_fields(item) if len(item) else item.text for item in value]
        else:
            properties[prop[0].text] = value.text
    return Content(obj.get("type"), _reference_value(obj), properties)


def nested(element: Element) -> Content | None:
    """Values as text, arrays as lists, data objects as mappings ("@type": their type), references as `Ref`."""
    obj = element[0]
    if obj.tag != _OBJECT:
        raise ValueError(f"an object begins with {obj.tag}")
    if element[-1].tag == _MISSING and _vanished(element):
        return None
    properties = {prop[0].text: value_of(prop[1]) for prop in element.iterchildren(_PROPERTY)}
    return Content(obj.get("type"), _reference_value(obj), properties)


def value_of(element: Element) -> Any:
    """A field that may occur several times is a list only when it does: read it through `items`."""
    native_type = (element.get(XSI_TYPE) or "").rpartition(":")[2]
    if native_type.startswith("ArrayOf"):
        return [value_of(child) for child in element]
    if not len(element):
        referenced = element.get("type")
        text = element.text or ""
        return Ref(text, referenced) if referenced else text
    fields: dict[str, Any] = {"@type": native_type} if native_type else {}
    for child in element:
        name, value = child.tag[len(VIM) :], value_of(child)
        known = fields.get(name)
        if known is None:
            fields[name] = value
        elif isinstance(known, _Repeated):
            known.append(value)
        else:
            fields[name] = _Repeated((known, value))
    return fields


class _Repeated(list[Any]):
    """A field that occurred several times, as opposed to an array value."""


def items(value: Any) -> list[Any]:
    """The occurrences of a field that may be repeated."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def dig(value: Any, *path: str) -> Any:
    """The value below nested mappings, or None."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def integer(value: Any) -> int | None:
    """A number of the answer; None when it is absent. vSphere uses -1 for unlimited or unknown where it is negative."""
    return int(value) if value not in (None, "") else None


def boolean(value: Any) -> bool | None:
    return None if value is None else value in ("true", "1")


def short(value: Any) -> str:
    """A name or tag, at most 1,024 characters of it."""
    return str(value)[:_MAX_TEXT] if value else ""


def entity_name(value: Any) -> str:
    """vSphere stores three characters of names in URL encoding (ManagedEntity.name)."""
    if not value:
        return ""
    if "%" in value:
        for coded, plain in (("%2f", "/"), ("%2F", "/"), ("%5c", "\\"), ("%5C", "\\"), ("%25", "%")):
            value = value.replace(coded, plain)
    return short(value)


def gib(size: float | None, unit: int = 1) -> float | None:
    """GiB, to three decimals, of a size in units of so many bytes."""
    return None if size is None else round(size * unit / (1 << 30), 3)


def _reference_value(obj: Element) -> str:
    if not obj.text or not obj.get("type"):
        raise ValueError("an object without a reference")
    return str(obj.text)


def _vanished(element: Element) -> bool:
    """Looks at what could not be read. A missing right or session raises: the listing would not be complete."""
    for missing in element.iterchildren(_MISSING):
        fault = missing.find(f"{VIM}fault/{VIM}fault")
        if fault is None:
            continue
        name, details = fault_name(fault), plain_fields(fault)
        if name in ("NoPermission", "NotAuthenticated"):
            raise SoapFault(name, missing.findtext(f"{VIM}fault/{VIM}localizedMessage") or "", details)
        if name == "ManagedObjectNotFound":
            return True
    return False
