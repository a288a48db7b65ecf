"""CloudMonkey's and cs's files give a configuration."""

from pathlib import Path

import pytest

from mcm.contract import InvalidRequest
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from mcm_providers.libcloud.import_file import read_profile

CLOUDMONKEY = """\
prompt = 🐱
asyncblock = true
profile = prod

[localcloud]
url = http://localhost:8080/client/api
username = admin
password = password

[prod]
url = https://cloud.example:8443/client/api
apikey = the-key
secretkey = the-secret
verifycert = false
"""
CS = """\
[cloudstack]
endpoint = https://api.example/compute
key = the-key
secret = the-secret
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config"
    file.write_text(text)
    return file


def test_cloudmonkey(tmp_path: Path) -> None:
    config, secrets = read_profile(written(tmp_path, CLOUDMONKEY))
    assert config == {
        "driver": "cloudstack",
        "host": "cloud.example",
        "port": 8443,
        "path": "/client/api",
        "secure": True,
        "verify_tls": False,
    }
    assert secrets == {"key": "the-key", "secret": "the-secret"}
    DESCRIPTOR.connection.validated(config, secrets)


def test_cs(tmp_path: Path) -> None:
    config, secrets = read_profile(str(written(tmp_path, CS)))
    assert config == {"driver": "cloudstack", "host": "api.example", "path": "/compute", "secure": True}
    assert secrets["secret"] == "the-secret"


@pytest.mark.parametrize(
    ("text", "profile", "cause"),
    [
        (CLOUDMONKEY, "localcloud", "API key"),
        (CLOUDMONKEY, "absent", "localcloud, prod"),
        ("[a]\nurl = ftp://x\napikey=k\nsecretkey=s\n", "a", "usable url"),
        ("[a]\nurl = https://x:port/\napikey=k\nsecretkey=s\n", "a", "usable port"),
        ("[a\nsecretkey = the-secret\n= \n", "a", "cannot be read"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, text: str, profile: str, cause: str) -> None:
    with pytest.raises(InvalidRequest, match=cause) as raised:
        read_profile(written(tmp_path, text), profile)
    assert "the-secret" not in raised.value.message
