"""Requests that the routes of prices accept."""

import hashlib
import io
from collections.abc import Callable

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.prices import discounts, importing
from mcm.prices.schemas import RateRuleWrite
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

_FILE = (
    b"provider,currency,priced_on,region,item,sku,option,unit,unit_price\n"
    b"simulated,USD,2026-01-31,r1,compute,small,on_demand,hour,0.05\n"
)
_RATE = {"base": "EUR", "quote": "USD", "rate": "1.1", "source": "somebody", "on": "2026-01-31"}
_RULE = {"name": "agreement", "kind": "discount", "percent": "10", "provider": "simulated", "valid_from": "2026-01-01"}


def _import(lab: Lab) -> Call:
    return Call("/price-lists", ["price_list.import"], _FILE)


def _seed(lab: Lab) -> Call:
    return Call("/price-lists/seed", ["price_list.import"])


def _fetch(lab: Lab) -> Call:
    wanted = AccountCreate.model_validate(
        {"name": "list-prices", "provider": "azure", "ownership": "public", "config": {"regions": "westeurope"}}
    )
    access = accounts.draft(lab.runtime.registry, wanted)
    with lab.runtime.database.writing() as session:
        accounts.create(session, CALLER, lab.runtime.settings, lab.runtime.vault, wanted, access)
    return Call("/price-lists/fetch", ["price_fetch.create"], {"account": "list-prices"})


def _withdraw(lab: Lab) -> Call:
    digest = hashlib.sha256(_FILE).hexdigest()
    with lab.runtime.database.writing() as session:
        report = importing.import_file(session, CALLER, io.BytesIO(_FILE), digest, given={}, keys=[])
    return Call(f"/price-lists/{report.lists[0].list_id}", ["price_list.withdraw"], headers={"If-Match": '"1"'})


def _put_rate(lab: Lab) -> Call:
    return Call("/exchange-rates", ["exchange_rate.put"], _RATE)


def _create_rule(lab: Lab) -> Call:
    return Call("/rate-rules", ["rate_rule.create"], _RULE)


def _rule(lab: Lab) -> str:
    with lab.runtime.database.writing() as session:
        return f"/rate-rules/{discounts.create(session, CALLER, RateRuleWrite.model_validate(_RULE)).name}"


def _replace_rule(lab: Lab) -> Call:
    return Call(_rule(lab), ["rate_rule.update"], _RULE | {"percent": "12.5"}, {"If-Match": '"1"'})


def _remove_rule(lab: Lab) -> Call:
    return Call(_rule(lab), ["rate_rule.remove"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/price-lists"): _import,
    ("POST", "/api/v1/price-lists/seed"): _seed,
    ("POST", "/api/v1/price-lists/fetch"): _fetch,
    ("DELETE", "/api/v1/price-lists/{list_id}"): _withdraw,
    ("PUT", "/api/v1/exchange-rates"): _put_rate,
    ("POST", "/api/v1/rate-rules"): _create_rule,
    ("PUT", "/api/v1/rate-rules/{name}"): _replace_rule,
    ("DELETE", "/api/v1/rate-rules/{name}"): _remove_rule,
}
