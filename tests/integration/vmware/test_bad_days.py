"""What goes wrong between the adapter and a real server: the fault proxy stands in between."""

from collections.abc import Iterator

import pytest

from mcm.contract import (
    AuthenticationFailed,
    FeedExpired,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceKind,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness.proxy import (
    CutBody,
    DropAnswer,
    EmptyPage,
    ExpiredToken,
    Fault,
    FaultProxy,
    Garbage,
    Hang,
    Html,
    RepeatPage,
    Status,
    Throttled,
    bad_utf8_name,
    by_action,
    control_character_name,
    huge_name,
)
from tests.harness.proxy import PermissionDenied as Denied
from tests.harness.vcsim import VcsimServer
from tests.integration.vmware.conftest import Connect
from tests.integration.vmware.operator import Operator
from tests.integration.vmware.paging import FIRST, NEXT, Paged

pytestmark = pytest.mark.vcsim
INSTANCE = ResourceKind.INSTANCE


@pytest.fixture
def proxy(vcsim: VcsimServer) -> Iterator[FaultProxy]:
    with FaultProxy(f"https://{vcsim.host}:{vcsim.port}", tls=True) as standing:
        yield standing


@pytest.fixture
def through(connect: Connect, proxy: FaultProxy) -> VmwareProvider:
    return connect(port=proxy.port, ca_file=str(proxy.ca_file))


def count(provider: VmwareProvider) -> int:
    return sum(1 for region in provider.regions() for _ in provider.collect(INSTANCE, region))


def test_wrong_password(connect: Connect) -> None:
    with pytest.raises(AuthenticationFailed):
        connect(password="wrong-canary-0003").check()


def test_an_untrusted_certificate(connect: Connect) -> None:
    with pytest.raises(Unreachable, match="verify_tls"):
        connect(ca_file="").check()
    assert connect(ca_file="", verify_tls=False).check().realm.startswith("vmware:")


def test_two_accounts_share_a_realm(connect: Connect) -> None:
    assert connect().check().realm == connect().check().realm


def test_nothing_but_reads_reaches_the_cloud(through: VmwareProvider, proxy: FaultProxy) -> None:
    region = through.regions()[0]
    through.check()
    for kind in sorted(region.kinds):
        through.observe([one.ref for one in list(through.collect(kind, region))[:2]])
    through.changes(INSTANCE, region, through.open_feed(INSTANCE, region))
    through.close()
    own = {"Login", "Logout", "CreateContainerView", "DestroyView", "CreatePropertyCollector", "CreateFilter"}
    foreign = [call.action for call in proxy.ledger.effects() if call.action not in own]
    assert [action for action in foreign if action] == []


def test_pages_make_the_same_listing(through: VmwareProvider, connect: Connect, proxy: FaultProxy) -> None:
    paged = Paged(2)
    proxy.rule(by_action(FIRST, NEXT), paged)
    whole = {one.native_id for region in connect().regions() for one in connect().collect(INSTANCE, region)}
    found = [one.native_id for region in through.regions() for one in through.collect(INSTANCE, region)]
    assert sorted(found) == sorted(whole)
    assert paged.pages > 2


@pytest.mark.parametrize("fault", [EmptyPage(more=True), RepeatPage(), RepeatPage(advance=True)])
def test_pages_gone_wrong_are_no_listing(
    through: VmwareProvider, vcsim: VcsimServer, proxy: FaultProxy, connect: Connect, fault: Fault
) -> None:
    proxy.rule(by_action(FIRST, NEXT), Paged(2))
    with FaultProxy(proxy.url, tls=True) as outer:
        outer.rule(by_action(FIRST, NEXT), fault)
        provider = connect(port=outer.port, ca_file=str(outer.ca_file))
        with pytest.raises(UnexpectedResponse):
            count(provider)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Throttled(retry_after_s=3), RateLimited),
        (Throttled(retry_after_s=3, as_date=True), RateLimited),
        (Status(500), Unreachable),
        (Status(502), Unreachable),
        (Status(503), Unreachable),
        (Status(504), Unreachable),
        (Html(), UnexpectedResponse),
        (Html(code=502), Unreachable),
        (Garbage(), UnexpectedResponse),
        (CutBody(), (UnexpectedResponse, Unreachable)),
        (Denied(), PermissionDenied),
        (bad_utf8_name(), UnexpectedResponse),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Fault) else "",
)
def test_a_fault_in_a_listing_is_an_error_and_passes(
    through: VmwareProvider,
    proxy: FaultProxy,
    fault: Fault,
    error: type[ProviderError] | tuple[type[ProviderError], ...],
) -> None:
    region = through.regions()[0]
    expected = len(list(through.collect(INSTANCE, region)))
    # The listing itself is the last of several retrievals, those of host names and custom attributes come before it.
    rule = proxy.rule(lambda request: b"config.instanceUuid" in request.body, fault, times=1)
    with pytest.raises(error):
        list(through.collect(INSTANCE, region))
    assert rule.struck == 1
    assert len(list(through.collect(INSTANCE, region))) == expected


def test_an_answer_that_is_lost_once_is_asked_for_again_and_twice_is_an_error(
    through: VmwareProvider, proxy: FaultProxy
) -> None:
    expected = count(through)
    rule = proxy.rule(by_action(FIRST), DropAnswer(), times=1)
    assert count(through) == expected
    assert rule.struck == 1
    proxy.rule(by_action(FIRST), DropAnswer())
    with pytest.raises(Unreachable):
        count(through)


def test_a_lost_answer_of_the_feed_is_never_asked_for_again(through: VmwareProvider, proxy: FaultProxy) -> None:
    """The server takes the second question for the confirmation of the first answer."""
    region = through.regions()[0]
    cursor = through.open_feed(INSTANCE, region)
    rule = proxy.rule(by_action("WaitForUpdatesEx"), DropAnswer())
    with pytest.raises(Unreachable):
        through.changes(INSTANCE, region, cursor)
    assert rule.struck == 1
    with pytest.raises(FeedExpired):
        through.changes(INSTANCE, region, cursor)


def test_a_name_with_control_characters_is_kept_as_it_is(through: VmwareProvider, proxy: FaultProxy) -> None:
    region = through.regions()[0]
    rule = proxy.rule(lambda request: b"config.instanceUuid" in request.body, control_character_name(), times=1)
    names = [one.name for one in through.collect(INSTANCE, region)]
    assert rule.struck == 1
    assert any("\u202e" in name for name in names)


def test_a_huge_name_is_cut_to_size_or_refused(through: VmwareProvider, proxy: FaultProxy) -> None:
    region = through.regions()[0]
    proxy.rule(lambda request: b"config.instanceUuid" in request.body, huge_name())
    try:
        names = [one.name for one in through.collect(INSTANCE, region)]
    except UnexpectedResponse:
        return
    assert max(map(len, names)) <= 1024


def test_an_expired_session_is_renewed_once(through: VmwareProvider, proxy: FaultProxy) -> None:
    expected = count(through)
    rule = proxy.rule(by_action("CreateContainerView"), ExpiredToken(), times=1)
    assert count(through) == expected
    assert rule.struck == 1


def test_a_session_ended_by_an_administrator_is_renewed(provider: VmwareProvider, operator: Operator) -> None:
    expected = count(provider)
    key = provider._session.key
    operator.content.sessionManager.TerminateSession([key])
    assert count(provider) == expected
    assert provider._session.key not in ("", key)


def test_no_session_is_left_behind(connect: Connect, operator: Operator) -> None:
    def sessions() -> set[str]:
        return {one.key for one in operator.content.sessionManager.sessionList or ()}

    before = sessions()
    provider = connect()
    count(provider)
    with pytest.raises(AuthenticationFailed):
        connect(password="wrong-canary-0003").check()
    during = sessions() - before
    provider.close()
    assert sessions() - before == set()
    assert during in (set(), {provider._session.key or next(iter(during), "")})


def test_the_deadline_ends_a_stuck_read(vcsim: VcsimServer, connect: Connect) -> None:
    with FaultProxy(f"https://{vcsim.host}:{vcsim.port}", tls=True) as proxy:
        context = PlainContext(300.0)
        provider = connect(context, port=proxy.port, ca_file=str(proxy.ca_file))
        region = provider.regions()[0]
        proxy.rule(by_action(FIRST), Hang())
        context.arm(1.0)
        with pytest.raises(Unreachable):
            list(provider.collect(INSTANCE, region))
        proxy.clear()
        context.arm(300.0)
        assert list(provider.collect(INSTANCE, region))
