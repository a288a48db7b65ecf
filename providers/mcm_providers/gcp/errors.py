"""The only file that knows how Google's APIs refuse: https://cloud.google.com/apis/design/errors."""

from typing import Any

from mcm.contract import AuthenticationFailed, ProviderError
from mcm_providers._transport.json_line import Answer
from mcm_providers._transport.refusals import by_status

_WRONG_KEY = {"API_KEY_INVALID", "API_KEY_EXPIRED", "CREDENTIALS_MISSING", "ACCESS_TOKEN_EXPIRED"}


def refusal(answer: Answer, doing: str) -> ProviderError:
    found = answer.document.get("error") if isinstance(answer.document, dict) else None
    told: dict[str, Any] = found if isinstance(found, dict) else {}
    said = str(told.get("message") or "")
    reasons = _reasons(told)
    # A wrong key is told as an invalid argument.
    if reasons & _WRONG_KEY or (answer.status == 400 and "API key" in said):
        return AuthenticationFailed(f"{doing}: the API key is wrong, restricted or expired", native_code=str(reasons))
    return by_status(
        answer, doing, said=said, native=str(told.get("status") or ""), permission="cloudbilling.googleapis.com"
    )


def _reasons(told: dict[str, Any]) -> set[str]:
    details = told.get("details")
    listed = details if isinstance(details, list) else []
    return {str(one["reason"]) for one in listed if isinstance(one, dict) and "reason" in one}
