"""Use of the organisation's own clouds → charges by the rate card: modelled, and said to be."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.charges import importing, usage, values
from mcm.charges.errors import NothingToMeter
from mcm.charges.files import BATCH, Batch
from mcm.charges.findings import Findings
from mcm.charges.periods import bounds
from mcm.charges.shaping import Shaper, layout
from mcm.charges.staging import Opened, Staging, Sum, hold_months, make_current
from mcm.kit import clock, money
from mcm.models import Account, ChargeImport, ChargePart
from mcm.ratecards import service as ratecards
from mcm.ratecards.rates import RateCard

_HEADER = (
    "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd",
    "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ChargeClass", "ChargeFrequency", "ChargeDescription",
    "ProviderName", "PublisherName", "InvoiceIssuerName", "ServiceName", "ServiceCategory", "RegionId", "RegionName",
    "AvailabilityZone", "ResourceId", "ResourceName", "ResourceType", "SubAccountId", "SubAccountName", "SkuId",
    "SkuPriceId", "PricingCategory", "PricingQuantity", "PricingUnit", "ConsumedQuantity", "ConsumedUnit",
    "ListUnitPrice", "ContractedUnitPrice", "ListCost", "ContractedCost", "BilledCost", "EffectiveCost", "Tags",
)  # fmt: skip
_SERVICES = {"instance": ("Instances", "Compute"), "volume": ("Volumes", "Storage")}
# What a disk is called hints at its class; the first that fits.
_CLASS_WORDS = (("premium", "premium"), ("nvme", "premium"), ("ssd", "ssd"), ("hdd", "hdd"), ("sata", "hdd"))


@dataclass
class Metered:
    """One account's month. skipped: why nothing was made of it."""

    account: Account
    skipped: str | None = None
    card: str | None = None
    staging: Staging | None = None
    findings: Findings = field(default_factory=Findings)


def meter(opened: Opened, accounts: list[Account], month: str, *, store: bool) -> list[Metered]:
    """Reads the history of each account and stages its charges. Raises NothingToMeter for a month yet to come."""
    start, end = bounds(month)
    until = min(end, clock.now())
    if until <= start:
        raise NothingToMeter(f"{month} has not begun", next_step="name a month that is over, or the present one")
    return [_account(opened, account, month, (start, until, end), store) for account in accounts]


def _account(
    opened: Opened, account: Account, month: str, span: tuple[datetime, datetime, datetime], store: bool
) -> Metered:
    start, until, end = span
    made = Metered(account)
    with opened.reading() as session:
        card = ratecards.current(session, account.id, (until - timedelta(microseconds=1)).date())
        if _billed(session, account.id, month):
            made.skipped = "billed"
        elif card is None:
            made.skipped = "no_rate_card"
        if made.skipped or card is None:
            return made
        made.card = card.id
        shaper_layout = layout(_HEADER, made.findings)
        assert shaper_layout is not None
        # What is multiplied here is rounded to 18 places: no news to anybody.
        shaper = Shaper(shaper_layout, made.findings, products=False)
        digest = hashlib.sha256(f"meter\0{account.id}\0{month}\0{card.id}".encode())
        # The id follows from the charges, which are known at the end only.
        staging = made.staging = Staging(opened, "chi_" + digest.hexdigest()[:32], account, "meter", "modelled", store)
        line = 1
        try:
            each = _rows(session, account, card, (start, until, end), made.findings)
            while rows := list(islice(each, BATCH)):
                for row in rows:
                    digest.update(repr(row).encode())
                columns = list(zip(*rows, strict=True))
                staging.add(shaper.shape(Batch(range(line, line + len(rows)), columns)))
                line += len(rows)
        except BaseException:
            staging.discard()
            raise
        staging.import_id = "chi_" + digest.hexdigest()[:32]
    if not staging.sums:
        # A part without charges: that nothing was used is known, and takes the place of what was metered before.
        staging.sums[month, card.currency] = Sum(month, card.currency)
        made.skipped = "nothing_used"
    return made


def _billed(session: Session, account_id: str, month: str) -> bool:
    """Whether a bill came in for it: the same use would be charged twice."""
    query = select(ChargePart.id).where(
        ChargePart.account_id == account_id, ChargePart.month == month, ChargePart.kind == "file",
        ChargePart.status == "current",
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _rows(
    session: Session, account: Account, card: RateCard, span: tuple[datetime, datetime, datetime], findings: Findings
) -> Iterator[tuple[Any, ...]]:
    start, until, end = span
    for number, used in enumerate(usage.of_account(session, account.id, start, until), 1):
        name = used.row["name"]
        if used.first > start and (used.row["created_at"] or start) < used.first:
            findings.add("not_observed", "", number, name)
        if used.unknown:
            findings.add("unknown_state", "", number, name)
        if used.sizeless:
            findings.add("no_size", "", number, name)
        for sku, quantity, unit, rate in _components(used, card):
            if not quantity:
                continue
            if rate is None:
                findings.add("no_rate", sku, number, name)
                continue
            yield _row(account, card, used, (start, until, end), (sku, quantity, unit, rate))


def _components(used: usage.Used, card: RateCard) -> Iterator[tuple[str, Decimal, str, Decimal | None]]:
    hours = used.hours
    yield "vcpu", hours["vcpu"], "Core-Hours", card.full.vcpu_hour
    yield "memory", hours["memory"], "GiB-Hours", card.full.memory_gib_hour
    yield "gpu", hours["gpu"], "GPU-Hours", card.full.gpu_hour
    classes = card.full.storage_gib_month
    by_class: dict[str, Decimal] = {}
    for disk, amount in used.gib_months.items():
        name = storage_class(disk, classes)
        by_class[name] = money.EXACT.add(by_class.get(name, Decimal(0)), amount)
    for name, amount in sorted(by_class.items()):
        yield f"storage-{name}", amount, "GiB-Months", classes.get(name)


def storage_class(disk: str, classes: Any) -> str:
    """Which class of the card a type of disk is; its own name when none fits."""
    folded = disk.lower()
    if folded in classes:
        return folded
    if len(classes) == 1:
        return str(next(iter(classes)))
    return next((name for word, name in _CLASS_WORDS if word in folded and name in classes), folded or "unnamed")


def _row(
    account: Account,
    card: RateCard,
    used: usage.Used,
    span: tuple[datetime, datetime, datetime],
    part: tuple[str, Decimal, str, Decimal],
) -> tuple[Any, ...]:
    start, until, end = span
    sku, quantity, unit, rate = part
    cost = money.written(money.rounded(money.EXACT.multiply(quantity, rate)))
    service, category = _SERVICES[used.row["kind"]]
    row = {
        "BillingAccountId": account.id, "BillingAccountName": account.name, "BillingCurrency": card.currency,
        "BillingPeriodStart": start, "BillingPeriodEnd": end, "ChargePeriodStart": start, "ChargePeriodEnd": until,
        "ChargeCategory": "Usage", "ChargeFrequency": "Usage-Based",
        "ChargeDescription": f"{sku} by rate card {card.pool} {card.month}",
        "ProviderName": account.provider, "PublisherName": account.provider, "InvoiceIssuerName": account.provider,
        "ServiceName": service, "ServiceCategory": category, "RegionId": used.row["region"],
        "RegionName": used.row["region"], "AvailabilityZone": used.row["zone"], "ResourceId": used.row["native_id"],
        "ResourceName": used.row["name"], "ResourceType": used.row["kind"], "SubAccountId": used.row["project"],
        "SubAccountName": used.row["project_name"] if used.row["project"] else None,
        "SkuId": sku, "SkuPriceId": f"{card.id}:{sku}", "PricingCategory": "Standard",
        "PricingQuantity": money.written(quantity), "PricingUnit": unit, "ConsumedQuantity": money.written(quantity),
        "ConsumedUnit": unit, "ListUnitPrice": money.written(rate), "ContractedUnitPrice": money.written(rate),
        "ListCost": cost, "ContractedCost": cost, "BilledCost": cost, "EffectiveCost": cost,
        "Tags": values.json_text(used.row["tags"]) if used.row["tags"] else None,
    }  # fmt: skip
    return tuple(row.get(name) for name in _HEADER)


def finish(session: Session, caller: Caller, month: str, made: list[Metered]) -> list[ChargeImport]:
    """Makes what was staged current, within the caller's transaction. Raises MonthClosed."""
    importing.require_open(hold_months(session, [month]))
    rows = []
    for one in made:
        staging = one.staging
        if staging is None or one.skipped not in (None, "nothing_used"):
            continue
        if _billed(session, one.account.id, month):
            one.skipped = "billed"
            continue
        report = {
            "rows": sum(found.rows for found in staging.sums.values()),
            "linked": staging.linked,
            "findings": one.findings.told(),
        }
        known = importing.known(session, staging.import_id)
        if known is not None and known.status == "current":
            one.skipped = one.skipped or "unchanged"
            rows.append(known)
            continue
        row = importing.record(session, caller, staging, report, mode="replace")
        make_current(session, staging, replace=True)
        rows.append(row)
    told = [{"account": one.account.name, "rate_card": one.card, "skipped": one.skipped} for one in made]
    audit.record(session, caller, "cost_month.meter", "cost_month", month, details={"accounts": told})
    return rows


def discard(made: list[Metered]) -> None:
    """What was staged and did not become current."""
    for one in made:
        if one.staging is not None and not one.staging.current:
            one.staging.discard()
