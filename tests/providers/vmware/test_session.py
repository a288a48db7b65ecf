"""Signing in late, once more when the session has ended, and out in any case."""

from typing import Any

import pytest

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    PermissionDenied,
    ResourceKind,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.identity import _principal
from tests.providers.vmware.answers import (
    SESSION,
    Asked,
    Reply,
    Script,
    answer,
    content,
    fault,
    login,
    machine,
    missing,
    page,
)
from tests.providers.vmware.vcenter import DATACENTER, PASSWORD, Vcenter

RETRIEVE = "RetrievePropertiesEx"
_DATACENTERS = page([content("Datacenter", "datacenter-2", {"name": "DC0", "parent": ("Folder", "group-d1")})])


def test_nothing_is_asked_before_it_is_needed() -> None:
    with Vcenter() as vcenter:
        vcenter.connect().close()
        assert not vcenter.asked


def test_one_session_serves_many_calls_and_is_ended() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        provider = vcenter.connect()
        for _ in range(3):
            provider.regions()
        assert (vcenter.counts["Login"], vcenter.counts[RETRIEVE]) == (1, 3)
        assert all(SESSION in asked.headers["Cookie"] for asked in vcenter.bodies(RETRIEVE))
        provider.close()
        provider.close()
        assert vcenter.counts["Logout"] == 1


def test_the_api_version_is_the_servers() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        vcenter.connect().regions()
        assert vcenter.bodies(RETRIEVE)[0].headers["SOAPAction"] == '"urn:vim25/8.0.2.0"'


def test_an_ended_session_is_replaced_once() -> None:
    ended = fault("NotAuthenticated", "The session is not authenticated.")
    with Vcenter({RETRIEVE: [_DATACENTERS, ended, _DATACENTERS], "Login": [login("one"), login("two")]}) as vcenter:
        provider = vcenter.connect()
        provider.regions()
        assert [one.name for one in provider.regions()] == ["DC0"]
        assert vcenter.counts["Login"] == 2
        assert "two" in vcenter.bodies(RETRIEVE)[-1].headers["Cookie"]


def test_an_ended_session_may_show_as_unreadable_properties() -> None:
    refused = missing("name", "NotAuthenticated")
    ended = page([content("Datacenter", "datacenter-2", {}, refused)])
    with Vcenter({RETRIEVE: [_DATACENTERS, ended, _DATACENTERS]}) as vcenter:
        provider = vcenter.connect()
        provider.regions()
        assert [one.name for one in provider.regions()] == ["DC0"]
        assert vcenter.counts["Login"] == 2


def test_a_session_that_never_holds_is_not_asked_for_again_and_again() -> None:
    with Vcenter({RETRIEVE: fault("NotAuthenticated")}) as vcenter:
        provider = vcenter.connect()
        with pytest.raises(Unreachable):
            provider.regions()
        assert vcenter.counts["Login"] == 2


def test_a_view_is_made_again_in_the_new_session() -> None:
    made = answer("CreateContainerView", '<returnval type="ContainerView">view-2</returnval>')
    script: Script = {
        "CreateContainerView": [fault("NotAuthenticated"), made],
        RETRIEVE: lambda asked: page([machine(1)] if "view-2" in asked.body else []),
    }
    with Vcenter(script) as vcenter:
        provider = vcenter.connect()
        provider.regions()
        assert len(list(provider.collect(ResourceKind.INSTANCE, DATACENTER))) == 1
        assert vcenter.counts["Login"] == 2


@pytest.mark.parametrize("name", ["InvalidLogin", "PasswordExpired"])
def test_refused_credentials(name: str) -> None:
    with Vcenter({"Login": fault(name, "Cannot complete login due to an incorrect user name or password.")}) as vcenter:
        provider = vcenter.connect()
        with pytest.raises(AuthenticationFailed) as caught:
            provider.check()
        # To an API version that does not know it, the SDK shows a fault as the one it derives from.
        assert caught.value.native_code in (name, "InvalidLogin")
        assert PASSWORD not in str(caught.value)
        provider.close()
        assert vcenter.counts["Login"] == 1, "repeating may lock the user out"
        assert vcenter.counts["Logout"] == 0


def test_a_user_without_any_right() -> None:
    inside = '<object type="Folder">group-d1</object><privilegeId>System.View</privilegeId>'
    with Vcenter({"Login": fault("NoPermission", "Permission denied", inside)}) as vcenter:
        with pytest.raises(PermissionDenied) as caught:
            vcenter.connect().check()
        assert caught.value.permission == "System.View"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html><body>Welcome</body></html>", content_type="text/html"),
        Reply(b"<!DOCTYPE html><html>", status=404, content_type="text/html"),
        Reply(b"{}", content_type="application/json"),
        Reply(b"<a/>"),
        Reply(b"not xml at all"),
        Reply(b""),
        answer("Login"),
        answer("Login", "<returnval><key>k</key></returnval>"),
        Reply(login().body),
        Reply(login().body, headers={"Set-Cookie": "other=1"}),
        Reply(login().body[:400]),
        answer("Login", '<returnval xsi:type="VirtualMachine">x</returnval>'),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:12]!r}",
)
def test_answers_that_are_no_session(reply: Reply) -> None:
    with Vcenter({"Login": reply}) as vcenter, pytest.raises(UnexpectedResponse):
        vcenter.connect().check()


def test_a_service_content_that_is_none() -> None:
    for reply in (answer("RetrieveServiceContent"), Reply(b"<html/>", content_type="text/html")):
        with Vcenter({"RetrieveServiceContent": reply}) as vcenter, pytest.raises(UnexpectedResponse):
            vcenter.connect().check()


def test_the_session_ends_also_after_the_deadline() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        context = PlainContext()
        provider = vcenter.connect(context)
        provider.regions()
        context.arm(0.0)
        provider.close()
        assert vcenter.counts["Logout"] == 1


def test_closing_never_raises() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS, "Logout": Reply(b"", 500)}) as vcenter:
        provider = vcenter.connect()
        provider.regions()
        provider.close()
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        provider = vcenter.connect()
        provider.regions()
    provider.close()


@pytest.mark.parametrize(
    ("config", "word"), [({"port": 0}, "port"), ({"port": 70000}, "port"), ({"ca_file": "no/such/file.pem"}, "CA file")]
)
def test_a_form_that_cannot_work(config: dict[str, Any], word: str) -> None:
    with Vcenter() as vcenter, pytest.raises(InvalidRequest, match=word):
        vcenter.connect(**config).check()


def test_identity_names_what_is_missing() -> None:
    def privileges(asked: Asked) -> Reply:
        held = "".join(
            f"<privAvailability><privId>{name}</privId><isGranted>{granted}</isGranted></privAvailability>"
            for name, granted in (("System.View", "true"), ("System.Read", "false"))
        )
        inside = f'<returnval><entity type="Datacenter">datacenter-2</entity>{held}</returnval>'
        assert asked.value("sessionId") == SESSION
        return answer("HasPrivilegeOnEntities", inside)

    script: Script = {RETRIEVE: _DATACENTERS, "HasPrivilegeOnEntities": privileges}
    with Vcenter(script) as vcenter:
        identity = vcenter.connect().check()
    assert identity.realm == "vmware:11111111-2222-3333-4444-555555555555"
    assert identity.principal == "VSPHERE.LOCAL\\mcm"
    assert identity.missing == ("System.Read on DC0",)
    assert identity.grants.startswith("2 privileges"), "all that this server tells"


def test_a_server_that_tells_nothing_of_rights() -> None:
    with Vcenter({RETRIEVE: _DATACENTERS}) as vcenter:
        identity = vcenter.connect().check()
    assert (identity.grants, identity.missing) == ("", ())


@pytest.mark.parametrize(
    ("said", "given", "shown"),
    [
        ("VSPHERE.LOCAL\\mcm", "mcm@vsphere.local", "VSPHERE.LOCAL\\mcm"),
        ("mcm@vsphere.local", "mcm@vsphere.local", "VSPHERE.LOCAL\\mcm"),
        ("VSPHERE.LOCAL\\mcm", "VSPHERE.LOCAL\\mcm", "V…"),
        ("operator", "operator", "o…"),
        ("root", "", "root"),
    ],
)
def test_the_user_name_is_a_secret_and_shown_only_as_the_server_writes_it(said: str, given: str, shown: str) -> None:
    assert _principal(said, given) == shown


def test_grants_change_with_the_rights() -> None:
    def granting(*names: str) -> Reply:
        held = "".join(f"<privileges>{name}</privileges>" for name in names)
        inside = f'<returnval><entity type="Folder">group-d1</entity>{held}</returnval>'
        return answer("FetchUserPrivilegeOnEntities", inside)

    def grants(reply: Reply) -> str:
        with Vcenter({RETRIEVE: _DATACENTERS, "FetchUserPrivilegeOnEntities": reply}) as vcenter:
            return vcenter.connect().check().grants

    both, other_order = granting("System.View", "System.Read"), granting("System.Read", "System.View")
    assert grants(both) == grants(other_order) != ""
    assert grants(both) != grants(granting("System.View"))


def test_a_host_without_vcenter_is_its_own_realm() -> None:
    def alone(asked: Asked) -> Reply:
        with Vcenter() as other:
            whole = other.answer(Asked("RetrieveServiceContent", "", {})).body
        uuid = b"<instanceUuid>11111111-2222-3333-4444-555555555555</instanceUuid>"
        assert uuid in whole
        return Reply(whole.replace(uuid, b"").replace(b"VirtualCenter", b"HostAgent"))

    def retrieve(asked: Asked) -> Reply:
        if "hardware.systemInfo.uuid" in asked.body:
            return page([content("HostSystem", "ha-host", {"hardware.systemInfo.uuid": "4c4c4544-0000"})])
        return _DATACENTERS

    with Vcenter({"RetrieveServiceContent": alone, RETRIEVE: retrieve}) as vcenter:
        assert vcenter.connect().check().realm == "vmware:4c4c4544-0000"


def test_datacenters_in_folders_have_their_path_and_none_is_still_a_region() -> None:
    nested = page(
        [
            content("Folder", "group-d1", {"name": "Datacenters"}),
            content("Folder", "group-d9", {"name": "Asia%2fPacific", "parent": ("Folder", "group-d1")}),
            content("Datacenter", "datacenter-3", {"name": "DC1", "parent": ("Folder", "group-d9")}),
            content("Datacenter", "datacenter-2", {"name": "DC0", "parent": ("Folder", "group-d1")}),
        ]
    )
    with Vcenter({RETRIEVE: [nested, page([content("Folder", "group-d1", {"name": "Datacenters"})])]}) as vcenter:
        provider = vcenter.connect()
        assert [(one.native_id, one.name) for one in provider.regions()] == [
            ("datacenter-3", "Asia/Pacific/DC1"),
            ("datacenter-2", "DC0"),
        ]
        (nowhere,) = provider.regions()
        assert (nowhere.native_id, nowhere.kinds) == ("global", frozenset())
