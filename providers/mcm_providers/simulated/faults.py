"""Faults on demand, as one line of text each; they strike at the simulated cloud's API."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mcm.contract import InvalidRequest, ResourceKind

_EFFECTS = ("unreachable", "denied", "throttled", "garbled", "missing", "hang")
_OF_ACTIONS = (*_EFFECTS, "dropped", "busy", "full")
_PAGES = ("cut", "repeat", "lost", "empty", "garbled")
_GRAMMAR = (
    "expired, hostile, throttle:SHARE, flaky:SHARE, hang:REGION, region:ID=EFFECT, kind:KIND[@REGION]=EFFECT "
    "act:ACTION[@REGION]=EFFECT (also dropped, busy, full; ACTION may be * or look:ACTION) "
    "or cut|repeat|lost|empty|garbled:KIND@PAGE[@REGION]"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """what: expired, hostile, throttle, flaky, call (an `effect` on calls to kind/region), or a page fault's name.
    "*" stands for every kind or region. share: of all calls. page: counted from 1."""

    what: str
    kind: str = "*"
    region: str = "*"
    effect: str = ""
    share: float = 0.0
    page: int = 0

    def meets(self, kind: str, region: str) -> bool:
        every = self.kind == "act:*" and kind.startswith("act:") and not kind.startswith("act:look:")
        return (every or self.kind in ("*", kind)) and self.region in ("*", region)


def parsed(text: str) -> Fault:
    """Raises InvalidRequest that shows the grammar."""
    try:
        return _parsed(text.strip())
    except ValueError as error:
        raise InvalidRequest(f"'{text}' is no fault ({error}); give {_GRAMMAR}") from error


def _parsed(text: str) -> Fault:
    if text in ("expired", "hostile"):
        return Fault(text)
    head, _, rest = text.partition(":")
    if head in ("throttle", "flaky"):
        share = float(rest)
        if not 0 <= share <= 1:
            raise ValueError("a share lies between 0 and 1")
        return Fault(head, share=share)
    if head == "hang" and rest:
        return Fault("call", region=rest, effect="hang")
    if head in ("region", "kind"):
        target, _, effect = rest.partition("=")
        if effect not in _EFFECTS:
            raise ValueError(f"an effect is one of {', '.join(_EFFECTS)}")
        if head == "region":
            return Fault("call", region=target, effect=effect)
        kind, _, region = target.partition("@")
        return Fault("call", kind=_kind(kind), region=region or "*", effect=effect)
    if head == "act":
        target, _, effect = rest.partition("=")
        if effect not in _OF_ACTIONS:
            raise ValueError(f"an effect is one of {', '.join(_OF_ACTIONS)}")
        action, _, region = target.partition("@")
        return Fault("call", kind=f"act:{action}", region=region or "*", effect=effect)
    if head in _PAGES:
        kind, page, region = [*rest.split("@"), "", ""][:3]
        return Fault(head, kind=_kind(kind), region=region or "*", page=max(int(page or 1), 1))
    raise ValueError("unknown word")


def _kind(text: str) -> str:
    return "*" if text == "*" else ResourceKind(text).value


class FaultList:
    """Armed faults. One belongs to an account's settings, one to the world, where tests arm and disarm."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._armed: dict[str, Fault] = {}
        for text in texts:
            self.arm(text)

    def arm(self, text: str) -> None:
        self._armed = {**self._armed, text.strip(): parsed(text)}

    def disarm(self, text: str | None = None) -> None:
        """One, or all."""
        self._armed = {key: value for key, value in self._armed.items() if text is not None and key != text.strip()}

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._armed.values())
