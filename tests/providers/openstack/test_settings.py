"""The connection form: names as in clouds.yaml, and refusals that say what to change."""

from pathlib import Path

import pytest

from mcm.contract import ConnectionForm, InvalidRequest
from mcm_providers.openstack.credentials import plugin
from mcm_providers.openstack.descriptor import DESCRIPTOR
from mcm_providers.openstack.settings import Settings, realm_of_address

SCHEMA = DESCRIPTOR.connection
DOTTED: dict[str, object] = {"auth.auth_url": "https://c.example:5000", "auth.username": "u", "auth.project_name": "p"}
PLAIN: dict[str, object] = {"auth_url": "https://c.example:5000", "username": "u", "project_name": "p"}
NESTED: dict[str, object] = {"auth": {"auth_url": "https://c.example:5000", "username": "u", "project_name": "p"}}


@pytest.mark.parametrize("config", [DOTTED, PLAIN, NESTED])
@pytest.mark.parametrize("secrets", [{"auth.password": "s"}, {"password": "s"}])
def test_all_ways_to_write_the_keys(config: dict[str, object], secrets: dict[str, str]) -> None:
    checked = Settings.from_form(SCHEMA.validated(config, secrets))
    unchecked = Settings.from_form(ConnectionForm(config, secrets))
    assert checked == unchecked
    assert checked.auth_url == "https://c.example:5000/v3"
    assert checked.auth == {"username": "u", "project_name": "p"}
    assert checked.secrets == {"password": "s"}


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (PLAIN | {"usrname": "x"}, "unknown configuration key 'usrname'.*known keys: auth.auth_url"),
        (PLAIN | {"auth.usernam": "x"}, "did you mean 'auth.username'"),
        (PLAIN | {"password": "x"}, "give it as --secret"),
        (PLAIN | {"auth.username": "other"}, "say different things"),
        ({"username": "u"}, "auth.auth_url"),
        (PLAIN | {"auth_url": "c.example"}, "https://"),
        (PLAIN | {"auth_url": "ftp://c.example"}, "https://"),
    ],
)
def test_refused_by_the_schema(config: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        SCHEMA.validated(config, {"password": "s"})


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (PLAIN | {"identity_api_version": "2.0"}, "only version 3"),
        (PLAIN | {"auth_url": "https://c.example:5000/v2.0"}, "end it with /v3"),
        (PLAIN | {"auth_url": "https://u:p@c.example:5000"}, "must not hold a user"),
        (PLAIN | {"interface": "secret"}, "admin, internal, public"),
        (PLAIN | {"cacert": "/nowhere/ca.pem"}, "not a file"),
        (PLAIN | {"auth_type": "v3oidcpassword"}, "known: "),
        (PLAIN | {"domain_name": "d"}, "cannot be given together"),
        (PLAIN | {"system_scope": "all"}, "cannot be given together"),
        ({"auth_url": "https://c.example"}, "auth.username"),
        (PLAIN | {"auth_type": "token"}, "auth.token"),
        (PLAIN | {"auth_type": "v3applicationcredential"}, "auth.application_credential_secret"),
    ],
)
def test_refused_with_the_key_and_the_cure(config: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        plugin(Settings.from_form(SCHEMA.validated(config, {"password": "s"})))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://c.example:5000", "https://c.example:5000/v3"),
        ("https://c.example:5000/", "https://c.example:5000/v3"),
        ("https://c.example:5000/v3/", "https://c.example:5000/v3"),
        ("https://c.example/identity", "https://c.example/identity/v3"),
        ("https://c.example/identity/v3", "https://c.example/identity/v3"),
    ],
)
def test_addresses_of_keystone(given: str, meant: str) -> None:
    assert Settings.from_form(ConnectionForm(PLAIN | {"auth_url": given}, {})).auth_url == meant


def test_one_address_in_several_ways_is_one_realm() -> None:
    same = {"https://C.example/v3", "https://c.example:443/v3", "https://c.EXAMPLE/v3"}
    assert {realm_of_address(url) for url in same} == {"c.example"}
    assert realm_of_address("http://c.example:5000/v3") == "c.example:5000"
    assert realm_of_address("http://c.example/identity/v3") == "c.example/identity"


def test_regions_as_a_list_or_one() -> None:
    def regions(given: object) -> tuple[str, ...]:
        return Settings.from_form(SCHEMA.validated(PLAIN | {"region_name": given}, {})).regions

    assert regions("one") == ("one",)
    assert regions("one, two") == ("one", "two")
    assert regions(["one", "two", "one"]) == ("one", "two")
    assert Settings.from_form(SCHEMA.validated(PLAIN | {"regions": ["x"]}, {})).regions == ("x",)


def test_verify_and_cacert(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("x")
    settings = Settings.from_form(SCHEMA.validated(PLAIN | {"verify": "false", "cacert": str(ca)}, {}))
    assert (settings.verify, settings.ca_file) == (False, str(ca))
    assert Settings.from_form(SCHEMA.validated(PLAIN, {})).verify is True


def test_secrets_are_not_printed() -> None:
    settings = Settings.from_form(SCHEMA.validated(PLAIN, {"password": "correct-horse"}))
    assert "correct-horse" not in repr(settings)


def methods(config: dict[str, object], secrets: dict[str, str]) -> list[str]:
    made = plugin(Settings.from_form(SCHEMA.validated(config, secrets)))
    return [type(method).__name__ for method in made.auth_methods]


def test_kinds_of_credentials_are_taken_from_the_keys() -> None:
    url: dict[str, object] = {"auth_url": "https://c.example"}
    secret = {"auth.application_credential_secret": "s"}
    assert methods(PLAIN, {"password": "s"}) == ["PasswordMethod"]
    assert methods(url | {"project_id": "p"}, {"token": "t"}) == ["TokenMethod"]
    assert methods(url | {"application_credential_id": "i"}, secret) == ["ApplicationCredentialMethod"]
    by_name = url | {"application_credential_name": "n", "username": "u", "user_domain_name": "d"}
    assert methods(by_name, secret) == ["ApplicationCredentialMethod"]


def test_a_name_without_a_domain_is_of_the_default_one() -> None:
    made = plugin(Settings.from_form(SCHEMA.validated(PLAIN, {"password": "s"})))
    assert made.project_domain_id == "default"
    assert made.auth_methods[0].user_domain_id == "default"
    other = plugin(Settings.from_form(SCHEMA.validated(PLAIN | {"default_domain_name": "corp"}, {"password": "s"})))
    assert (other.project_domain_id, other.project_domain_name) == (None, "corp")
