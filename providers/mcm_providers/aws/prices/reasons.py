"""Why prices of AWS are left out."""

from mcm.contract import Text

LEFT_OUT = {
    "price_of_tenancy": Text(en="Compute on dedicated hardware.", zh="专用硬件上的计算。"),
    "price_with_software": Text(en="Compute with software in its price.", zh="价格中含软件的计算。"),
    "price_of_own_licence": Text(en="Compute with an own licence.", zh="自带许可证的计算。"),
    "price_of_capacity": Text(en="Capacity that is reserved and not used.", zh="已预留而未使用的容量。"),
    "price_of_convertible": Text(en="Convertible reservations.", zh="可转换的预留实例。"),
    "price_paid_otherwise": Text(
        en="The same reservation, paid in another way: one of no, partial and all upfront is kept, in this order.",
        zh="同一预留的其他付款方式：按无预付、部分预付、全部预付的顺序保留一种。",
    ),
    "price_without_words": Text(en="Prices of what mcm has no words for.", zh="mcm 无法表达的价格。"),
}
