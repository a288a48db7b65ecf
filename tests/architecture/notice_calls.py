"""Requests that the routes of notice targets accept. Nothing listens where they lead."""

from collections.abc import Callable
from datetime import timedelta

from mcm.kit import clock
from mcm.models import NoticeDelivery
from mcm.notices import service
from mcm.notices.schemas import NoticeTargetCreate
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

SECRET = "whsec_kanari7AAAAAAAAAAAAAAAAAAAAAAAAA"
_BODY = {"name": "ops", "type": "webhook", "url": "http://127.0.0.1:1/hook", "signing_secret": SECRET}
_DELIVERY = "ntd_1"


def _target(lab: Lab) -> str:
    runtime = lab.runtime
    with runtime.database.writing() as session:
        wanted = NoticeTargetCreate.model_validate(_BODY)
        row = service.create(session, runtime.settings, runtime.vault, CALLER, wanted)
        ended = clock.now() - timedelta(days=1)
        session.add(
            NoticeDelivery(
                id=_DELIVERY, target_id=row.id, event_id=1, kind="account.failing", body={}, status="dead",
                attempts=9, created_at=ended, since=ended,
            )
        )  # fmt: skip
    return "/notice-targets/ops"


def _create(lab: Lab) -> Call:
    return Call("/notice-targets", ["notice_target.create"], _BODY)


def _update(lab: Lab) -> Call:
    return Call(_target(lab), ["notice_target.update"], {"enabled": False}, {"If-Match": '"1"'})


def _remove(lab: Lab) -> Call:
    return Call(_target(lab), ["notice_target.remove"])


def _test(lab: Lab) -> Call:
    return Call(f"{_target(lab)}/test", ["notice_target.test", "notice_target.test"])


def _resend(lab: Lab) -> Call:
    return Call(f"{_target(lab)}/deliveries/{_DELIVERY}/resend", ["notice_target.resend"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/notice-targets"): _create,
    ("PATCH", "/api/v1/notice-targets/{name}"): _update,
    ("DELETE", "/api/v1/notice-targets/{name}"): _remove,
    ("POST", "/api/v1/notice-targets/{name}/test"): _test,
    ("POST", "/api/v1/notice-targets/{name}/deliveries/{delivery_id}/resend"): _resend,
}
