"""From a pool's document and what was measured to its rates, each number with its terms. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from mcm.kit.documents import Finding
from mcm.kit.money import EXACT, quotient, shares, written
from mcm.kit.units import HOURS_PER_MONTH
from mcm.ratecards import formulas, months, pooling
from mcm.ratecards.documents import MEASURED
from mcm.ratecards.errors import CapacityUnknown
from mcm.ratecards.explained import Remark, Term, remark, term
from mcm.ratecards.measuring import Measurement, wanted
from mcm.ratecards.parsing import Parsed
from mcm.ratecards.rates import Rates

_ONE = Decimal(1)
_UNITS = {"vcpu": "vCPU", "memory": "GiB", "gpu": "GPU"}


@dataclass(frozen=True)
class Reckoning:
    """costs: the lines of the pool, then its total. parts: who carries what. sellable, utilisation, full, marginal:
    one term for each thing that is sold; at: by utilisation. All by `vcpu`, `memory`, `gpu`, `storage.ssd`."""

    month: str
    costs: list[Term]
    total: Term
    parts: dict[str, Term]
    sellable: dict[str, Term]
    utilisation: dict[str, Term]
    full: dict[str, Term]
    marginal: dict[str, Term]
    marginal_costs: list[Term]
    at: dict[Decimal, dict[str, Term]]
    all_sold: dict[str, Term]
    measured: Measurement
    warnings: list[Remark]


def rates(terms: Mapping[str, Term]) -> Rates:
    return Rates(
        vcpu_hour=terms["vcpu"].amount,
        memory_gib_hour=terms["memory"].amount,
        storage_gib_month={
            name.removeprefix("storage."): one.amount for name, one in terms.items() if name.startswith("storage.")
        },
        gpu_hour=terms["gpu"].amount if "gpu" in terms else None,
    )


def reckon(parsed: Parsed, month: str, measured: Measurement) -> Reckoning:
    """Raises CapacityUnknown, with the place of every `measured` that nothing is known for."""
    _require(parsed, measured)
    with localcontext(EXACT):
        return _reckoned(parsed, month, measured)


def _reckoned(parsed: Parsed, month: str, measured: Measurement) -> Reckoning:
    document, warnings = parsed.document, list(measured.warnings)
    counted = {name.partition(".")[2]: value for name, value in measured.values.items() if name.startswith("count.")}
    costs = pooling.costs(document, month, counted)
    amount = sum((one.amount for one in costs), Decimal(0))
    total = term("pool.total", amount, f"{document.currency}/month", " + ".join(written(one.amount) for one in costs))
    sellable = {name: _sellable(parsed, measured, name) for name in document.shared}
    utilisation = {name: _utilisation(parsed, measured, name, sellable[name]) for name in document.shared}
    for name, one in utilisation.items():
        if one.amount > 1:
            warnings.append(remark("oversold", item=name, utilisation=one.amount))
    parts = _split(parsed, total)
    load, counted_costs = pooling.load_energy(document), pooling.counted_licences(document, costs)
    if document.energy is not None and document.energy.kw_idle is None:
        warnings.append(remark("idle_power_unknown"))
    if measured.as_of is not None and months.of(measured.as_of.date()) != month:
        warnings.append(remark("measured_in_another_month", as_of=f"{measured.as_of:%Y-%m-%d %H:%M}Z", month=month))

    def full(at: Mapping[str, Decimal]) -> dict[str, Term]:
        return {name: _full(parsed, name, parts[name], sellable[name], at[name]) for name in parts}

    return Reckoning(
        month=month, costs=costs, total=total, parts=parts, sellable=sellable, utilisation=utilisation,
        full=full({name: one.amount for name, one in utilisation.items()}),
        marginal={
            name: _marginal(parsed, name, load, counted_costs, sellable[name], utilisation[name]) for name in parts
        },
        marginal_costs=[one for one in (load, counted_costs) if one is not None],
        at={value: full(dict.fromkeys(parts, value)) for value in document.utilisations},
        all_sold=full(dict.fromkeys(parts, _ONE)),
        measured=measured, warnings=warnings,
    )  # fmt: skip


def _require(parsed: Parsed, measured: Measurement) -> None:
    source, findings = parsed.source, []
    for names in wanted(parsed.document).values():
        for name in names:
            reason = measured.unknown.get(name)
            if reason is None and name.startswith("allocated.") and not measured.values.get(name):
                reason = remark("nothing_allocated")
            if reason is not None:
                findings.append(source.finding(_place(parsed, name), reason.sentence, suggestion="give the number"))
    if findings:
        raise CapacityUnknown(sorted(_once(findings), key=lambda one: (one.line, one.column)))


def _once(findings: list[Finding]) -> list[Finding]:
    return list({(one.line, one.column, one.message): one for one in findings}.values())


def _place(parsed: Parsed, name: str) -> tuple[str | int, ...]:
    group, _, item = name.partition(".")
    kind, _, of_class = item.partition(".")
    if group == "count":
        lines = enumerate(parsed.document.licences)
        return ("licences", next(n for n, one in lines if one.per == item and one.count == MEASURED), "count")
    if group == "allocated":
        return ("utilisation", kind)
    return ("capacity", {"memory": "memory_gib", "storage": "storage_gib"}.get(kind, kind), *filter(None, [of_class]))


def _sellable(parsed: Parsed, measured: Measurement, name: str) -> Term:
    capacity, kind = parsed.document.capacity, name.partition(".")[0]
    given = {"vcpu": capacity.vcpu, "memory": capacity.memory_gib, "gpu": capacity.gpu} | {
        f"storage.{one}": size for one, size in capacity.storage_gib.items()
    }
    size = given[name]
    basis = "given" if isinstance(size, Decimal) else "measured"
    known = size if isinstance(size, Decimal) else measured.values[f"capacity.{name}"]
    over, reserve = getattr(parsed.document.overcommit, kind), getattr(parsed.document.ha_reserve, kind)
    return term(
        "capacity", formulas.sellable(known, over, reserve), _UNITS.get(kind, "GiB"),
        f"{written(known)} × {written(over)} × (1 − {written(reserve)})", item=name, basis=basis, capacity=known,
        overcommit=over, ha_reserve=reserve,
    )  # fmt: skip


def _utilisation(parsed: Parsed, measured: Measurement, name: str, sellable: Term) -> Term:
    given = getattr(parsed.document.utilisation, name.partition(".")[0])
    if isinstance(given, Decimal):
        return term("utilisation.given", given, "", written(given), item=name)
    used = measured.values[f"allocated.{name}"]
    return term(
        "utilisation.measured", quotient(used, sellable.amount), "",
        f"{written(used)} ÷ {written(sellable.amount)}", item=name, allocated=used, sellable=sellable.amount,
    )  # fmt: skip


def _split(parsed: Parsed, total: Term) -> dict[str, Term]:
    """The parts add up to the total to the last digit."""
    shared = parsed.document.shared
    amounts = shares(total.amount, list(shared.values()))
    return {
        name: term(
            "pool.part", amount, total.unit, f"{written(total.amount)} × {written(share)}", item=name,
            total=total.amount, share=share,
        )
        for (name, share), amount in zip(shared.items(), amounts, strict=True)
    }  # fmt: skip


def _full(parsed: Parsed, name: str, part: Term, sellable: Term, utilisation: Decimal) -> Term:
    hours, unit = _hours(name), _unit(parsed, name)
    formula = f"{written(part.amount)} ÷ ({sellable.formula} × {written(utilisation)}{_times(hours)})"
    return term(
        "rate.full", formulas.rate(part.amount, sellable.amount, utilisation, hours), unit, formula, item=name,
        part=part.amount, sellable=sellable.amount, utilisation=utilisation, hours=hours,
    )  # fmt: skip


def _marginal(
    parsed: Parsed, name: str, load: Term | None, licences: Term | None, sellable: Term, utilisation: Term
) -> Term:
    """Energy is drawn for what is sold now; a licence is needed for whatever could be sold with it, so one more unit
    needs its part of all that could be."""
    hours, share = _hours(name), parsed.document.shared[name]
    amount, formulae = Decimal(0), []
    values: dict[str, Decimal] = {"share": share, "sellable": sellable.amount, "hours": hours}
    for what, cost, used in (("energy", load, utilisation.amount), ("licences", licences, _ONE)):
        if cost is None:
            continue
        amount += formulas.rate(cost.amount * share, sellable.amount, used, hours)
        formulae.append(
            f"{written(cost.amount)} × {written(share)} ÷ ({sellable.formula} × {written(used)}{_times(hours)})"
        )
        values |= {what: cost.amount, f"{what}_utilisation": used}
    return term("rate.marginal", amount, _unit(parsed, name), " + ".join(formulae) or "0", item=name, **values)


def _hours(name: str) -> Decimal:
    """Storage is sold by the month."""
    return _ONE if name.startswith("storage.") else HOURS_PER_MONTH


def _times(hours: Decimal) -> str:
    return "" if hours == 1 else f" × {written(hours)}"


def _unit(parsed: Parsed, name: str) -> str:
    units = {"vcpu": "vCPU-hour", "memory": "GiB-hour", "gpu": "GPU-hour"}
    return f"{parsed.document.currency}/{units.get(name, 'GiB-month')}"
