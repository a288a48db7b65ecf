"""Reports over HTTP: what adds up, what is shared, what one may see, what the numbers lack."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mcm.kit import clock
from mcm.models import ChargePart, PublishedRateCard, RateCardAccount
from tests.baddays.serving import Served
from tests.rooms.allocations.bills import Row, bill, rate
from tests.rooms.allocations.conftest import Org
from tests.rooms.identity.people import Person

MONTH, BEFORE = "2026-03", "2026-02"
RULES = """
rules:
  - name: support
    position: 1
    match: {service: Support}
    share: {method: proportional, by: cost, to: tenants, except: [it]}
"""


def _report(served: Served | Person, **params: Any) -> dict[str, Any]:
    path = "/cost-reports" if isinstance(served, Person) else "/api/v1/cost-reports"
    answer = served.get(path, **({"month": MONTH} | params))
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _by(report: dict[str, Any], field: str = "amount") -> dict[str | None, Decimal]:
    return {"/".join(key["name"] or "-" for key in line["keys"]): Decimal(line[field]) for line in report["lines"]}


def _apply(served: Served, text: str = RULES, **params: Any) -> Any:
    return served.send("PUT", "/api/v1/allocation-rules", {"document": text}, params=params)


@pytest.fixture
def billed(org: Org) -> Org:
    ten, acc = org.tenants, org.accounts
    with org.lab.runtime.database.writing() as session:
        bill(
            session,
            MONTH,
            [
                Row(ten["alpha"], "30", acc["lab"], tags={"team": "red"}, quantity="10", unit="h"),
                Row(ten["team"], "30.005", acc["lab"], tags={"team": "red"}, quantity="3", unit="h", sku="s"),
                Row(ten["beta"], "39.995", acc["lab"], "Storage", tags={"team": "blue"}),
                Row(ten["it"], "10.000000000000000001", acc["lab"], "Support", resource_id=None),
                Row(ten["it"], None, acc["lab"], "Network", resource_id=None),
            ],
            effective="2",
        )
        bill(session, MONTH, [Row(ten["beta"], "7", acc["lab"])], currency="USD")
        bill(
            session,
            BEFORE,
            [
                Row(ten["alpha"], "16", acc["lab"], tags={"team": "red"}, quantity="8", unit="h"),
                Row(ten["beta"], "9", acc["lab"], "Storage", tags={"team": "blue"}),
            ],
        )
    return org


def test_by_tenant_sums_roll_up_and_nothing_is_hidden(billed: Org, served: Served) -> None:
    plain = _report(served)
    assert _by(plain)["default/it"] == Decimal("10.000000000000000001")
    assert _apply(served).is_success
    found = _report(served)
    euros = {one["keys"][0]["name"]: one for one in found["lines"] if one["currency"] == "EUR"}
    # 10.000000000000000001 by 30 : 30.005 : 39.995; the last digit goes to the largest remainder.
    given = {key: Decimal(one["by_rules"]) for key, one in euros.items()}
    assert sum(given.values()) == Decimal("10.000000000000000001")
    assert given["default/alpha"] == Decimal(3)
    assert given["default/alpha/team"] == Decimal("3.0005")
    assert Decimal(euros["default/alpha"]["amount"]) == 33
    assert Decimal(euros["default/alpha"]["total"]) == 33 + Decimal("33.0055")
    assert Decimal(euros["default"]["total"]) == sum(Decimal(one["amount"]) for one in euros.values())
    total = next(one for one in found["totals"] if one["currency"] == "EUR")
    assert total["amount"] == "110.000000000000000001"
    assert total["unknown"] == 1
    assert {"about": "unknown_cost", "params": {"charges": 1}} in found["gaps"]
    shown = sum(Decimal(one["presented"]) for one in euros.values())
    assert Decimal(total["presented"]) - shown == Decimal(total["rounding"])
    assert next(one["share"] for one in total["coverage"] if one["of"] == "allocated") == "1"
    assert plain["totals"][0]["unallocated"] == "10.000000000000000001"
    assert _report(served, cost="effective")["totals"][0]["amount"] == "220.000000000000000002"


def test_by_what_is_asked(billed: Org, served: Served) -> None:
    red = _report(served, group_by="tag:team,service")
    assert _by(red)["red/Compute"] == Decimal("60.005")
    assert _by(red)["-/Support"] == Decimal("10.000000000000000001")
    tagged = next(one for one in red["totals"][0]["coverage"] if one["of"] == "tag:team")
    assert tagged["amount"] == "100"
    only = _report(served, group_by="account", tenant="alpha", tag="team=red")
    assert {one["keys"][0]["name"]: one["amount"] for one in only["lines"]} == {"lab": "60.005"}


def test_why_it_changed(billed: Org, served: Served) -> None:
    found = _report(served, group_by="service", compare="true")
    for one in [*found["lines"], *found["totals"]]:
        parts = sum((Decimal(part["amount"]) for part in one["change"]), Decimal(0))
        assert parts == Decimal(one["difference"]) == Decimal(one["amount"]) - Decimal(one["before"])
    (compute,) = (one for one in found["lines"] if one["keys"][0]["name"] == "Compute" and one["currency"] == "EUR")
    # 8 h for 16, then 10 h for 30: two hours more at 2, and each an euro dearer; and a new sku.
    assert {part["reason"]: Decimal(part["amount"]) for part in compute["change"]} == {
        "usage": 4, "price": 10, "new": Decimal("30.005"),
    }  # fmt: skip
    (storage,) = (one for one in found["lines"] if one["keys"][0]["name"] == "Storage")
    assert [part["reason"] for part in storage["change"]] == ["other"]


def test_converted_with_a_named_rate_or_left_as_billed(billed: Org, served: Served) -> None:
    lacking = _report(served, currency="EUR")
    # The dollars that have no rate are shown as they were billed.
    assert {one["currency"] for one in lacking["totals"]} >= {"EUR"}
    with billed.lab.runtime.database.writing() as session:
        rate(session, "USD", "EUR", "0.5", date(2026, 3, 30))
        rate(session, "USD", "EUR", "0.9", date(2026, 4, 1))
    found = _report(served, currency="EUR", compare="true")
    (used,) = (one for one in found["rates"] if one["month"] == MONTH)
    assert (used["rate"], used["source"], used["on"], used["seed"]) == ("0.5", "a bank", "2026-03-30", False)
    (total,) = found["totals"]
    assert total["amount"] == "113.500000000000000001"
    beta = next(one for one in found["lines"] if one["keys"][0]["name"] == "default/beta")
    assert beta["billed"] == [{"currency": "EUR", "amount": "39.995"}, {"currency": "USD", "amount": "7"}]
    assert sum(Decimal(part["amount"]) for part in total["change"]) == Decimal(total["difference"])
    other = _report(served, currency="ISK")
    assert {"about": "no_exchange_rate", "params": {"currency": "USD", "to": "ISK"}} in other["gaps"] or other["rates"]


def test_what_one_may_not_see_is_in_no_total(billed: Org, served: Served, by: Callable[[str], Person]) -> None:
    as_local = _report(served)["totals"]
    assert by("whole").send("PUT", "/allocation-rules", {"document": RULES}).is_success
    everything = _report(by("whole"))
    assert everything["whole"]
    assert [one["amount"] for one in everything["totals"]] == [one["amount"] for one in as_local]
    alpha = _report(by("alpha"), group_by="tenant,account,service")
    assert not alpha["whole"]
    assert {one["keys"][0]["name"] for one in alpha["lines"]} == {"alpha", "alpha/team"}
    support = [one for one in alpha["lines"] if one["keys"][2]["name"] == "Support"]
    # What others' account costs them is theirs to know; whose account it is is not.
    assert {one["keys"][1]["name"] or one["keys"][1]["id"] for one in support} == {None}
    (total,) = alpha["totals"]
    assert total["amount"] == "66.0055"
    assert total["unknown"] == 0
    beta = _report(by("beta"))
    assert [one["currency"] for one in beta["totals"]] == ["EUR", "USD"]
    for text in (str(alpha), str(beta)):
        assert billed.tenants["it"] not in text
        assert billed.accounts["lab"] not in text
    assert by("alpha").get("/cost-reports", month=MONTH, tenant="beta").status_code == 404
    listed = by("alpha").get("/cost-reports/sources", month=MONTH).json()["items"]
    assert {one["charges_query"] is None for one in listed if one["service"] == "Support"} == {True}
    assert all(one["charges_query"] for one in listed if one["service"] == "Compute")
    # Rules are for those who see everything; one that names others is not there for others.
    assert by("alpha").get("/allocation-rules").json()["items"] == []
    assert by("alpha").get("/allocation-rules/support").status_code == 404
    refused = by("alpha").send("PUT", "/allocation-rules", {"document": RULES})
    assert refused.status_code == 403


def test_from_a_line_to_its_charges(billed: Org, served: Served) -> None:
    assert _apply(served).is_success
    first = served.get("/api/v1/cost-reports/sources", month=MONTH, limit=3).json()
    rest = served.get("/api/v1/cost-reports/sources", month=MONTH, limit=100, cursor=first["next_cursor"]).json()
    pieces = [*first["items"], *rest["items"]]
    euros = sum(Decimal(one["amount"]) for one in pieces if one["currency"] == "EUR")
    assert euros == Decimal("110.000000000000000001")
    shared = [one for one in pieces if one["trail"]]
    assert {tuple(one["trail"]) for one in shared} == {("support",)}
    assert len({one["source"] for one in shared}) == 1
    for each in pieces:
        sums = served.get("/api/v1/charges/sums", cost="billed", **each["charges_query"]).json()["items"]
        whole = sum(Decimal(one["amount"]) for one in pieces if one["source"] == each["source"])
        assert [Decimal(one["amount"] or 0) for one in sums] == [whole], each


def test_what_nobody_used_is_a_line_of_its_own(billed: Org, served: Served) -> None:
    own, ten = billed.accounts["own"], billed.tenants
    with billed.lab.runtime.database.writing() as session:
        bill(session, MONTH, [Row(ten["beta"], "400.25", own, "Instances")], basis="modelled")
        card = {
            "document": "",
            "sha256": "",
            "pool_version": 1,
            "published_by": "x",
            "pool": "hall",
            "month": MONTH,
            "currency": "EUR",
        }
        for version, total in ((1, "9999"), (2, "1000")):
            session.add(
                PublishedRateCard(
                    id=f"card{version}", version=version, calculation={"total": {"amount": total}},
                    published_at=clock.now(), **card,
                )
            )  # fmt: skip
            session.flush()
            session.add(RateCardAccount(card_id=f"card{version}", account_id=own))
    found = _report(served, group_by="service")
    assert _by(found)["idle"] == Decimal("599.75")
    assert _by(found, "idle")["idle"] == Decimal("599.75")
    share = "{method: even, to: [{tenant: alpha}, {tenant: beta}]}"
    assert _apply(served, f"rules: [{{name: idle, position: 5, match: {{idle: true}}, share: {share}}}]").is_success
    shared = _report(served, group_by="rule,tenant")
    assert _by(shared)["idle/default/alpha"] == _by(shared)["idle/default/beta"] == Decimal("299.875")
    assert shared["totals"][0]["amount"] == found["totals"][0]["amount"]


def test_what_a_bill_tells_is_not_idle_too(billed: Org, served: Served) -> None:
    own, ten = billed.accounts["own"], billed.tenants
    with billed.lab.runtime.database.writing() as session:
        bill(session, MONTH, [Row(ten["beta"], "900", own, "Hosting")])
        session.add(
            PublishedRateCard(
                id="card1", version=1, calculation={"total": {"amount": "1000"}}, published_at=clock.now(),
                document="", sha256="", pool_version=1, published_by="x", pool="hall", month=MONTH, currency="EUR",
            )
        )  # fmt: skip
        session.flush()
        session.add(RateCardAccount(card_id="card1", account_id=own))
    found = _by(_report(served, group_by="service"))
    assert found["Hosting"] == 900
    assert "idle" not in found


def test_what_is_idle_is_not_known_before_the_month_is_over(
    billed: Org, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, ten = billed.accounts["own"], billed.tenants
    with billed.lab.runtime.database.writing() as session:
        bill(session, MONTH, [Row(ten["beta"], "100", own, "Instances", days=3)], basis="modelled")
        session.add(
            PublishedRateCard(
                id="card1", version=1, calculation={"total": {"amount": "1000"}}, published_at=clock.now(),
                document="", sha256="", pool_version=1, published_by="x", pool="hall", month=MONTH, currency="EUR",
            )
        )  # fmt: skip
        session.flush()
        session.add(RateCardAccount(card_id="card1", account_id=own))
    assert _by(_report(served, group_by="service"))["idle"] == 900
    now = clock.now().replace(year=2026, month=3, day=4, hour=0)
    monkeypatch.setattr(clock, "now", lambda: now)
    found = _report(served, group_by="service")
    assert "idle" not in _by(found)
    assert {"about": "idle_unknown", "params": {"accounts": ["own"]}} in found["gaps"]
    beside = served.get("/api/v1/cost-reports", month=MONTH, compare=True).json()["gaps"]
    assert {"about": "month_running", "params": {"month": MONTH, "against": "2026-02"}} in beside
    assert not [one for one in found["gaps"] if one["about"] == "month_running"]


def test_what_nobody_metered_is_not_idle(billed: Org, served: Served) -> None:
    own = billed.accounts["own"]
    with billed.lab.runtime.database.writing() as session:
        session.add(
            PublishedRateCard(
                id="card1", version=1, calculation={"total": {"amount": "1000"}}, published_at=clock.now(),
                document="", sha256="", pool_version=1, published_by="x", pool="hall", month=MONTH, currency="EUR",
            )
        )  # fmt: skip
        session.flush()
        session.add(RateCardAccount(card_id="card1", account_id=own))
    found = _report(served, group_by="service")
    assert "idle" not in _by(found)
    assert {"about": "not_metered", "params": {"accounts": ["own"]}} in found["gaps"]
    # Metered, and nothing was used: all of it stood idle.
    with billed.lab.runtime.database.writing() as session:
        session.add(
            ChargePart(
                import_id="imp", account_id=own, month=MONTH, currency="EUR", basis="modelled", kind="meter",
                status="current", rows=0, unknown=0, created_at=clock.now(),
            )
        )  # fmt: skip
    found = _report(served, group_by="service")
    assert _by(found)["idle"] == 1000
    assert not [one for one in found["gaps"] if one["about"] in ("not_metered", "idle_unknown")]


def test_a_credit_leaves_no_share_beyond_the_whole(org: Org, served: Served) -> None:
    with org.lab.runtime.database.writing() as session:
        credit = Row(org.tenants["beta"], "-150", resource_id=None)
        bill(session, MONTH, [Row(org.tenants["beta"], "150.000000000000000001"), credit])
    (total,) = _report(served)["totals"]
    assert total["amount"] == "0.000000000000000001"
    (linked,) = [one for one in total["coverage"] if one["of"] == "linked"]
    assert (linked["amount"], linked["share"]) == ("150.000000000000000001", None)


def test_a_dry_run_shows_the_effect_and_stores_nothing(billed: Org, served: Served) -> None:
    shown = served.send(
        "PUT", "/api/v1/allocation-rules", {"document": RULES, "month": MONTH}, params={"dry_run": "true"}
    ).json()
    given = {one["tenant"]: one["amount"] for one in shown["effects"] if one["rule"] == "support"}
    assert given["default/alpha"] == "3"
    assert sum(map(Decimal, given.values())) == Decimal("10.000000000000000001")
    assert served.get("/api/v1/allocation-rules").json()["items"] == []
    assert shown["changed"] == ["support"]
    assert _apply(served).json()["changed"] == ["support"]
    assert _apply(served).json()["changed"] == [], "the same again changes nothing"
    item = served.get("/api/v1/allocation-rules/support")
    assert item.headers["ETag"] == '"1"'
    stale = served.send("DELETE", "/api/v1/allocation-rules/support", headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert served.send("DELETE", "/api/v1/allocation-rules/support", headers={"If-Match": '"1"'}).is_success


def test_forecasts_and_odd_days(org: Org, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now().replace(year=2026, month=3, day=20, hour=12)
    monkeypatch.setattr(clock, "now", lambda: now)
    refused = served.get("/api/v1/forecasts").json()
    assert refused["code"] == "forecast_impossible"
    assert "4 whole months" in refused["detail"]
    ten = org.tenants
    with org.lab.runtime.database.writing() as session:
        for month in ("2025-11", "2025-12", "2026-01", "2026-02", MONTH):
            last = 20 if month == MONTH else 28
            bill(session, month, [Row(ten["beta"], "10", day=day) for day in range(1, last + 1)])
        bill(session, MONTH, [Row(ten["beta"], "90", "acc_z", day=day) for day in (19, 20)])
        bill(session, "2026-02", [Row(ten["beta"], "5", "acc_z", day=day) for day in range(1, 29)])
    found = served.get("/api/v1/forecasts").json()
    (one,) = found["items"]
    assert (one["month"], one["currency"], one["whole_months"], one["known_until"]) == (MONTH, "EUR", 4, "2026-03-20")
    assert Decimal(one["low"]) <= Decimal(one["amount"]) <= Decimal(one["high"])
    assert one["so_far"] == "380"
    assert len(one["tries"]) == 2
    (odd,) = served.get("/api/v1/anomalies").json()["items"]
    assert (odd["service"], odd["since"], odd["on"], odd["expected"]) == ("Compute", "2026-03-19", "2026-03-20", "0")
    assert odd["excess"] == "180"


@pytest.mark.parametrize(("basis", "length"), [("modelled", 15), ("billed", 31)])
def test_half_a_month_that_is_told_as_one_charge_is_not_foretold_as_all_of_it(
    org: Org, served: Served, monkeypatch: pytest.MonkeyPatch, basis: str, length: int
) -> None:
    """What is metered ends when it was; a bill by the month may name all of the month while it is not over."""
    now = clock.now().replace(year=2026, month=3, day=15, hour=12)
    monkeypatch.setattr(clock, "now", lambda: now)
    spans = (("2025-11", 30, 30), ("2025-12", 31, 31), ("2026-01", 31, 31), ("2026-02", 28, 28), (MONTH, length, 15))
    with org.lab.runtime.database.writing() as session:
        for month, days, paid in spans:
            bill(session, month, [Row(org.tenants["beta"], str(10 * paid), days=days)], basis=basis)
    (one,) = served.get("/api/v1/forecasts").json()["items"]
    assert (one["so_far"], one["known_until"]) == ("150", "2026-03-15")
    assert Decimal(one["amount"]) > 290
    assert served.get("/api/v1/anomalies").json()["items"] == []


def test_a_fee_counts_on_the_day_it_is_due(org: Org, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now().replace(year=2026, month=3, day=15, hour=12)
    monkeypatch.setattr(clock, "now", lambda: now)
    with org.lab.runtime.database.writing() as session:
        fee = Row(org.tenants["beta"], "620", days=31, category="Purchase")
        bill(session, MONTH, [fee, *(Row(org.tenants["beta"], "10", day=day) for day in range(1, 11))])
        for month in ("2025-11", "2025-12", "2026-01", "2026-02"):
            bill(session, month, [Row(org.tenants["beta"], "300", days=28)])
    (one,) = served.get("/api/v1/forecasts").json()["items"]
    assert (one["so_far"], one["known_until"]) == ("720", "2026-03-10")
