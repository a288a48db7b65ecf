"""What the error codes of cost pools and rate cards mean."""

from mcm.system.explained import Explanation

OF_RATECARDS: dict[str, Explanation] = {
    "capacity_unknown": Explanation(
        "A cost pool's document says `measured` of something that the inventory does not know.",
        "Write the number into the document, or read the account first: `mcm sync --wait`. Nothing is guessed.",
    ),
    "cost_pool_conflict": Explanation(
        "The name, or one of the accounts, belongs to another cost pool.",
        "`mcm rate-card pools` shows all; an account is in one pool at most, as its costs would count twice.",
    ),
    "cost_pool_not_found": Explanation(
        "No cost pool has this name, or one of its accounts is not for the caller to see.",
        "`mcm rate-card pools` shows all.",
    ),
    "invalid_rate_card": Explanation(
        "A cost pool's document is not one that could be reckoned with; details.findings has every line and column.",
        "Correct the document and try it without storing it: `mcm rate-card calculate -f FILE`.",
    ),
    "rate_card_not_found": Explanation(
        "No published rate card has this id, or one of its accounts is not for the caller to see.",
        "`mcm rate-card list` shows all.",
    ),
    "rate_card_published": Explanation(
        "The rates of that month are published, and a published card is never changed.",
        "Publish a correction and say why: `mcm rate-card publish NAME --month YYYY-MM --reason TEXT`.",
    ),
}

OF_RATECARDS_ZH: dict[str, Explanation] = {
    "capacity_unknown": Explanation(
        "成本池文档要求实测的数据，资源清单中没有。",
        "请在文档中给出数值，或先同步账号：`mcm sync --wait`。系统不会猜测数值。文档中的 `measured` 表示实测。",
    ),
    "cost_pool_conflict": Explanation(
        "该名称或其中某个账号已属于另一个成本池。",
        "`mcm rate-card pools` 可列出所有成本池；一个账号只能属于一个成本池，否则成本会被重复计算。",
    ),
    "cost_pool_not_found": Explanation(
        "没有此名称的成本池，或其中某个账号您无权查看。", "`mcm rate-card pools` 可列出所有成本池。"
    ),
    "invalid_rate_card": Explanation(
        "成本池文档有误，无法计算；details.findings 给出每处问题的行和列。",
        "请更正文档，并在不保存的情况下试算：`mcm rate-card calculate -f FILE`。",
    ),
    "rate_card_not_found": Explanation(
        "没有此 ID 的已发布费率卡，或其中某个账号您无权查看。", "`mcm rate-card list` 可列出所有费率卡。"
    ),
    "rate_card_published": Explanation(
        "该月费率已发布，已发布的费率卡不可更改。",
        "如需更正，请附原因重新发布：`mcm rate-card publish NAME --month YYYY-MM --reason TEXT`。",
    ),
}
