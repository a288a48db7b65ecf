"""The adapter against recorded CloudStack traffic: nothing listens, nothing is dialled."""

from urllib.parse import parse_qs, urlsplit

import pytest

from mcm.contract import ResourceKind
from mcm.contract.conformance.checks import resource_problems
from tests.harness.replay.cloudstack_estate import OWNERS
from tests.harness.replay.cloudstack_signing import CALLERS
from tests.providers.libcloud.recording import (
    CASSETTES,
    GLOBAL,
    INSTANCES,
    PAGE_CAP,
    cassette,
    connected,
    read_all,
)

K = ResourceKind
# Those of the account and of its project; the neighbour's are not shown.
MINE = sum(OWNERS[number % len(OWNERS)] != "globex" for number in range(INSTANCES))


def test_the_whole_account() -> None:
    with cassette("account") as tape, connected() as (provider, context):
        found = read_all(provider)
        assert context.dialled == 0
        assert context.calls == tape.play_count > 20
    assert len(found[K.INSTANCE]) == MINE > 2 * PAGE_CAP
    assert len({one.native_id for one in found[K.INSTANCE]}) == MINE
    assert set(found) == set(ResourceKind) & {
        *(K.INSTANCE, K.VOLUME, K.SNAPSHOT, K.PUBLIC_IP, K.NETWORK, K.SECURITY_GROUP, K.KEYPAIR),
        *(K.IMAGE, K.FLAVOR, K.ZONE, K.PROJECT),
    }
    problems = [
        problem for kind, ones in found.items() for one in ones for problem in resource_problems(one, kind, "global")
    ]
    assert problems == []


def test_what_was_recorded_has_pages() -> None:
    """More than one page of instances, after the size that the cloud allows was learnt."""
    with cassette("account") as tape:
        asked = [parse_qs(urlsplit(request.uri).query) for request in tape.requests]
    sizes = [one["pagesize"] for one in asked if "pagesize" in one]
    assert sizes.count(["500"]) == 1
    assert sizes.count([str(PAGE_CAP)]) == len(sizes) - 2
    pages = [one["page"] for one in asked if one["command"] == ["listVirtualMachines"] and "listall" in one]
    assert pages[:2] == [["1"], ["2"]]


def test_one_was_gone() -> None:
    with cassette("account"), connected() as (provider, _):
        read_all(provider)
        refs = [one.ref for one in provider.collect(K.INSTANCE, GLOBAL)][:5]
        seen = provider.observe(refs)
    assert [seen[ref] is None for ref in refs] == [True, False, False, False, False]


@pytest.mark.parametrize("file", sorted(CASSETTES.glob("*.json")), ids=lambda file: file.stem)
def test_cassettes_hold_no_secret(file: object) -> None:
    text = CASSETTES.joinpath(str(file)).read_text()
    for secret in (*(caller.api_key for caller in CALLERS), *(caller.secret for caller in CALLERS)):
        assert secret not in text
    for word in ("apiKey=", "signature=", "expires=", "Passw0rd", "mirror-pass", "smb-pass", "host-pass", "127.0.0.1"):
        assert word not in text
