"""Alibaba Cloud bill details, in English and Chinese: the older export and the API's names, the newer flat export, and
the one whose columns stand in groups (`账单信息/账单月份`).

Fields: https://www.alibabacloud.com/help/en/user-center/ (detailed file format). Days are those of China. What is
payable is what is billed: vouchers and cards pay for it, they do not lower it.
"""

from decimal import Decimal
from typing import Any

from mcm.contract.bills import Column, Columns, Dialect, Translation, nothing
from mcm_providers._bills import making
from mcm_providers._bills.making import EXACT, SHANGHAI

_MONTH = ("billingcycle", "账期", "账单月份", "账单信息账单月份", "billingdetailsbillingmonth")
_DAY = ("billingdate", "账单日期", "账单信息账单日期", "billingdetailsbillingdate")
_PAYABLE = (
    "pretaxamount",
    "应付金额",
    "应付信息应付金额含税",
    "应付信息应付金额",
    "payabledetailstaxexclusivepayableamount",
)
_LISTED = ("pretaxgrossamount", "官网价", "原价", "目录总价", "费用信息目录总价", "feedetailsgrossamount")
_DISCOUNT = ("invoicediscount", "优惠金额", "优惠信息优惠金额", "discountdetailsdiscountamount")
_KIND = ("item", "账单类型", "费用类型", "账单信息费用类型", "billingdetailslineitemtype")
_MODE = ("subscriptiontype", "消费类型")
_CURRENCY = ("currency", "币种", "定价币种", "定价信息定价币种", "pricingdetailscurrency")
_CODE = ("productcode", "产品code", "产品信息产品code", "productdetailsproductcode")
_INSTANCE = ("instanceid", "实例id", "资产资源实例id", "资源信息实例id出账粒度", "resourcedetailsinstanceid")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y-%m", "%Y%m")
_PRODUCT = ("productname", "产品", "产品名称", "产品信息产品名称", "productdetailsproductname")
_METER = ("billingitem", "计费项", "产品信息计费项名称", "productdetailsbillingitemname")
_DETAIL = ("productdetail", "产品明细", "商品名称", "产品信息商品名称")
_USAGE = ("usage", "用量", "用量信息用量", "usagedetailsusage")
_TAGS = ("tag", "实例标签", "资源信息标签", "resourcedetailsresourcetag")
_SERVICES = {
    "ecs": "Compute", "eci": "Compute", "fc": "Compute", "cs": "Compute", "swas": "Compute", "oss": "Storage",
    "nas": "Storage", "disk": "Storage", "snapshot": "Storage", "rds": "Databases", "redisa": "Databases",
    "dds": "Databases", "polardb": "Databases", "slb": "Networking", "alb": "Networking", "eip": "Networking",
    "cdn": "Networking", "nat": "Networking", "vpc": "Networking", "cbwp": "Networking", "kms": "Security",
    "waf": "Security", "sls": "Management and Governance", "cms": "Management and Governance",
}  # fmt: skip

_RENAMED = {
    "BillingAccountId": (
        "accountid", "账号id", "资源购买账号id", "身份信息资源购买账号id", "identitydetailsresourcepurchaseaccountid",
        "billaccountid",
    ),
    "BillingAccountName": ("accountname", "账号", "资源购买账号", "身份信息资源购买账号", "billaccountname"),
    "InvoiceIssuerName": ("账单信息服务主体", "billingdetailsserviceentity"),
    "SubAccountId": (
        "ownerid", "owner账号id", "资源归属账号id", "身份信息资源归属账号id", "identitydetailsresourceowneraccountid",
    ),
    "SubAccountName": ("owneraccountname", "ownername", "owner账号", "资源归属账号", "身份信息资源归属账号"),
    "AvailabilityZone": ("zone", "可用区", "资源信息可用区", "resourcedetailszone"),
    "ResourceId": _INSTANCE,
    "ResourceName": ("nickname", "实例昵称", "资产资源实例名称", "资源信息资源名称", "resourcedetailsresourcename"),
    "ConsumedUnit": ("usageunit", "用量单位", "用量信息用量单位", "usagedetailsusageunit"),
    "SkuId": ("billingitemcode", "计费项code", "产品信息计费项code", "productdetailsbillingitemcode"),
}  # fmt: skip


def _translate(bill: Columns) -> Translation:
    payable, listed = bill.take(*_PAYABLE), bill.take(*_LISTED)
    category = [_category(*row) for row in zip(bill.of(*_KIND), bill.of(*_MODE), strict=True)]
    starts, ends = making.months(bill.of(*_MONTH, *_DAY), *_FORMS, zone=SHANGHAI)
    begin, end = _period(bill, starts, ends)
    region = bill.of("资源信息地域code", "resourcedetailsregioncode", "region")
    columns: dict[str, Column] = {
        "BilledCost": payable,
        # What is paid in advance works for months that the bill does not name.
        "EffectiveCost": [None if kind == "Purchase" else one for one, kind in zip(payable, category, strict=True)],
        "ListCost": listed,
        "ContractedCost": making.combined(_less, listed, bill.of(*_DISCOUNT)),
        "ListUnitPrice": [making.number(one) for one in bill.of("listprice", "单价", "目录价", "定价信息官网目录价")],
        # Bills of the Chinese site name none where they know one.
        "BillingCurrency": making.or_else("CNY", bill, *_CURRENCY),
        "BillingPeriodStart": starts,
        "BillingPeriodEnd": ends,
        "ChargePeriodStart": begin,
        "ChargePeriodEnd": end,
        "ChargeCategory": category,
        "ChargeFrequency": ["Usage-Based" if kind == "Usage" else "One-Time" for kind in category],
        "ChargeDescription": making.first(bill.of(*_METER), bill.of(*_DETAIL)),
        "ServiceName": making.first(bill.take(*_PRODUCT), bill.of(*_CODE)),
        "ServiceCategory": making.words(bill.of(*_CODE), _SERVICES, "Other"),
        "RegionId": [one if str(one).isascii() else None for one in region],
        "RegionName": making.first(bill.take("地域", "资源信息地域", "resourcedetailsregion"), region),
        "ConsumedQuantity": [making.number(one) for one in bill.of(*_USAGE)],
        "Tags": [making.paired(_keyed(one), ";", "\x1f") for one in bill.of(*_TAGS)],
    }
    return Translation(columns)


def _category(kind: Any, mode: Any) -> str:
    """By the words of either language, the more telling first."""
    text, prepaid = str(kind or "").lower(), str(mode or "").lower() in ("subscription", "预付费")
    if any(word in text for word in ("refund", "退款", "退订")):
        return "Purchase" if prepaid or "订阅" in text else "Usage"
    if any(word in text for word in ("adjust", "round", "调账", "抹零", "保底", "佣金")):
        return "Adjustment"
    if "tax" in text or "税" in text:
        return "Tax"
    if "后付" in text or "payasyougo" in text:
        return "Usage"
    if prepaid or any(word in text for word in ("subscription", "预付", "upfront")):
        return "Purchase"
    return "Usage"


def _period(bill: Columns, starts: list[Any], ends: list[Any]) -> tuple[list[Any], list[Any]]:
    """Of the use as far as it is told, else of the day, else of the month."""

    def read(*names: str) -> list[Any]:
        return making.times(bill.of(*names), *_FORMS, zone=SHANGHAI)

    begin, end = (
        read("usagestarttime", "账单开始时间", "账单信息服务开始时间"),
        read("usageendtime", "账单结束时间", "账单信息服务结束时间"),
    )
    day = read(*_DAY)
    whole = [one is not None and other is not None for one, other in zip(begin, end, strict=True)]
    return (
        [one if both else own or month for one, own, month, both in zip(begin, day, starts, whole, strict=True)],
        [one if both else next_day or month
         for one, next_day, month, both in zip(end, making.days(day), ends, whole, strict=True)],
    )  # fmt: skip


def _less(whole: Decimal | None, discount: Decimal | None) -> Decimal | None:
    return whole if whole is None or discount is None else EXACT.subtract(whole, discount)


def _keyed(raw: Any) -> Any:
    """`key:k value:v; …` and `k:v; …`, with one sign between key and value."""
    if nothing(raw):
        return None
    parts = [part.strip() for part in str(raw).split(";") if part.strip()]
    return ";".join(
        part.removeprefix("key:").replace(" value:", "\x1f", 1)
        if part.startswith("key:")
        else part.replace(":", "\x1f", 1)
        for part in parts
    )


DIALECT = Dialect(
    "alibaba-bill",
    "Alibaba Cloud",
    # Without instances it is an overview.
    (_MONTH, _PAYABLE, _CODE, (*_LISTED, *_KIND), _INSTANCE),
    _RENAMED,
    _translate,
    {
        "BilledCost": _PAYABLE, "EffectiveCost": _PAYABLE, "ListCost": _LISTED, "ContractedCost": _DISCOUNT,
        "BillingCurrency": _CURRENCY, "BillingPeriodStart": _MONTH, "ChargePeriodStart": _DAY, "ChargePeriodEnd": _DAY,
    },
    padded=True,
)  # fmt: skip
