"""The only file that knows how Oracle's price list refuses; it has no codes of its own."""

from mcm.contract import ProviderError, Unreachable
from mcm_providers._transport.json_line import Answer
from mcm_providers._transport.refusals import by_status


def refusal(answer: Answer, doing: str) -> ProviderError:
    if answer.status == 403:
        # The edge in front of it: there are no rights to miss.
        return Unreachable(f"{doing}: the price list's edge refuses this address (403); try later", native_code="403")
    return by_status(answer, doing)
