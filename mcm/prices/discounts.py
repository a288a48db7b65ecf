"""Negotiated rates: who may see and change which, and which hold for a tenant or an account on a day. Never commits."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.accounts.errors import AccountNotFound
from mcm.audit import service as audit
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, PreconditionFailed
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Account, RateRule, Tenant
from mcm.prices import meant
from mcm.prices.errors import InvalidRateRule, RateRuleExists, RateRuleNotFound
from mcm.prices.offers import Item, Option, Unit
from mcm.prices.points import COMMITTED, UNITS
from mcm.prices.ratings import Rule
from mcm.prices.schemas import RateRuleItem, RateRuleWrite
from mcm.tenancy import service as tenants
from mcm.tenancy import sight

_MOST = Decimal(1000)


def listed(session: Session, *, after: str | None, limit: int) -> Sequence[RateRule]:
    """By name; those of the whole, and of tenants and accounts inside the view."""
    query = select(RateRule).where(*_seen(session)).order_by(RateRule.name).limit(limit)
    if after is not None:
        query = query.where(RateRule.name > after)
    return session.scalars(query).all()


def get(session: Session, name: str) -> RateRule:
    """Raises RateRuleNotFound."""
    found = session.scalar(select(RateRule).where(RateRule.name == name, *_seen(session)))
    if found is None:
        raise RateRuleNotFound(
            "there is no negotiated rate of this name", next_step="`mcm price discounts list` shows those there are"
        )
    return found


def create(session: Session, caller: Caller, wanted: RateRuleWrite) -> RateRule:
    now = clock.now()
    row = RateRule(id=new_id("rrl"), version=0, created_at=now)
    _write(session, caller, row, wanted)
    session.add(row)
    return _changed(session, caller, row, "rate_rule.create")


def replace(session: Session, caller: Caller, name: str, wanted: RateRuleWrite, if_match: str | None) -> RateRule:
    row = get(session, name)
    require_version(row, if_match)
    _require_reach(session, caller, row.tenant_id, row.account_id)
    _write(session, caller, row, wanted)
    return _changed(session, caller, row, "rate_rule.update")


def remove(session: Session, caller: Caller, name: str, if_match: str | None) -> RateRule:
    row = get(session, name)
    require_version(row, if_match)
    _require_reach(session, caller, row.tenant_id, row.account_id)
    audit.record(session, caller, "rate_rule.remove", "rate_rule", row.id, details=_told(row))
    session.delete(row)
    session.flush()
    return row


def holding(
    session: Session, on: date, *, tenant_id: str | None, account_id: str | None, provider: str | None = None
) -> list[Rule]:
    """Those of the whole, of the tenant with all above it, and of the account."""
    line = _line(session, tenant_id)
    of_tenant = RateRule.tenant_id.is_(None)
    of_account = RateRule.account_id.is_(None)
    query = select(RateRule).where(
        RateRule.valid_from <= on,
        or_(RateRule.valid_to.is_(None), RateRule.valid_to >= on),
        or_(of_tenant, RateRule.tenant_id.in_(line)) if line else of_tenant,
        or_(of_account, RateRule.account_id == account_id) if account_id is not None else of_account,
    )
    if provider is not None:
        query = query.where(or_(RateRule.provider.is_(None), RateRule.provider == provider))
    return [
        Rule(
            name=row.name, kind=row.kind, valid_from=row.valid_from, percent=row.percent, unit_price=row.unit_price,
            currency=row.currency, unit=row.unit, provider=row.provider, region=row.region, item=row.item, sku=row.sku,
            family=row.family, option=row.option, operating_system=row.operating_system, term_months=row.term_months,
            account_id=row.account_id, tenant_id=row.tenant_id,
            tenant_depth=line.index(row.tenant_id) if row.tenant_id is not None else 0,
        )
        for row in session.scalars(query)
    ]  # fmt: skip


def items(session: Session, rows: Sequence[RateRule]) -> list[RateRuleItem]:
    today = clock.now().date()
    names = _names(session, rows)
    return [
        RateRuleItem.model_construct(
            id=row.id, name=row.name, kind=cast(Any, row.kind), percent=row.percent, unit_price=row.unit_price,
            currency=row.currency, unit=Unit(row.unit) if row.unit else None, provider=row.provider, region=row.region,
            item=Item(row.item) if row.item else None, sku=row.sku, family=row.family,
            option=Option(row.option) if row.option else None, operating_system=row.operating_system,
            term_months=row.term_months, account=names.get(row.account_id or ""),
            tenant=names.get(row.tenant_id or ""), account_id=row.account_id, tenant_id=row.tenant_id,
            reference=row.reference, valid_from=row.valid_from, valid_to=row.valid_to,
            active=row.valid_from <= today and (row.valid_to is None or row.valid_to >= today),
            version=row.version, created_at=row.created_at, changed_at=row.changed_at,
        )
        for row in rows
    ]  # fmt: skip


def etag(row: RateRule) -> str:
    return f'"{row.version}"'


def require_version(row: RateRule, if_match: str | None) -> None:
    if if_match is not None and if_match.strip() not in ("*", etag(row)):
        raise PreconditionFailed(
            f"the negotiated rate was changed in the meantime (it is at version {row.version})",
            next_step="read it again and repeat the change",
        )


def _seen(session: Session) -> list[sight.Condition]:
    """Of both a tenant and an account, both must be inside."""
    seen = view_of(session)
    if seen.everything:
        return []
    tenant = or_(RateRule.tenant_id.is_(None), and_(*sight.tenants_in(session, seen, RateRule.tenant_id)))
    account = or_(RateRule.account_id.is_(None), and_(*sight.of_whole_accounts(session, RateRule.account_id)))
    return [tenant, account]


def _write(session: Session, caller: Caller, row: RateRule, wanted: RateRuleWrite) -> None:
    there = session.scalar(select(RateRule.id).where(RateRule.name == wanted.name))
    if there is not None and there != row.id:
        raise RateRuleExists(f"there is a negotiated rate '{wanted.name}'", next_step="choose another name")
    tenant_id = tenants.get(session, wanted.tenant).id if wanted.tenant is not None else None
    account_id = _account(session, wanted.account)
    _require_reach(session, caller, tenant_id, account_id)
    _check(wanted)
    if wanted.kind == "fixed":
        meant.require_clear(session, wanted)
    for name in ("name", "kind", "percent", "unit_price", "currency", "provider", "region", "sku", "family",
                 "operating_system", "term_months", "reference", "valid_from", "valid_to"):  # fmt: skip
        setattr(row, name, getattr(wanted, name))
    for name in ("unit", "item", "option"):
        value = getattr(wanted, name)
        setattr(row, name, str(value) if value is not None else None)
    row.tenant_id, row.account_id = tenant_id, account_id


def _account(session: Session, name: str | None) -> str | None:
    if name is None:
        return None
    found = accounts.get(session, name)
    if not sight.holds_whole(session, found):
        # As for one that does not exist.
        raise AccountNotFound(f"there is no account '{name}'", next_step="`mcm account list` shows all")
    return found.id


def _require_reach(session: Session, caller: Caller, tenant_id: str | None, account_id: str | None) -> None:
    """What is for everybody is changed by who decides over all."""
    if tenant_id is None and account_id is None and not view_of(session).everything:
        raise Forbidden(
            f"{caller.name} may not change what holds for all tenants",
            next_step="name a tenant or an account, or ask somebody who holds the role in the whole",
        )


def _check(wanted: RateRuleWrite) -> None:
    def wrong(message: str, next_step: str) -> InvalidRateRule:
        return InvalidRateRule(message, next_step=next_step)

    fixed = (wanted.unit_price, wanted.currency, wanted.unit)
    if wanted.kind == "fixed":
        if wanted.percent is not None:
            raise wrong("a fixed price has no percent", "leave it out")
        if any(part is None for part in (*fixed, wanted.item, wanted.sku, wanted.option)):
            raise wrong(
                "a fixed price is of one sku: item, sku, option, unit_price, currency and unit are needed",
                "add what is missing",
            )
        if wanted.item is not None and wanted.unit not in UNITS[wanted.item]:
            raise wrong(f"{wanted.item} is not priced by {wanted.unit}", f"one of {', '.join(UNITS[wanted.item])}")
        if wanted.unit_price is not None and wanted.unit_price < 0:
            raise wrong("the price is less than 0", "give 0 or more")
    else:
        if any(part is not None for part in fixed):
            raise wrong(f"a {wanted.kind} is a percentage: it has no unit_price, currency or unit", "leave them out")
        if wanted.percent is None:
            raise wrong(f"a {wanted.kind} needs percent", "such as '12.5'")
        most = Decimal(100) if wanted.kind == "discount" else _MOST
        if not 0 < wanted.percent <= most:
            raise wrong(f"a {wanted.kind} is above 0 and at most {most} percent", f"kind: {wanted.kind} says which way")
    if wanted.term_months is not None and wanted.option is not None and wanted.option not in COMMITTED:
        raise wrong(f"{wanted.option} has no term_months", f"leave it out, or one of {', '.join(sorted(COMMITTED))}")
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        raise wrong(f"valid_to {wanted.valid_to} is before valid_from {wanted.valid_from}", "turn them around")
    if not wanted.reference.isprintable():
        raise wrong("the reference holds control characters", "leave them out")


def _line(session: Session, tenant_id: str | None) -> list[str]:
    """The tenant and all above it, the nearest first."""
    found: list[str] = []
    while tenant_id is not None and tenant_id not in found:
        found.append(tenant_id)
        tenant_id = session.scalar(select(Tenant.parent_id).where(Tenant.id == tenant_id))
    return found


def _names(session: Session, rows: Sequence[RateRule]) -> dict[str, str]:
    """By id, of accounts and tenants."""
    names: dict[str, str] = {}
    for model, idents in ((Account, {row.account_id for row in rows}), (Tenant, {row.tenant_id for row in rows})):
        wanted = sorted(ident for ident in idents if ident is not None)
        if wanted:
            columns = session.execute(select(model.id, model.name).where(model.id.in_(wanted)))
            names |= {row.id: row.name for row in columns}
    return names


def _changed(session: Session, caller: Caller, row: RateRule, action: str) -> RateRule:
    row.version += 1
    row.changed_at = clock.now()
    session.flush()
    audit.record(session, caller, action, "rate_rule", row.id, details=_told(row))
    return row


def _told(row: RateRule) -> dict[str, object]:
    named = {name: getattr(row, name) for name in ("name", "kind", "provider", "region", "item", "sku", "reference")}
    amounts = {
        name: format(value, "f") for name in ("percent", "unit_price") if (value := getattr(row, name)) is not None
    }
    # As they are in rows of before: what is not named is not told.
    narrower = {
        name: value for name in ("operating_system", "term_months") if (value := getattr(row, name)) is not None
    }
    return named | narrower | amounts | {"valid_from": row.valid_from.isoformat()}
