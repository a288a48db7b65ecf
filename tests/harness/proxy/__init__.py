"""A reverse proxy that misbehaves on order, for standing between a real SDK and a real server.

with FaultProxy("http://127.0.0.1:5000") as proxy:
    proxy.rule(by_action("DescribeInstances"), Throttled(retry_after_s=2), times=1)
    ...                                   # point the SDK at proxy.url
    assert not proxy.ledger.effects()
"""

from tests.harness.proxy.certificates import Certificates, Identity
from tests.harness.proxy.faults import (
    Delay,
    DropAnswer,
    ExpiredToken,
    Garbage,
    Hang,
    HangAtAccept,
    Html,
    PermissionDenied,
    Refuse,
    ResetAtAccept,
    Status,
    Throttled,
    Together,
    WrongCertificate,
)
from tests.harness.proxy.joint import Joint
from tests.harness.proxy.ledger import Call, Ledger
from tests.harness.proxy.mangling import (
    CutBody,
    Drip,
    ReplaceName,
    ResetMidBody,
    bad_utf8_name,
    control_character_name,
    huge_name,
)
from tests.harness.proxy.messages import Answer, Request
from tests.harness.proxy.openstack import OpenStackProxies
from tests.harness.proxy.paging import EmptyPage, RepeatPage
from tests.harness.proxy.rules import AcceptFault, Exchange, Fault, Rule, anything, by_action, mutating
from tests.harness.proxy.server import FaultProxy

__all__ = [
    "AcceptFault",
    "Answer",
    "Call",
    "Certificates",
    "CutBody",
    "Delay",
    "Drip",
    "DropAnswer",
    "EmptyPage",
    "Exchange",
    "ExpiredToken",
    "Fault",
    "FaultProxy",
    "Garbage",
    "Hang",
    "HangAtAccept",
    "Html",
    "Identity",
    "Joint",
    "Ledger",
    "OpenStackProxies",
    "PermissionDenied",
    "Refuse",
    "RepeatPage",
    "ReplaceName",
    "Request",
    "ResetAtAccept",
    "ResetMidBody",
    "Rule",
    "Status",
    "Throttled",
    "Together",
    "WrongCertificate",
    "anything",
    "bad_utf8_name",
    "by_action",
    "control_character_name",
    "huge_name",
    "mutating",
]
