"""What can be wrong with prices, rates and the files they come in."""

from collections.abc import Sequence

from mcm.errors import Conflict, InvalidInput, NotFound

MOST_FAULTS = 100


class InvalidPriceList(InvalidInput):
    """`details.lines`: what is wrong by line, at most 100 of them; nothing of the file was imported."""

    code = "invalid_price_list"


class UntrustedBundle(InvalidInput):
    """The bundle is not signed, or not by a key that this installation trusts, or was altered since."""

    code = "untrusted_price_bundle"


class PriceListNotFound(NotFound):
    code = "price_list_not_found"


class PriceListWithdrawn(Conflict):
    code = "price_list_withdrawn"


class NoExchangeRate(InvalidInput):
    """Neither directly, inversely nor through a third currency."""

    code = "no_exchange_rate"


class InvalidExchangeRate(InvalidInput):
    code = "invalid_exchange_rate"


class RateRuleNotFound(NotFound):
    """Also for one of a tenant that the caller does not see."""

    code = "rate_rule_not_found"


class RateRuleExists(Conflict):
    code = "rate_rule_exists"


class InvalidRateRule(InvalidInput):
    code = "invalid_rate_rule"


class PriceFetchNotFound(NotFound):
    code = "price_fetch_not_found"


class NoPriceReader(InvalidInput):
    """The account's provider reads no price list, or not one of the regions."""

    code = "no_price_reader"


class Faults:
    """Gathers what is wrong with a file line by line, so that one reading tells all of it."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.found: list[dict[str, object]] = []

    def add(self, line: int, message: str, column: str | None = None) -> None:
        """Raises InvalidPriceList once there are 100."""
        self.found.append({"line": line, "column": column, "message": message})
        if len(self.found) >= MOST_FAULTS:
            self.check()

    def check(self) -> None:
        """Raises InvalidPriceList if anything was found."""
        if self.found:
            raise refused(self._what, self.found)


def refused(what: str, faults: Sequence[dict[str, object]]) -> InvalidPriceList:
    number = f"{len(faults)} or more faults" if len(faults) >= MOST_FAULTS else f"{len(faults)} faults"
    first = "; ".join(f"line {fault['line']}: {fault['message']}" for fault in faults[:1])
    return InvalidPriceList(
        f"{what} has {'a fault' if len(faults) == 1 else number}, nothing was imported: {first}",
        next_step="correct the lines and import it again; docs/prices.md describes every column",
        details={"lines": list(faults)},
    )
