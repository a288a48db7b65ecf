"""What is said about a bill: findings with their lines, as codes and as sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any, Literal

LINES = 100
# Beyond this difference of ListUnitPrice × PricingQuantity from ListCost it is more than rounding.
TOLERANCE = "0.000001"
Level = Literal["error", "warning", "note"]


class Flag(IntFlag):
    """What is odd about one charge, kept with it."""

    NULL_SPELLED = 1
    TIME_FORM = 2
    NEGATIVE_COST = 4
    MISSING_COST = 8
    LIST_INEXACT = 16
    LIST_MISMATCH = 32
    ROUNDED = 64
    UNKNOWN_VALUE = 128
    OTHER_SPELLING = 256
    BAD_TAGS = 512
    CORRECTION = 1024


@dataclass(frozen=True, slots=True)
class Said:
    level: Level
    text: str
    text_zh: str


SAID: dict[str, Said] = {
    "not_a_table": Said("error", "this is no CSV, gzip, ZIP or Parquet file", "这不是 CSV、gzip、ZIP 或 Parquet 文件"),
    "empty_file": Said("error", "the file holds no charge", "文件中没有任何费用行"),
    "not_focus": Said("error", "no column is one of FOCUS", "没有任何一列属于 FOCUS"),
    "not_a_bill": Said("error", "this is neither FOCUS nor a cloud's own bill that mcm reads",
                       "这既不是 FOCUS，也不是 mcm 能读取的云厂商原生账单"),
    "wrong_encoding": Said("error", "the text is not UTF-8 from this line on", "从该行起文本不是 UTF-8 编码"),
    "truncated_file": Said("error", "the file ends in the middle: it was cut off", "文件在中间结束：已被截断"),
    "broken_file": Said("error", "the file cannot be read from here on", "从此处起文件无法读取"),
    "unpacks_too_large": Said(
        "error", "unpacked it is larger than this installation takes: split it, or raise the setting",
        "解压后超过本系统允许的大小：请拆分文件或调高该设置"),
    "zip_of_several": Said("error", "the ZIP holds several files: send one with a single bill in it, or each by itself",
                           "ZIP 中有多个文件：请只放一份账单，或逐个发送"),
    "zip_in_zip": Said("error", "the ZIP holds another ZIP: unpack it once", "ZIP 中还有 ZIP：请先解压一层"),
    "zip_encrypted": Said("error", "the ZIP is encrypted: unpack it first", "ZIP 已加密：请先解压"),
    "zip_with_path": Said("error", "the name of the file in the ZIP leads out of it", "ZIP 中的文件名指向其外部"),
    "zip_method": Said("error", "the ZIP is packed in a way that mcm does not read: unpack it, or pack it anew",
                       "mcm 不支持该 ZIP 的压缩方式：请先解压或重新打包"),
    "missing_column": Said("error", "a column without which a charge is none is missing", "缺少构成费用所必需的列"),
    "duplicate_column": Said("error", "the column is there twice", "该列出现了两次"),
    "wrong_width": Said("error", "the line has more or fewer fields than the header", "该行的字段数与表头不同"),
    "repeated_header": Said("error", "the header stands in the middle: files were joined",
                            "表头出现在中间：文件被拼接过"),
    "missing_value": Said("error", "the value is missing", "缺少该值"),
    "bad_amount": Said("error", "this is no decimal number", "这不是十进制数"),
    "bad_time": Said("error", "this is no time", "这不是时间"),
    "bad_currency": Said("error", "this is no currency of ISO 4217", "这不是 ISO 4217 货币代码"),
    "mixed_currency": Said(
        "error", "one billing account has two currencies in one month", "同一计费账户在同一月份使用了两种货币"
    ),
    "duplicate_month": Said("error", "every charge of this month is there twice", "该月份的每一行费用都出现了两次"),
    "null_spelled": Said("warning", "nothing is spelled as a word such as NULL", "空值写成了 NULL 之类的单词"),
    "time_form": Said("warning", "the time is not written as 2026-01-31T00:00:00Z; read as UTC",
                      "时间未写成 2026-01-31T00:00:00Z；按 UTC 读取"),
    "negative_cost": Said("note", "the cost is negative", "费用为负"),
    "missing_cost": Said("warning", "the cost is not given: unknown, not 0", "未给出该费用：未知，而不是 0"),
    "list_inexact": Said("note", "ListUnitPrice × PricingQuantity is not exactly ListCost",
                         "ListUnitPrice × PricingQuantity 与 ListCost 不完全相等"),
    "list_mismatch": Said("warning", f"ListUnitPrice × PricingQuantity differs from ListCost by more than {TOLERANCE}",
                          f"ListUnitPrice × PricingQuantity 与 ListCost 相差超过 {TOLERANCE}"),
    "rounded": Said("note", "more than 18 digits after the point: rounded", "小数点后超过 18 位：已舍入"),
    "float_amount": Said("note", "the file holds binary fractions: read as their shortest decimals",
                         "文件保存的是二进制小数：按最短十进制读取"),
    "unknown_value": Said("warning", "FOCUS does not know the value", "FOCUS 中没有该值"),
    "other_spelling": Said("note", "the value is spelled otherwise than in FOCUS", "该值的写法与 FOCUS 不同"),
    "bad_tags": Said("warning", "the tags are no JSON object; kept as text", "标签不是 JSON 对象；按文本保留"),
    "correction": Said("note", "a correction of an earlier bill", "对以前账单的更正"),
    "unknown_column": Said("warning", "FOCUS has no such column and its name lacks x_; kept",
                           "FOCUS 中没有该列且名称不以 x_ 开头；已保留"),
    "custom_column": Said("note", "a column of the issuer's own; kept", "签发方自己的列；已保留"),
    "absent_column": Said("warning", "FOCUS demands this column", "FOCUS 要求有该列"),
    "duplicate_charge": Said("note", "charges that are equal in everything", "内容完全相同的费用行"),
    "several_currencies": Said("note", "its billing accounts have different currencies", "各计费账户使用不同的货币"),
    "left_out": Said("note", "takes back what others of the bill hold: neither is counted",
                     "用于冲回账单中其他行的金额：两者均不计入"),
    "offset_remains": Said(
        "warning", "what was left out does not come to nothing: the total differs from the bill by it",
        "被略去的金额之和不为零：合计与账单相差该数额"),
    "amortised_bill": Said(
        "warning", "amortised costs: what was paid for commitments stands in the export of actual costs",
        "这是摊销费用：为承诺支付的款项在实际费用导出中"),
    "not_observed": Said("note", "seen for a part of the month only; what was before is unknown",
                         "仅在该月的一部分时间内被观测；此前的用量未知"),
    "unknown_state": Said("warning", "in an unknown state for some time, which is not charged",
                          "有一段时间状态未知，该段时间不计费"),
    "no_size": Said("warning", "its size is not known, so nothing is charged", "规格未知，因此不计费"),
    "no_rate": Said("warning", "the rate card has no rate for it", "费率卡中没有对应的费率"),
    "null_value": Said("error", "FOCUS does not allow null here", "FOCUS 不允许此处为空"),
    "null_optional": Said("warning", "FOCUS lets this column be absent, but not be null",
                          "FOCUS 允许没有该列，但不允许其为空"),
    "bad_unit": Said("warning", "the unit is not in the unit format of FOCUS", "单位不符合 FOCUS 的单位格式"),
    "bad_json": Said("error", "this is no JSON object", "这不是 JSON 对象"),
    "bad_number_form": Said("error", "the number is not written as FOCUS says", "数字的写法不符合 FOCUS"),
    "bad_time_form": Said("error", "the time is not written as 2026-01-31T00:00:00Z",
                          "时间未写成 2026-01-31T00:00:00Z"),
    "null_pair": Said("error", "it is null where its companion is not, or the other way round",
                      "它与其配对列未同时为空"),
}  # fmt: skip


@dataclass(slots=True)
class _Found:
    count: int = 0
    lines: list[int] = field(default_factory=list)
    example: str = ""


class Findings:
    """Counts by code and column, with the first lines of each. Memory does not grow with the file."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Found] = {}
        self.errors = 0
        # FOCUS column → what the bill calls it, where that is something else.
        self.sources: dict[str, str] = {}

    def add(self, code: str, column: str = "", line: int | None = None, example: object = "") -> None:
        found = self._of(code, column, example)
        found.count += 1
        if line is not None and len(found.lines) < LINES:
            found.lines.append(line)

    def add_many(self, code: str, column: str, lines: Iterable[int], count: int, example: object = "") -> None:
        """`lines` is read as far as it is needed."""
        found = self._of(code, column, example, count)
        found.count += count
        room = LINES - len(found.lines)
        if room > 0:
            for line, _ in zip(lines, range(room), strict=False):
                found.lines.append(line)

    def _of(self, code: str, column: str, example: object, count: int = 1) -> _Found:
        found = self._found.get((code, column))
        if found is None:
            # A bill is written by others: what is shown of it is cut.
            found = self._found[code, column] = _Found(example=str(example)[:120])
        if SAID[code].level == "error":
            self.errors += count
        return found

    def count(self, code: str, column: str | None = None) -> int:
        return sum(one.count for (of, name), one in self._found.items() if of == code and column in (None, name))

    def told(self) -> list[dict[str, Any]]:
        order = {"error": 0, "warning": 1, "note": 2}
        rows = sorted(self._found.items(), key=lambda item: (order[SAID[item[0][0]].level], item[0]))
        return [
            {
                "code": code,
                "level": SAID[code].level,
                "column": column or None,
                "source": self.sources.get(column),
                "count": found.count,
                "lines": found.lines,
                "example": found.example or None,
                "text": SAID[code].text,
                "text_zh": SAID[code].text_zh,
            }
            for (code, column), found in rows
        ]
