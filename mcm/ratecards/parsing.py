"""From text to a document of a cost pool that can be reckoned with, or to everything that is wrong with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mcm.kit import documents
from mcm.kit.documents import Document, DocumentError, Finding
from mcm.kit.money import written
from mcm.ratecards.documents import MEASURED, RateCardDocument
from mcm.ratecards.errors import InvalidRateCard


@dataclass(frozen=True)
class Parsed:
    """source: where everything stands in the text."""

    text: str
    source: Document
    document: RateCardDocument


def parse(text: str) -> Parsed:
    """Raises InvalidRateCard with every finding."""
    try:
        source = documents.read(text)
    except DocumentError as error:
        raise InvalidRateCard(error.findings) from None
    document, findings = documents.check(source, RateCardDocument)
    if document is None:
        raise InvalidRateCard(_ordered(findings))
    if wrong := list(_contradictions(source, document)):
        raise InvalidRateCard(_ordered(wrong))
    return Parsed(text, source, document)


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    """As they stand in the text; what is wrong with one value that stands for several is said once."""
    said = {(one.line, one.column, one.message.removeprefix(f"{one.path}: ")): one for one in findings}
    return [said[place] for place in sorted(said)]


def _contradictions(source: Document, document: RateCardDocument) -> Iterator[Finding]:
    for index, name in enumerate(document.accounts):
        if name in document.accounts[:index]:
            yield source.finding(("accounts", index), f"'{name}' comes twice")
    yield from _costs(source, document)
    yield from _shares(source, document)
    yield from _storage(source, document)
    yield from _utilisation(source, document)


def _costs(source: Document, document: RateCardDocument) -> Iterator[Finding]:
    for index, asset in enumerate(document.assets):
        if asset.residual > asset.capex:
            yield source.finding(("assets", index, "residual"), "what is left at the end is more than what was paid")
        if asset.method == "straight_line" and asset.annual_rate:
            yield source.finding(
                ("assets", index, "annual_rate"), "a straight line knows no rate", suggestion="method: annuity"
            )
    for index, licence in enumerate(document.licences):
        if licence.per == "flat" and licence.count is not None:
            yield source.finding(("licences", index, "count"), "a flat licence is not counted")
        if licence.per != "flat" and licence.count is None:
            yield source.finding(
                ("licences", index), f"'count' is missing: how many {licence.per}s", suggestion="a number, or measured"
            )
    power = document.energy
    if power is not None and power.kw_idle is not None and power.kw_idle > power.kw:
        yield source.finding(("energy", "kw_idle"), "without load it draws more than on average")
    lines = (document.assets, document.space, document.licences, document.support, document.staff, document.other)
    if power is None and not any(lines):
        yield source.finding((), "there are no costs in it: assets, energy, space, licences, support, staff or other")


def _shares(source: Document, document: RateCardDocument) -> Iterator[Finding]:
    total = sum(document.shares.storage.values(), document.shares.vcpu + document.shares.memory + document.shares.gpu)
    if total != 1:
        yield source.finding(("shares",), f"the shares add up to {written(total)}, not to 1")
    if document.shares.gpu and document.capacity.gpu is None:
        yield source.finding(("shares", "gpu"), "nothing of it could be sold: capacity.gpu is missing")
    if document.capacity.gpu is not None and not document.shares.gpu:
        yield source.finding(("capacity", "gpu"), "what is sold needs a share of the pool: shares.gpu is missing")


def _storage(source: Document, document: RateCardDocument) -> Iterator[Finding]:
    capacity, shares = document.capacity, document.shares.storage
    for name in shares:
        if name not in capacity.storage_gib:
            yield source.finding(
                ("shares", "storage", name), f"nothing of it could be sold: capacity.storage_gib.{name} is missing"
            )
    for name, size in capacity.storage_gib.items():
        if name not in shares:
            yield source.finding(
                ("capacity", "storage_gib", name),
                f"what is sold needs a share of the pool: shares.storage.{name} is missing",
            )
        if size == MEASURED and name not in capacity.datastores and len(capacity.storage_gib) > 1:
            yield source.finding(
                ("capacity", "storage_gib", name),
                f"which datastores are {name}? capacity.datastores.{name} is missing",
                suggestion='patterns of names, such as ["ssd-*"]',
            )
    measured = {name for name, size in capacity.storage_gib.items() if size == MEASURED}
    used = set(capacity.storage_gib) if document.utilisation.storage == MEASURED else measured
    for name in capacity.datastores:
        if name not in used:
            yield source.finding(("capacity", "datastores", name), f"nothing of {name} is measured")


def _utilisation(source: Document, document: RateCardDocument) -> Iterator[Finding]:
    if document.shares.storage and document.utilisation.storage is None:
        yield source.finding(("utilisation",), "'storage' is missing: it is sold")
    if document.capacity.gpu is not None and document.utilisation.gpu in (None, MEASURED):
        yield source.finding(
            ("utilisation", "gpu"), "the share of the GPUs that is sold cannot be measured", suggestion="a number"
        )
    several = len(document.capacity.storage_gib) > 1
    if document.utilisation.storage == MEASURED and several:
        for name in document.capacity.storage_gib:
            if name not in document.capacity.datastores and document.capacity.storage_gib[name] != MEASURED:
                yield source.finding(
                    ("utilisation", "storage") if ("utilisation", "storage") in source.places else ("utilisation",),
                    f"which datastores are {name}? capacity.datastores.{name} is missing",
                )
