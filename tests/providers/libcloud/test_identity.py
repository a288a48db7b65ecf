"""One realm for all accounts of one cloud; grants that change when rights are lost."""

import dataclasses

import pytest

from mcm.contract import PermissionDenied
from tests.harness.replay.cloudstack_estate import Estate
from tests.harness.replay.cloudstack_signing import ADMIN, CALLERS, LIMITED, USER
from tests.providers.libcloud.conftest import Connect, Serve


def test_all_accounts_share_the_realm(serve: Serve, connect: Connect) -> None:
    server = serve()
    seen = [connect(server, caller).check() for caller in CALLERS]
    assert len({one.realm for one in seen}) == 1
    assert seen[0].realm.startswith("libcloud:cloudstack:")
    assert [one.principal for one in seen[:2]] == ["ROOT/admin/root", "ROOT/customers/acme/alice"]
    assert seen[0].version == "4.20.0.0"


def test_the_address_does_not_make_the_realm(serve: Serve, connect: Connect) -> None:
    server = serve()
    assert connect(server).check().realm == connect(server, host="localhost").check().realm


def test_zones_that_come_and_go_do_not_change_the_realm(serve: Serve, connect: Connect) -> None:
    server = serve()
    before = connect(server).check().realm
    server.server.estate.lists["listZones"].clear()
    categories = server.server.estate.lists["listOsCategories"]
    categories[:] = [one for one in categories if one["name"] != "CentOS"]
    assert connect(server).check().realm == before


def test_two_clouds_are_two_realms(serve: Serve, connect: Connect) -> None:
    one, other = serve(), serve()
    for category in other.server.estate.lists["listOsCategories"]:
        category["id"] = category["id"][::-1].replace("-", "")[:32]
        category["id"] = "-".join((category["id"][:8], "0000", "0000", "0000", category["id"][8:20]))
    assert connect(one).check().realm != connect(other).check().realm


def test_clouds_that_number_their_categories_are_known_by_their_address(serve: Serve, connect: Connect) -> None:
    """Numbers are the same everywhere: two clouds must not become one."""
    one, other = serve(), serve()
    for server in (one, other):
        for number, category in enumerate(server.server.estate.lists["listOsCategories"]):
            category["id"] = number + 1
    assert connect(one).check().realm != connect(other).check().realm
    assert connect(one).check().realm == connect(one, USER).check().realm


def test_without_the_categories_there_is_no_realm(serve: Serve, connect: Connect) -> None:
    """A realm that depends on the role would part what is one."""
    server = serve()
    server.server.unknown = frozenset({"listOsCategories"})
    with pytest.raises(PermissionDenied) as raised:
        connect(server).check()
    assert raised.value.permission == "listOsCategories"


def test_missing_commands_are_named(serve: Serve, connect: Connect) -> None:
    server = serve()
    assert connect(server, ADMIN).check().missing == ()
    assert connect(server, LIMITED).check().missing == ("listVolumes", "listHosts", "listClusters", "listStoragePools")


def test_grants_change_with_the_role(serve: Serve, connect: Connect) -> None:
    server = serve()
    provider = connect(server, USER)
    before = provider.check().grants
    assert provider.check().grants == before
    server.server.unknown = frozenset({"listSnapshots"})
    assert provider.check().grants != before
    assert connect(server, LIMITED).check().grants != before


def test_grants_change_with_the_projects_of_a_user(serve: Serve, connect: Connect) -> None:
    """Put out of a project, its instances look deleted; administrators see them all the same."""
    server = serve()
    user, admin = connect(server, USER), connect(server, ADMIN)
    before = user.check().grants, admin.check().grants
    server.server.estate.lists["listProjects"].clear()
    after = user.check().grants, admin.check().grants
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_estates_are_alike() -> None:
    """The recordings and the realm stand on it."""
    assert Estate(instances=3).lists == Estate(instances=3).lists
    assert dataclasses.replace(USER) == USER
