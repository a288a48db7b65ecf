"""AWS's own credentials and config files."""

from pathlib import Path

import pytest

from mcm.contract import InvalidRequest
from mcm_providers.aws.descriptor import DESCRIPTOR
from mcm_providers.aws.import_file import read_profile

CREDENTIALS = """\
# a comment
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = default/secret+key%with=signs

[prod]
aws_access_key_id=AKIAPROD
aws_secret_access_key=prod-secret
aws_session_token=prod-token
region = eu-west-1
"""
CONFIG = """\
[default]
region = eu-central-1
output = json
s3 =
  addressing_style = path

[profile prod]
region = us-east-1
endpoint_url = https://aws.example:4566
ca_bundle = /etc/ssl/own.pem

[profile sso]
sso_session = corp
region = eu-central-1

[sso-session corp]
sso_start_url = https://corp.example/start
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "credentials").write_text(CREDENTIALS)
    (tmp_path / "config").write_text(CONFIG)
    return tmp_path


def test_the_default_profile_with_the_region_of_the_config_beside(folder: Path) -> None:
    config, secrets = read_profile(str(folder / "credentials"))
    assert config == {"region": "eu-central-1"}
    assert secrets == {"access_key_id": "AKIADEFAULT", "secret_access_key": "default/secret+key%with=signs"}
    assert DESCRIPTOR.connection.validated(config, secrets).text("region") == "eu-central-1"


def test_a_named_profile_and_the_credentials_file_wins(folder: Path) -> None:
    config, secrets = read_profile(str(folder / "credentials"), "prod")
    assert config == {
        "region": "eu-west-1",
        "endpoint_url": "https://aws.example:4566",
        "ca_file": "/etc/ssl/own.pem",
    }
    assert secrets["session_token"] == "prod-token"


def test_only_the_named_file_when_it_is_another(folder: Path) -> None:
    (folder / "credentials").rename(folder / "keys.ini")
    config, _ = read_profile(str(folder / "keys.ini"))
    assert config == {}


def test_a_config_file_that_holds_the_keys(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "[profile one]\naws_access_key_id = AKIAONE\naws_secret_access_key = one\nregion = eu-north-1\n"
    )
    config, secrets = read_profile(str(tmp_path / "config"), "one")
    assert config == {"region": "eu-north-1"}
    assert secrets == {"access_key_id": "AKIAONE", "secret_access_key": "one"}


@pytest.mark.parametrize(
    ("profile", "said"),
    [("nobody", "it has: default, prod, sso"), ("sso", "sso_session")],
)
def test_what_is_missing_is_said(folder: Path, profile: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        read_profile(str(folder / "credentials"), profile)


@pytest.mark.parametrize(
    "text", ["aws_secret_access_key = canary\n", "[default\naws_secret_access_key = canary", "\x00"]
)
def test_a_broken_file_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "credentials").write_text(text)
    with pytest.raises(InvalidRequest) as caught:
        read_profile(str(tmp_path / "credentials"))
    assert "canary" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_profile(str(tmp_path / "credentials"))
    (tmp_path / "credentials").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_profile(str(tmp_path / "credentials"))


def test_a_half_pair_is_refused(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = AKIAHALF\n")
    with pytest.raises(InvalidRequest, match="aws_secret_access_key"):
        read_profile(str(tmp_path / "credentials"))
