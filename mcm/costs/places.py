"""Where something can be priced: accounts by region, and places for which there are prices though no account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcm.kit.documents import close


@dataclass(frozen=True, slots=True)
class Where:
    """key: `account/region`, or `provider:region` where there is no account. ownership: private, public or hosted."""

    key: str
    provider: str
    region: str
    account_id: str | None = None
    account: str | None = None
    ownership: str = "public"
    site: str | None = None
    city: str | None = None
    jurisdiction: str | None = None


def of_prices(provider: str, region: str) -> Where:
    return Where(f"{provider}:{region}", provider, region)


def beyond(known: Iterable[Where], priced: Iterable[tuple[str, str]]) -> list[Where]:
    """Places with prices at which no account of the known ones is billed by those prices."""
    covered = {(where.provider, where.region) for where in known if where.ownership != "private"}
    return [of_prices(*place) for place in sorted(set(priced) - covered)]


def chosen(places: Sequence[Where], wanted: Sequence[str]) -> tuple[list[Where], list[tuple[str, str | None]]]:
    """Those that are meant: by key, account, provider, region, city or site. Second: what means none, with what may be
    meant."""
    if not wanted:
        return list(places), []
    found, unknown = [], []
    for name in wanted:
        meant = [where for where in places if name in names(where)]
        if meant:
            found += meant
        else:
            known = sorted({each for where in places for each in names(where)})
            unknown.append((name, close(name, known)))
    return list(dict.fromkeys(found)), unknown


def names(where: Where) -> set[str]:
    every = (where.key, where.account, where.account_id, where.provider, where.region, where.city, where.site)
    return {name for name in (*every, f"{where.provider}:{where.region}") if name}
