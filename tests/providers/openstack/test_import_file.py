"""clouds.yaml, as people have it."""

from pathlib import Path

import pytest

from mcm.contract import InvalidRequest
from mcm_providers.openstack.descriptor import DESCRIPTOR
from mcm_providers.openstack.import_file import read_cloud
from mcm_providers.openstack.settings import Settings

TWO = """
clouds:
  prod: &prod
    region_name: RegionOne
    auth: &auth {auth_url: https://keystone.example/v3, username: u, password: pw-of-prod, project_name: p,
                 user_domain_name: Default, project_domain_name: Default}
    compute_api_version: "2.1"
    networks: [{name: ext, routes_externally: true}]
    verify: false
    cacert: ca.pem
  staging:
    <<: *prod
    auth: {<<: *auth, project_name: staging}
    regions: [one, {name: two, values: {networks: []}}]
"""


def write(folder: Path, text: str, name: str = "clouds.yaml") -> str:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_cloud_with_its_secret(tmp_path: Path) -> None:
    config, secrets = read_cloud(write(tmp_path, TWO), "prod")
    assert config == {
        "auth.auth_url": "https://keystone.example/v3",
        "auth.username": "u",
        "auth.project_name": "p",
        "auth.user_domain_name": "Default",
        "auth.project_domain_name": "Default",
        "region_name": "RegionOne",
        "verify": False,
        "cacert": str(tmp_path / "ca.pem"),
    }
    assert secrets == {"auth.password": "pw-of-prod"}


def test_the_answer_fits_the_form(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    settings = Settings.from_form(DESCRIPTOR.connection.validated(*read_cloud(write(tmp_path, TWO), "prod")))
    assert settings.verify is False
    assert settings.secrets == {"password": "pw-of-prod"}


def test_merged_keys_and_regions(tmp_path: Path) -> None:
    config, _ = read_cloud(write(tmp_path, TWO.replace("    region_name: RegionOne\n", "")), "staging")
    assert config["auth.project_name"] == "staging"
    assert config["region_name"] == ["one", "two"]


def test_secrets_from_the_file_beside(tmp_path: Path) -> None:
    path = write(tmp_path, "clouds: {a: {auth: {auth_url: https://k.example, username: u, project_name: p}}}")
    write(tmp_path, "clouds: {a: {auth: {password: from-secure}}}", "secure.yaml")
    assert read_cloud(path, "")[1] == {"auth.password": "from-secure"}


def test_a_profile_from_the_file_beside(tmp_path: Path) -> None:
    path = write(tmp_path, "clouds: {a: {profile: acme, auth: {username: u, password: s, project_name: p}}}")
    with pytest.raises(InvalidRequest, match=r"clouds-public\.yaml"):
        read_cloud(path, "a")
    acme = "public-clouds: {acme: {region_name: eu, auth: {auth_url: https://acme.example}}}"
    write(tmp_path, acme, "clouds-public.yaml")
    config, _ = read_cloud(path, "a")
    assert (config["auth.auth_url"], config["region_name"]) == ("https://acme.example", "eu")


def test_an_application_credential(tmp_path: Path) -> None:
    text = """
clouds:
  openstack:
    auth_type: v3applicationcredential
    auth: {auth_url: https://k.example, application_credential_id: abc, application_credential_secret: def}
"""
    config, secrets = read_cloud(write(tmp_path, text), "")
    assert config["auth_type"] == "v3applicationcredential"
    assert secrets == {"auth.application_credential_secret": "def"}


@pytest.mark.parametrize(
    ("text", "profile", "says"),
    [
        (TWO, "", "say which with --profile: prod, staging"),
        (TWO, "test", "no cloud 'test'; it has prod, staging"),
        ("clouds: [", "a", "not valid YAML at line 1"),
        ("- a\n- b", "a", "not a list of clouds"),
        ("cloud: {}", "a", "no section 'clouds'"),
        ("clouds: {a: {}}", "a", "no section 'auth'"),
        ("clouds: {a: {auth: {auth_url: https://k, passcode: 1}}}", "a", "'auth.passcode', which is not supported"),
        ("clouds: {a: {cert: /x.pem, auth: {auth_url: https://k}}}", "a", "client certificate"),
    ],
)
def test_refusals(tmp_path: Path, text: str, profile: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        read_cloud(write(tmp_path, text), profile)


def test_a_broken_file_does_not_show_its_password(tmp_path: Path) -> None:
    path = write(tmp_path, "clouds:\n  a:\n    auth: {password: hunter2-hunter2, : : [}\n")
    with pytest.raises(InvalidRequest) as refused:
        read_cloud(path, "a")
    assert "hunter2" not in refused.value.message
    assert refused.value.__cause__ is None


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_cloud(str(tmp_path / "clouds.yaml"), "a")
