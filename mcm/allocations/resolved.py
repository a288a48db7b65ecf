"""Rules with the ids of what they name, and which piece of a cost fits which. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from mcm.allocations.documents import Match, RuleDocument
from mcm.allocations.pieces import Piece

# Every tenant with all above it, itself first.
Tree = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Payer:
    """One target of a rule; None: as it was. weight: percent or value."""

    tenant_id: str | None = None
    application: str | None = None
    cost_center: str | None = None
    weight: Decimal | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.tenant_id or "", self.application or "", self.cost_center or ""


@dataclass(frozen=True, slots=True)
class Rule:
    """tenant_ids, account_ids: of what the document names; None: it does not ask. payers: None for all tenants but
    `excluded`. missing: what it names and is not there; such a rule shares nothing and says so."""

    document: RuleDocument
    tenant_ids: frozenset[str] | None = None
    account_ids: frozenset[str] | None = None
    payers: tuple[Payer, ...] | None = None
    excluded: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def order(self) -> tuple[int, str]:
        return self.document.position, self.document.name

    def fits(self, piece: Piece, tree: Tree) -> bool:
        """labels of the rule: the trust labels of each account."""
        if not self.document.holds_in(piece.month) or self.name in piece.trail:
            return False
        match = self.document.match
        # What a rule has given to somebody is shared on only by a rule that names payers.
        if piece.trail and not match.of_payers:
            return False
        return self._fits_payer(piece, tree) and self._fits_origin(piece)

    def _fits_payer(self, piece: Piece, tree: Tree) -> bool:
        match = self.document.match
        if self.tenant_ids is not None and not within(piece.tenant_id, self.tenant_ids, tree):
            return False
        return _among(piece.application, match.application) and _among(piece.cost_center, match.cost_center)

    def _fits_origin(self, piece: Piece) -> bool:
        match = self.document.match
        if self.account_ids is not None and piece.account_id not in self.account_ids:
            return False
        if match.idle is not None and match.idle != (piece.kind == "idle"):
            return False
        if match.shared is not None and match.shared == piece.linked:
            return False
        if match.label is not None and not set(match.label) & set(self.labels.get(piece.account_id or "", ())):
            return False
        plain = (("provider", match.provider), ("environment", match.environment))
        patterned = (("service", match.service), ("region", match.region), ("category", match.category))
        return (
            all(_among(getattr(piece, name), wanted) for name, wanted in plain)
            and all(_like(getattr(piece, name), wanted) for name, wanted in patterned)
            and _tagged(piece, match)
        )


def within(tenant_id: str | None, wanted: Collection[str], tree: Tree) -> bool:
    """Whether it is one of these tenants, or below one."""
    return tenant_id is not None and any(above in wanted for above in tree.get(tenant_id, (tenant_id,)))


def _among(value: str | None, wanted: Sequence[str] | None) -> bool:
    return wanted is None or value in wanted


def _like(value: str | None, wanted: Sequence[str] | None) -> bool:
    return wanted is None or (value is not None and any(_pattern(one).fullmatch(value) for one in wanted))


def _tagged(piece: Piece, match: Match) -> bool:
    for name, values in (match.tag or {}).items():
        found = piece.tag(name)
        if found is None or not ("*" in values or found in values):
            return False
    return not any(piece.tag(name) is not None for name in match.untagged or ())


@lru_cache(maxsize=2_000)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
