"""What the error codes of charges mean, in both languages."""

from mcm.system.explained import Explanation

OF_CHARGES: dict[str, Explanation] = {
    "charge_import_not_found": Explanation(
        "No import of charges has this id, or it belongs to an account that is not for these eyes.",
        "`mcm charge imports` shows those there are.",
    ),
    "charges_extra_missing": Explanation(
        "Parquet is read and written by a Python package that is not installed here.",
        "pip install 'mcm[charges]', or use CSV.",
    ),
    "cost_month_closed": Explanation(
        "The month is closed: its charges change only by corrections with a reason.",
        "`mcm charge correct MONTH --account NAME --amount … --currency … --reason …`.",
    ),
    "cost_month_not_found": Explanation(
        "There are no charges of this month, or none for these eyes.", "`mcm charge months` shows those there are."
    ),
    "cost_month_running": Explanation(
        "The month is not over: closing it would keep out what is still charged for it.",
        "Close it in the next month, once its bills are in.",
    ),
    "invalid_bill": Explanation(
        "The file is no bill in the shape of FOCUS; the report says what is wrong, by line. Nothing of it was stored.",
        "Correct the export, or export it again, and import it.",
    ),
    "invalid_charge": Explanation(
        "A month, an amount or a currency of a charge is none.", "The message says which, and how it is written."
    ),
    "invalid_cost_dimension": Explanation(
        "Charges are not grouped or filtered by this.", "The message lists by what they are."
    ),
    "nothing_to_meter": Explanation("The month has not begun.", "Name one that is over, or the present one."),
    "remainder_unnamed": Explanation(
        "The invoice and what was charged differ, and nobody said what the difference is.",
        "Name it (`--remainder-name tax`), or correct the charges first.",
    ),
}
OF_CHARGES_ZH: dict[str, Explanation] = {
    "charge_import_not_found": Explanation(
        "没有使用此 ID 的费用导入，或其所属账号您无权查看。", "`mcm charge imports` 可列出所有导入。"
    ),
    "charges_extra_missing": Explanation(
        "读写 Parquet 所需的 Python 包未安装。", "pip install 'mcm[charges]'，或改用 CSV。"
    ),
    "cost_month_closed": Explanation(
        "该月份已结账：只能通过注明原因的更正来改变其费用。",
        "请改用 `mcm charge correct MONTH --account NAME --amount … --currency … --reason …`。",
    ),
    "cost_month_not_found": Explanation(
        "该月份没有费用，或没有您可以查看的费用。", "`mcm charge months` 可列出有费用的月份。"
    ),
    "cost_month_running": Explanation("该月份尚未结束：现在结账会排除此后产生的费用。", "请在下个月账单齐全后再结账。"),
    "invalid_bill": Explanation(
        "该文件不是 FOCUS 格式的账单；报告按行说明了问题。没有存储其中任何内容。", "请更正或重新导出后再导入。"
    ),
    "invalid_charge": Explanation("费用的月份、金额或货币无效。", "提示信息会说明是哪一项以及应如何书写。"),
    "invalid_cost_dimension": Explanation("费用不能按此项分组或筛选。", "提示信息列出了可用的维度。"),
    "nothing_to_meter": Explanation("该月份尚未开始。", "请指定已结束的月份或当前月份。"),
    "remainder_unnamed": Explanation(
        "发票与已记费用不一致，且没有说明差额是什么。",
        "请为差额命名（`--remainder-name tax`），或先更正费用。",
    ),
}
