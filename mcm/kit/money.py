"""Amounts of money and unit prices: decimal throughout, exact to 18 places, never a float."""

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, localcontext
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from mcm.kit.currencies import DIGITS, iso

SCALE = 18
_WHOLE = 20
# Wide enough that no sum or product of what is stored loses a digit before it is rounded on purpose.
EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)
_STEP = Decimal(1).scaleb(-SCALE)


class NotAnAmount(ValueError):
    """What was given is no number, or has more digits than are kept."""


def exact(value: object) -> Decimal:
    """A decimal with at most 20 digits before and 18 after the point. Floats are refused: what they mean is a guess.

    Raises NotAnAmount."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise NotAnAmount(f"an amount is written as a decimal number in a string, not as {type(value).__name__}")
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except DecimalException:
        raise NotAnAmount(f"{str(value)[:60]!r} is no decimal number") from None
    if not found.is_finite():
        raise NotAnAmount(f"{str(value)[:60]!r} is no amount")
    if found and found.adjusted() >= _WHOLE:
        raise NotAnAmount(f"{str(value)[:60]} has more than {_WHOLE} digits before the point")
    kept = found.quantize(_STEP, context=EXACT)
    if kept != found:
        raise NotAnAmount(f"{str(value)[:60]} has more than {SCALE} digits after the point")
    return plain(kept)


def rounded(value: Decimal) -> Decimal:
    """To the 18 places that are stored, half to even: for what a division made."""
    return plain(value.quantize(_STEP, context=EXACT))


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent, so that equal amounts are written alike."""
    found = value.normalize(EXACT)
    exponent = found.as_tuple().exponent
    whole = isinstance(exponent, int) and exponent > 0
    # Plus 0 makes 0 of -0; the operator itself would round to the 28 digits of Python's own context.
    return found.quantize(Decimal(1), context=EXACT) if whole else EXACT.add(found, 0)


def written(value: Decimal) -> str:
    """As JSON and exports carry it: every digit, no exponent."""
    return format(plain(value), "f")


def presented(value: Decimal, currency: str) -> Decimal:
    """Rounded to what the currency has (2 places for USD, none for JPY): the one rounding there is, for people."""
    with localcontext(EXACT):
        return value.quantize(Decimal(1).scaleb(-DIGITS.get(currency, 2)))


def quotient(value: Decimal, by: Decimal) -> Decimal:
    """value / by, to 18 places. Raises ZeroDivisionError."""
    if not by:
        raise ZeroDivisionError("an amount is divided by zero")
    return rounded(EXACT.divide(value, by))


def shares(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """`total` in proportion to weights ≥ 0, to 18 places; the parts add up to the total to the last digit.

    What rounding leaves over goes to the largest remainders, the first of equals first. Raises ZeroDivisionError when
    all weights are 0."""
    if not any(weights):
        raise ZeroDivisionError("nothing to share by: every weight is 0")
    ratios = [weight.as_integer_ratio() for weight in weights]
    # In whole numbers: a quotient in decimals would have been rounded once already.
    common = math.lcm(*(below for _, below in ratios))
    numerators = [above * (common // below) for above, below in ratios]
    units = int(EXACT.scaleb(total, SCALE))
    found = [divmod(abs(units) * numerator, sum(numerators)) for numerator in numerators]
    parts = [part for part, _ in found]
    largest = sorted(range(len(found)), key=lambda index: -found[index][1])
    for index in largest[: abs(units) - sum(parts)]:
        parts[index] += 1
    sign = -1 if units < 0 else 1
    return [plain(EXACT.scaleb(Decimal(sign * part), -SCALE)) for part in parts]


# In shapes of the API: a string in JSON, a Decimal in Python.
Amount = Annotated[
    Decimal,
    BeforeValidator(exact),
    PlainSerializer(written, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,20}(\.\d{1,18})?$", "examples": ["0.0416"]}),
]
# In shapes of the API: a code of ISO 4217 in use.
Currency = Annotated[str, AfterValidator(iso)]
