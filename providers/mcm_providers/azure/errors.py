"""The only file that knows how Azure's price list refuses.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from mcm.contract import ProviderError
from mcm_providers._transport.json_line import Answer
from mcm_providers._transport.refusals import by_status


def refusal(answer: Answer, doing: str) -> ProviderError:
    """From `{"Error": {"Code": "400", "Message": …}}`, or whatever a gateway before it says."""
    found = answer.document.get("Error") if isinstance(answer.document, dict) else None
    told = found.get("Message") if isinstance(found, dict) else None
    return by_status(answer, doing, said=told if isinstance(told, str) else "")
