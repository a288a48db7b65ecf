"""Requests for notice targets, and what their refusals must say."""

import httpx

from tests.rooms.notices.receiver import SECRET

TARGETS = "/api/v1/notice-targets"
HOOK = {"name": "ops", "type": "webhook", "url": "https://hooks.example/x", "signing_secret": SECRET}
MAIL = {"name": "mail", "type": "mail", "address": "ops@corp.example"}


def problem(answer: httpx.Response, status: int, code: str) -> str:
    """What it says, and what to do about it."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert told["code"] == code
    assert told["detail"]
    assert "kanari7" not in answer.text
    return f"{told['detail']} {told.get('next_step')}"
