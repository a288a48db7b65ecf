"""Items of Azure's price list → prices. Pure.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from mcm.contract import PricePoint, UnexpectedResponse
from mcm_providers._transport.amounts import HOURS_PER_MONTH, amount
from mcm_providers.azure.sizes import size_of

_TERMS = {"1 Year": 12, "3 Years": 36, "5 Years": 60}
_HOURLY, _LB_RULES = "1 Hour", "Standard Included LB Rules and Outbound Rules"
Item = Mapping[str, Any]


def points(item: Item, region: str, today: date, left_out: Counter[str]) -> Iterator[PricePoint]:
    """region: that which was asked for; prices that hold everywhere are told for it too."""
    if _over(item, today):
        left_out["over"] += 1
        return
    made = list(_compute(item, region, left_out) if _text(item, "serviceName") == "Virtual Machines" else
                _other(item, region, left_out))  # fmt: skip
    yield from made


def _compute(item: Item, region: str, left_out: Counter[str]) -> Iterator[PricePoint]:
    product, names = _text(item, "productName"), f"{_text(item, 'skuName')} {_text(item, 'meterName')}"
    # A few names have a blank where the size has none.
    sku = _text(item, "armSkuName").strip().replace(" ", "_")
    price = amount(item.get("retailPrice"))
    reason = _unfit(item, product, sku, names)
    if reason or price is None or not price:
        left_out[reason or "no_words"] += 1
        return
    windows = product.endswith(" Windows")
    size = size_of(sku)
    common: dict[str, Any] = {
        "region": region, "item": "compute", "sku": sku, "unit": "hour", "currency": _text(item, "currencyCode"),
        "valid_from": _day(item), "vcpus": size.vcpus, "memory_gib": size.memory_gib,
        "architecture": size.architecture, "family": _family(product),
        "operating_system": "windows" if windows else "linux",
    }  # fmt: skip
    if _text(item, "type") == "Reservation":
        term = _TERMS.get(_text(item, "reservationTerm"))
        if term is None:
            left_out["no_words"] += 1
            return
        # The price is of the whole term, whatever the unit says.
        yield PricePoint(option="reserved", unit_price=Decimal(0), upfront=price, term_months=term, **common)
        return
    option = "spot" if "Spot" in names else "on_demand"
    yield PricePoint(option=option, unit_price=price, **common)
    plans = item.get("savingsPlan")
    for plan in plans if isinstance(plans, list) else ():
        told = plan if isinstance(plan, dict) else {}
        saved, term = amount(told.get("retailPrice")), _TERMS.get(str(told.get("term")))
        if not saved or term is None:
            left_out["no_words"] += 1
        else:
            yield PricePoint(option="savings_plan", unit_price=saved, term_months=term, **common)


def _unfit(item: Item, product: str, sku: str, names: str) -> str:
    """Why a price of compute is none of an instance's; "" when it is."""
    kind = _text(item, "type")
    if kind == "DevTestConsumption":
        return "not_for_everybody"
    if "Low Priority" in names:
        return "low_priority"
    if not sku or "Dedicated Host" in product or "Cloud Services" in product or "CloudServices" in product:
        return "no_size"
    return "" if kind in ("Consumption", "Reservation") and _text(item, "unitOfMeasure") == _HOURLY else "no_words"


def _other(item: Item, region: str, left_out: Counter[str]) -> Iterator[PricePoint]:
    price, tier = amount(item.get("retailPrice")), amount(item.get("tierMinimumUnits", 0))
    product, meter, unit = (_text(item, name) for name in ("productName", "meterName", "unitOfMeasure"))
    if _text(item, "type") != "Consumption" or price is None or tier is None:
        left_out["not_for_everybody" if _text(item, "type") == "DevTestConsumption" else "no_words"] += 1
        return
    common: dict[str, Any] = {
        "region": region, "option": "on_demand", "currency": _text(item, "currencyCode"), "valid_from": _day(item),
    }  # fmt: skip
    if product == "Azure Premium SSD v2" and meter == "Premium LRS Provisioned Capacity" and unit == "1 GiB/Hour":
        yield PricePoint(
            item="storage", sku="PremiumV2_LRS", unit="gib_month", unit_price=price * HOURS_PER_MONTH,
            storage_class="premium", **common,
        )  # fmt: skip
    elif product == "Rtn Preference: MGN" and meter == "Standard Data Transfer Out" and unit == "1 GB":
        yield PricePoint(item="egress", sku="internet", unit="gb", unit_price=price, tier_from=tier, **common)
    elif product == "IP Addresses" and meter == "Standard IPv4 Static Public IP" and unit == _HOURLY and price:
        yield PricePoint(item="public_ip", sku="standard-ipv4", unit="hour", unit_price=price, **common)
    elif product == "Load Balancer" and meter == _LB_RULES and unit == _HOURLY and price:
        yield PricePoint(item="load_balancer", sku="standard", unit="hour", unit_price=price, **common)
    else:
        left_out["disk_of_fixed_size" if "Managed Disks" in product else "no_words"] += 1


def _over(item: Item, today: date) -> bool:
    ends = item.get("effectiveEndDate")
    return isinstance(ends, str) and ends != "" and _parsed(ends) <= today


def _family(product: str) -> str:
    return product.removeprefix("Virtual Machines ").removesuffix(" Windows").removesuffix(" Series")[:200] or "none"


def _day(item: Item) -> date:
    return _parsed(_text(item, "effectiveStartDate"))


def _parsed(text: str) -> date:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).date()
    except (ValueError, OverflowError) as error:
        raise UnexpectedResponse(f"a price's date cannot be read: {text[:40]}") from error


def _text(item: Item, name: str) -> str:
    found = item.get(name)
    return found if isinstance(found, str) else ""
