"""The only file that asks Oracle's list: one answer holds all of it.

https://docs.oracle.com/iaas/Content/Billing/Tasks/signingup_topic-Estimating_Costs.htm#accessing_list_pricing
"""

from functools import partial
from typing import Any

from mcm.contract import CallContext, UnexpectedResponse
from mcm_providers._transport.json_line import Answer, JsonLine
from mcm_providers._transport.refusals import patiently
from mcm_providers.oci.errors import refusal


class ListPrices:
    def __init__(self, context: CallContext, endpoint: str, currency: str) -> None:
        self._endpoint, self._currency = endpoint, currency
        self._line = JsonLine(context, "prices")

    def items(self, part_number: str = "") -> list[dict[str, Any]]:
        """part_number: only this one. Raises UnexpectedResponse for what is no list, or holds something twice."""
        doing = "the price list"
        answer = patiently(partial(self._ask, part_number, doing))
        document = answer.document
        items = document.get("items") if isinstance(document, dict) else None
        if not isinstance(items, list) or not items or not all(isinstance(one, dict) for one in items):
            raise UnexpectedResponse(f"{doing}: the answer is no price list")
        numbers = [one.get("partNumber") for one in items]
        if not all(isinstance(one, str) and one for one in numbers) or len(set(numbers)) != len(numbers):
            raise UnexpectedResponse(f"{doing}: a part number is missing, or is there twice")
        if document.get("hasMore"):
            raise UnexpectedResponse(f"{doing}: there is more than one answer holds")
        return items

    def close(self) -> None:
        self._line.close()

    def _ask(self, part_number: str, doing: str) -> Answer:
        params = {"currencyCode": self._currency} | ({"partNumber": part_number} if part_number else {})
        answer = self._line.get(self._endpoint, params=params, doing=doing)
        if answer.status >= 400:
            raise refusal(answer, doing)
        return answer
