"""Tencent Cloud bill details by component, in English and Chinese.

Fields: https://www.tencentcloud.com/document/product/555/37506. Times are those of China, and the last second of a
period is in it. Where tax is shown, what is billed holds it, as in Tencent's own FOCUS export.
"""

from datetime import datetime, timedelta
from typing import Any

from mcm.contract.bills import Column, Columns, Dialect, Translation, nothing
from mcm_providers._bills import making
from mcm_providers._bills.making import SHANGHAI

_NET = ("totalamountafterdiscountexcludingtax", "优惠后总价", "优惠后总价元", "totalamountafterdiscount")
_BILLED = ("totalcostincludingtax", "totalcost", *_NET)
_LISTED = ("originalcost", "组件原价", "原价", "原价元", "组件原价元")
_KIND = ("transactiontype", "交易类型")
_PAID = ("transactiontime", "扣费时间")
_BEGIN, _END = ("usagestarttime", "开始使用时间"), ("usageendtime", "结束使用时间")
_MONTH = ("billmonth", "账单月份", *_PAID, *_BEGIN)
_CURRENCY = ("currency", "币种")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d", "%Y-%m", "%Y%m")
_PREPAID = ("包年包月", "subscription", "purchase", "renewal", "fee", "线下", "offline", "节省计划小时")
_RETURNED = ("refund", "退款", "转按量")
_CORRECTED = ("adjust", "调账", "保底", "minimum", "guarantee", "精度")
_RENEWED = ("续费", "renewal", "hourly", "小时费用")
_SERVICES = {"cvm": "Compute", "云服务器": "Compute", "scf": "Compute", "tke": "Compute", "cos": "Storage",
             "对象存储": "Storage", "cbs": "Storage", "云硬盘": "Storage", "cfs": "Storage", "mysql": "Databases",
             "redis": "Databases", "postgres": "Databases", "mongodb": "Databases", "clb": "Networking",
             "负载均衡": "Networking", "cdn": "Networking", "eip": "Networking", "公网": "Networking",
             "vpc": "Networking", "nat": "Networking"}  # fmt: skip

_RENAMED = {
    "ListCost": _LISTED,
    "ConsumedUnit": ("componentusageunit", "组件用量单位"),
    "ResourceName": ("instancename", "实例名称", "资源别名"),
    "ResourceId": ("instanceid", "资源id", "资源实例id"),
    "AvailabilityZone": ("availabilityzone", "可用区"),
    "RegionName": ("region", "地域", "区域"),
    "RegionId": ("regioncode",),
    "SubAccountId": ("owneraccountid", "使用者uin"),
    "BillingAccountId": ("payeraccountid", "支付者uin"),
    "ChargeDescription": ("componentname", "组件名称"),
    "SkuMeter": ("componenttype", "组件类型"),
}


def _translate(bill: Columns) -> Translation:
    category = [_category(kind) for kind in bill.of(*_KIND)]
    billed = bill.of(*_BILLED)
    starts, ends = making.months(bill.of(*_MONTH), *_FORMS, zone=SHANGHAI)
    begin = making.times(bill.take(*_BEGIN), *_FORMS, zone=SHANGHAI)
    end = [_after(*row) for row in zip(begin, making.times(bill.take(*_END), *_FORMS, zone=SHANGHAI), strict=True)]
    service = bill.take("productname", "产品名称")
    columns: dict[str, Column] = {
        "BilledCost": billed,
        # What is paid in advance works for months that the bill does not name.
        "EffectiveCost": [None if kind == "Purchase" else one for one, kind in zip(billed, category, strict=True)],
        "ContractedCost": bill.of(*_NET),
        "ListUnitPrice": [making.number(one) for one in bill.of("componentlistprice", "组件刊例价")],
        # The Chinese site bills in its own currency and says so in the names of the columns.
        "BillingCurrency": making.or_else("CNY", bill, *_CURRENCY),
        "BillingPeriodStart": starts,
        "BillingPeriodEnd": ends,
        "ChargePeriodStart": begin,
        "ChargePeriodEnd": end,
        "ChargeCategory": category,
        "ChargeFrequency": [_frequency(*row) for row in zip(category, bill.of(*_KIND), strict=True)],
        "ServiceName": service,
        "ServiceCategory": [_service(one) for one in service],
        "ConsumedQuantity": [making.number(one) for one in bill.of("componentusage", "组件用量")],
        "PricingCategory": [_pricing(*row) for row in zip(category, bill.of(*_KIND), strict=True)],
        "Tags": making.tagged(bill.behind("标签键:", "tag_key:"), bill.number),
    }  # fmt: skip
    return Translation(columns)


def _category(kind: Any) -> str:
    text = "" if nothing(kind) else str(kind).lower()
    if any(word in text for word in _CORRECTED):
        return "Adjustment"
    if any(word in text for word in (*_PREPAID, *_RETURNED)):
        return "Purchase"
    return "Usage"


def _frequency(category: str, kind: Any) -> str:
    if category == "Usage":
        return "Usage-Based"
    renewed = any(word in str(kind).lower() for word in _RENEWED)
    return "Recurring" if category == "Purchase" and renewed else "One-Time"


def _pricing(category: str, kind: Any) -> str | None:
    if category != "Usage":
        return None
    return "Dynamic" if any(word in str(kind).lower() for word in ("竞价", "spot")) else "Standard"


def _after(begin: Any, end: Any) -> Any:
    """The first moment that is no longer in the period."""
    if not isinstance(end, datetime) or not isinstance(begin, datetime):
        return end
    if end <= begin:
        return begin + timedelta(seconds=1)
    return end + timedelta(seconds=1) if end.second == 59 else end


def _service(name: Any) -> str:
    text = str(name).lower()
    return next((category for word, category in _SERVICES.items() if word in text), "Other")


DIALECT = Dialect(
    "tencent-bill",
    "Tencent Cloud",
    (("componentname", "组件名称"), ("componentusage", "组件用量"), _BILLED, _BEGIN),
    _RENAMED,
    _translate,
    {
        "BilledCost": _BILLED, "EffectiveCost": _BILLED, "ContractedCost": _NET, "ListCost": _LISTED,
        "BillingCurrency": _CURRENCY, "BillingPeriodStart": _MONTH, "ChargePeriodStart": _BEGIN,
        "ChargePeriodEnd": _END,
    },
    padded=True,
)  # fmt: skip
