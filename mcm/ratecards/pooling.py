"""What a pool costs in a month, one term for each line of its document. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from mcm.kit.money import EXACT, rounded, written
from mcm.kit.units import HOURS_PER_MONTH
from mcm.ratecards import formulas, months
from mcm.ratecards.documents import MEASURED, Asset, Licence, RateCardDocument
from mcm.ratecards.explained import Term, term

_NONE = Decimal(0)


def costs(document: RateCardDocument, month: str, counted: Mapping[str, Decimal]) -> list[Term]:
    """In the order of the document's description. counted: measured cores (`core`) and sockets (`socket`), where a
    licence needs them."""
    unit = f"{document.currency}/month"
    found = [_asset(asset, month, unit) for asset in document.assets]
    if document.energy is not None:
        found.append(_energy("energy", document.energy.kw, document, unit))
    for code, lines in (("space", document.space), ("support", document.support), ("other", document.other)):
        for line in lines:
            found.append(_product(code, line.name, line.quantity, line.monthly, unit))
    found += [_licence(licence, counted, unit) for licence in document.licences]
    found += [_product("staff", one.role, one.fte, one.monthly, unit) for one in document.staff]
    return found


def load_energy(document: RateCardDocument) -> Term | None:
    """The part of the energy that is there because something runs; all of it where what is drawn idle is unknown."""
    power = document.energy
    if power is None:
        return None
    return _energy(
        "marginal.energy", power.kw - (power.kw_idle or _NONE), document, f"{document.currency}/month",
        f"({written(power.kw)} − {written(power.kw_idle)})" if power.kw_idle is not None else "",
    )  # fmt: skip


def counted_licences(document: RateCardDocument, terms: list[Term]) -> Term | None:
    found = [one.amount for one in terms if one.code in ("licence.core", "licence.socket")]
    if not found:
        return None
    formula = " + ".join(map(written, found))
    return term("marginal.licences", sum(found, _NONE), f"{document.currency}/month", formula)


def _asset(asset: Asset, month: str, unit: str) -> Term:
    since = asset.in_service_since[:7]
    number = months.between(since, month) + 1
    if number < 1:
        return term("asset.not_yet", _NONE, unit, "0", name=asset.name, since=since)
    if number > asset.life_months:
        until = months.later(since, asset.life_months)
        return term("asset.written_off", _NONE, unit, "0", name=asset.name, until=until)
    price, rest, life = written(asset.capex), written(asset.residual), asset.life_months
    if asset.method == "straight_line":
        return term(
            "asset.straight_line", formulas.straight_line(asset.capex, life, asset.residual), unit,
            f"({price} − {rest}) ÷ {life}", name=asset.name, life_months=life, number=number, capex=asset.capex,
            residual=asset.residual,
        )  # fmt: skip
    interest = f"({written(asset.annual_rate)} ÷ 12)"
    discount = f"(1 + {interest})^{life}"
    formula = f"({price} − {rest} ÷ {discount}) × {interest} ÷ (1 − 1 ÷ {discount})"
    if not asset.annual_rate:
        formula = f"({price} − {rest}) ÷ {life}"
    return term(
        "asset.annuity", formulas.annuity(asset.capex, life, asset.residual, asset.annual_rate), unit, formula,
        name=asset.name, life_months=life, number=number, capex=asset.capex, residual=asset.residual,
        annual_rate=asset.annual_rate,
    )  # fmt: skip


def _energy(code: str, kw: Decimal, document: RateCardDocument, unit: str, shown: str = "") -> Term:
    power = document.energy
    assert power is not None
    formula = f"{shown or written(kw)} × {written(power.pue)} × {written(HOURS_PER_MONTH)} × {written(power.tariff)}"
    return term(
        code, formulas.energy(kw, power.pue, power.tariff), unit, formula, kw=kw, pue=power.pue,
        hours=HOURS_PER_MONTH, tariff=power.tariff,
    )  # fmt: skip


def _licence(licence: Licence, counted: Mapping[str, Decimal], unit: str) -> Term:
    if licence.per == "flat":
        return term("licence.flat", licence.monthly, unit, written(licence.monthly), name=licence.name)
    measured = licence.count == MEASURED
    count = counted[licence.per] if measured or not isinstance(licence.count, Decimal) else licence.count
    return _product(
        f"licence.{licence.per}", licence.name, count, licence.monthly, unit, basis="measured" if measured else "given"
    )


def _product(code: str, name: str, number: Decimal, monthly: Decimal, unit: str, **values: str) -> Term:
    amount = rounded(EXACT.multiply(number, monthly))
    formula = f"{written(number)} × {written(monthly)}"
    return term(code, amount, unit, formula, name=name, number=number, monthly=monthly, **values)
