"""Why what a scope holds may not be true any more: one sentence, in English and in Chinese."""

from datetime import datetime
from typing import NamedTuple

from mcm.contract import GLOBAL_REGION
from mcm.contract.errors import clean_text
from mcm.kit import clock
from mcm.system.chinese import CHINESE
from mcm.system.chinese_words import KINDS


class Doubt(NamedTuple):
    en: str
    zh: str


UNKNOWN_HERE = Doubt(
    "how fresh it is is known to those only who may see its account", "只有有权查看其账号的人员才知道其新旧程度"
)
UNKNOWN_THEN = Doubt("how fresh it was then is no longer known", "当时数据的新旧程度已无法得知")
NO_ACCOUNT = Doubt("the account it was read through was removed", "读取它的账号已被移除")


class Place(NamedTuple):
    """Of a scope: what is read, where, and through which account."""

    kind: str
    region: str
    account: str

    @property
    def en(self) -> str:
        return f"{self.kind} in {self.region} of account {self.account}"

    @property
    def zh(self) -> str:
        where = "" if self.region == GLOBAL_REGION else f"区域 {self.region} 的"
        return f"账号“{self.account}”中{where}{KINDS.get(self.kind, self.kind)}"


def account_fails(account: str, since: datetime | None, message: str | None, code: str | None) -> Doubt:
    return Doubt(
        f"account {account} cannot be read{_since(since)}{_because(message)}",
        f"账号“{account}”{_since_zh(since)}无法读取{_because_zh(message, code)}",
    )


def scope_fails(place: Place, since: datetime | None, message: str | None, code: str | None) -> Doubt:
    return Doubt(
        f"reading {place.en} fails{_since(since)}{_because(message)}",
        f"{place.zh}{_since_zh(since)}读取失败{_because_zh(message, code)}",
    )


def not_read(place: Place, message: str | None) -> Doubt:
    return Doubt(f"{place.en} is not read{_because(message)}", f"{place.zh}不读取{_because_zh(message, None)}")


def quarantined(place: Place, message: str | None, code: str | None) -> Doubt:
    return Doubt(f"{place.en} is in quarantine{_because(message)}", f"{place.zh}已隔离{_because_zh(message, code)}")


def never_read(place: Place, *, past: bool, paused: bool) -> Doubt:
    then, then_zh = (" up to then", "截至当时") if past else ("", "")
    return Doubt(
        f"{place.en} has had no complete read{then}{_PAUSED.en * paused}",
        f"{place.zh}{then_zh}尚无一次完整读取{_PAUSED.zh * paused}",
    )


def old(place: Place, age_s: float, allowed_s: float, *, paused: bool) -> Doubt:
    age, allowed = clock.age_text(age_s), clock.age_text(allowed_s)
    return Doubt(
        f"the last complete read of {place.en} is {age} old, more than {allowed}{_PAUSED.en * paused}",
        f"{place.zh}最近一次完整读取距今 {_age_zh(age)}，超过 {_age_zh(allowed)}{_PAUSED.zh * paused}",
    )


_PAUSED = Doubt("; the account is paused", "；账号已暂停")
_UNITS_ZH = {"s": "秒", "m": "分钟", "h": "小时", "d": "天"}


def _age_zh(age: str) -> str:
    return f"{age[:-1]} {_UNITS_ZH[age[-1]]}"


def _since(when: datetime | None) -> str:
    return f" since {when:%Y-%m-%d %H:%M} UTC" if when else ""


def _since_zh(when: datetime | None) -> str:
    return f"自 {when:%Y-%m-%d %H:%M} UTC 起" if when else ""


def _because(why: str | None) -> str:
    return f": {clean_text(why)}" if why else ""


def _because_zh(why: str | None, code: str | None) -> str:
    """What the code means; without one the sentence as it came."""
    explained = CHINESE.get(code or "")
    said = explained.meaning.rstrip("。") if explained else clean_text(why or "")
    return f"：{said}" if said else ""
