"""A pool's document, the accounts it names, and what is measured of them, made into rates that can be shown or kept."""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.errors import NotFound
from mcm.kit.documents import Finding
from mcm.models import Account
from mcm.ratecards import measuring
from mcm.ratecards.errors import InvalidRateCard
from mcm.ratecards.explained import Term
from mcm.ratecards.parsing import Parsed
from mcm.ratecards.rates import Rates
from mcm.ratecards.reckoning import Reckoning, rates, reckon
from mcm.ratecards.schemas import AtItem, Calculation, MeasuredItem, RatesItem, RemarkItem, TermItem
from mcm.tenancy import sight


@dataclass(frozen=True)
class Owned:
    """A document whose accounts are there, seen whole, and not somebody else's cloud."""

    parsed: Parsed
    accounts: list[Account]


def owned(session: Session, parsed: Parsed) -> Owned:
    """Raises InvalidRateCard with the place of every account that cannot be in a pool."""
    findings: list[Finding] = []
    found: list[Account] = []
    for index, name in enumerate(parsed.document.accounts):
        account = _account(session, name)
        place = ("accounts", index)
        if account is None:
            findings.append(parsed.source.finding(place, f"there is no account '{name}'"))
        elif account.ownership == "public":
            told = f"'{name}' is a public cloud: what it costs is in its prices and bills"
            findings.append(parsed.source.finding(place, told))
        elif account in found:
            findings.append(parsed.source.finding(place, f"'{name}' comes twice"))
        else:
            found.append(account)
    if findings:
        raise InvalidRateCard(findings)
    return Owned(parsed, found)


def calculation(session: Session, wanted: Owned, month: str) -> Calculation:
    """Raises CapacityUnknown."""
    ids = [account.id for account in wanted.accounts]
    measured = measuring.measure(session, wanted.parsed.document, ids)
    return _shown(wanted, reckon(wanted.parsed, month, measured))


def as_rates(item: RatesItem) -> Rates:
    return Rates(**dict(item))


def measured_on(made: Calculation) -> date | None:
    """When the utilisation of the vCPUs was measured; None: it is given."""
    of_vcpus = made.utilisation["vcpu"].code == "utilisation.measured"
    return made.measured.as_of.date() if of_vcpus and made.measured.as_of is not None else None


def _account(session: Session, name: str) -> Account | None:
    try:
        found = accounts.get(session, name)
    except NotFound:
        return None
    return found if sight.holds_whole(session, found) else None


def _shown(wanted: Owned, made: Reckoning) -> Calculation:
    document = wanted.parsed.document
    return Calculation(
        pool=document.name,
        currency=document.currency,
        month=made.month,
        accounts=[account.name for account in wanted.accounts],
        costs=[TermItem.model_validate(one) for one in made.costs],
        total=TermItem.model_validate(made.total),
        parts=_terms(made.parts),
        sellable=_terms(made.sellable),
        utilisation=_terms(made.utilisation),
        full=_rates(made.full),
        full_terms=_terms(made.full),
        marginal=_rates(made.marginal),
        marginal_costs=[TermItem.model_validate(one) for one in made.marginal_costs],
        marginal_terms=_terms(made.marginal),
        at=[AtItem(utilisation=used, rates=_rates(one), terms=_terms(one)) for used, one in made.at.items()],
        all_sold=_rates(made.all_sold),
        measured=MeasuredItem.model_validate(made.measured),
        warnings=[RemarkItem.model_validate(one) for one in made.warnings],
    )


def _terms(terms: dict[str, Term]) -> dict[str, TermItem]:
    return {name: TermItem.model_validate(one) for name, one in terms.items()}


def _rates(terms: dict[str, Term]) -> RatesItem:
    return RatesItem.model_validate(asdict(rates(terms)))
