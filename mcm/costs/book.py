"""Prices, rate cards and exchange rates of one day, each read once however often it is asked for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from mcm.costs import repository
from mcm.costs.market import Market
from mcm.costs.matching import Index
from mcm.costs.places import Where
from mcm.db.session import home_currency
from mcm.kit.money import rounded
from mcm.prices import service as prices
from mcm.prices.errors import NoExchangeRate
from mcm.prices.offers import Item, Offer
from mcm.ratecards import service as ratecards
from mcm.ratecards.rates import RateCard
from mcm.tenancy import sight


@dataclass(frozen=True, slots=True)
class NamedRate:
    """What one of `currency` was taken for in `to`, whose rate that is and of which day."""

    currency: str
    to: str
    rate: Decimal
    source: str
    on: date
    seed: bool = False


class Book:
    """Not to be kept beyond its session. tenant_id: whose negotiated rates hold. currency: what amounts of several
    currencies are compared in. for_viewer: for somebody to look at: of an account or a tenant that the session does not
    see whole, the price list holds in place of what was negotiated, and `withholds` says so."""

    def __init__(
        self,
        session: Session,
        *,
        on: date,
        tenant_id: str | None = None,
        currency: str | None = None,
        for_viewer: bool = False,
    ) -> None:
        self.session, self.on, self.tenant_id = session, on, tenant_id
        self.currency = currency or home_currency(session)
        self._hidden: set[str] = set()
        self._tenant_hidden = False
        self._markets: dict[tuple[str, str, str | None], Market] = {}
        # Only these pay anything but what everybody in the tenant pays.
        self._with_own_rates = repository.accounts_with_rates(session)
        if for_viewer:
            self._hidden = self._with_own_rates - repository.whole_accounts(session, self._with_own_rates)
            self._with_own_rates -= self._hidden
            if tenant_id is not None and not sight.holds_tenant(session, tenant_id):
                self.tenant_id, self._tenant_hidden = None, prices.has_tenant_rates(session, on, tenant_id)
        self._cards: dict[str, RateCard | None] = {}
        self._rates: dict[tuple[str, str], NamedRate | None] = {}

    def market(self, where: Where) -> Market:
        key = self._key(where)
        if key not in self._markets:
            self.load([where])
        return self._markets[key]

    def load(self, places: Iterable[Where]) -> None:
        """Reads the prices of many places with one question for each provider and item."""
        wanted: dict[tuple[str, str | None], set[str]] = defaultdict(set)
        for provider, region, account_id in {self._key(where) for where in places} - self._markets.keys():
            wanted[provider, account_id].add(region)
        for (provider, account_id), regions in wanted.items():
            found = {item: self._offers(item, provider, regions, account_id) for item in Item}
            index = Index(found[Item.COMPUTE], found[Item.LICENCE], self.worth)
            others: dict[str, list[Offer]] = defaultdict(list)
            for item in Item:
                if item is not Item.COMPUTE:
                    for offer in found[item]:
                        others[offer.region].append(offer)
            for region in regions:
                self._markets[provider, region, account_id] = Market(provider, region, index, others[region])

    def _key(self, where: Where) -> tuple[str, str, str | None]:
        own = where.account_id if where.account_id in self._with_own_rates else None
        return where.provider, where.region, own

    def withholds(self, where: Where) -> bool:
        """Whether the place may have negotiated rates that the session does not see."""
        hidden = self._tenant_hidden or where.account_id in self._hidden
        return hidden and where.ownership != "private" and self.card(where) is None

    def card(self, where: Where) -> RateCard | None:
        """The rate card of an account that is no public cloud's."""
        if where.account_id is None or where.ownership == "public":
            return None
        if where.account_id not in self._cards:
            self._cards[where.account_id] = ratecards.current(self.session, where.account_id, self.on)
        return self._cards[where.account_id]

    def rate(self, currency: str, to: str) -> NamedRate | None:
        """None where nobody has given one."""
        key = (currency, to)
        if key not in self._rates:
            if currency == to:
                self._rates[key] = NamedRate(currency, to, Decimal(1), "", self.on)
            else:
                try:
                    found = prices.converted(self.session, Decimal(1), currency, to, self.on)
                    seed = found.seed
                    self._rates[key] = NamedRate(currency, to, rounded(found.rate), found.source, found.on, seed)
                except NoExchangeRate:
                    self._rates[key] = None
        return self._rates[key]

    def worth(self, currency: str) -> Decimal | None:
        found = self.rate(currency, self.currency)
        return found.rate if found is not None else None

    def used(self) -> list[NamedRate]:
        """The rates that were asked for, between two currencies."""
        return sorted(
            (rate for rate in self._rates.values() if rate is not None and rate.currency != rate.to),
            key=lambda rate: (rate.currency, rate.to),
        )

    def missing(self) -> list[tuple[str, str]]:
        return sorted(key for key, rate in self._rates.items() if rate is None)

    def _offers(self, item: Item, provider: str, regions: set[str], account_id: str | None) -> list[Offer]:
        return prices.offers(
            self.session, item=item, provider=provider, regions=sorted(regions), on=self.on, tenant_id=self.tenant_id,
            account_id=account_id,
        )  # fmt: skip
