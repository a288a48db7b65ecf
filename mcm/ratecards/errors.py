"""What can be wrong with a pool of costs or a published card."""

from collections.abc import Sequence
from dataclasses import asdict

from mcm.errors import Conflict, InvalidInput, NotFound
from mcm.kit.documents import Finding

_SHOWN = 5


class _WithFindings(InvalidInput):
    """details.findings: every one, with its line and column."""

    def __init__(self, findings: Sequence[Finding], next_step: str, *, message_zh: str, next_step_zh: str) -> None:
        more = f"; and {len(findings) - _SHOWN} more" if len(findings) > _SHOWN else ""
        super().__init__(
            "; ".join(str(one) for one in findings[:_SHOWN]) + more,
            next_step=next_step,
            details={"findings": [asdict(one) for one in findings]},
            message_zh=message_zh,
            next_step_zh=next_step_zh,
        )


class InvalidRateCard(_WithFindings):
    code = "invalid_rate_card"

    def __init__(self, findings: Sequence[Finding]) -> None:
        places = "、".join(f"第 {one.line} 行第 {one.column} 列" for one in findings[:_SHOWN])
        super().__init__(
            findings,
            "correct the document; docs/rate-cards.md describes every field",
            message_zh=f"成本池文档有误，位置：{places}。",
            next_step_zh="请更正文档；各字段说明见 docs/rate-cards.md。",
        )


class CapacityUnknown(_WithFindings):
    """The document says `measured`, and the inventory does not know it."""

    code = "capacity_unknown"

    def __init__(self, findings: Sequence[Finding]) -> None:
        places = "、".join(one.path for one in findings[:_SHOWN])
        super().__init__(
            findings,
            "write the number into the document, or read the account first: `mcm sync --wait`",
            message_zh=f"文档要求实测，但资源清单中没有该数据：{places}。",
            next_step_zh="请在文档中给出数值，或先同步账号：`mcm sync --wait`。",
        )


class CostPoolNotFound(NotFound):
    """Also for a pool with accounts that the caller may not see."""

    code = "cost_pool_not_found"


class CostPoolConflict(Conflict):
    """The name, or one of the accounts, belongs to another pool."""

    code = "cost_pool_conflict"


class RateCardNotFound(NotFound):
    code = "rate_card_not_found"


class RateCardPublished(Conflict):
    """A published card is never changed: a correction is a new version, and says why."""

    code = "rate_card_published"
