"""Answers that cannot work are refused before any network, with the cure."""

import pytest

from mcm.contract import GLOBAL_REGION, InvalidRequest
from mcm.contract.conformance.context import PlainContext
from mcm_providers.libcloud.adapter import LibcloudProvider
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from mcm_providers.libcloud.settings import read_settings

SECRETS = {"key": "a-key", "secret": "a-secret"}
CLOUDSTACK = {"driver": "cloudstack", "host": "cloud.example"}


@pytest.mark.parametrize(
    ("config", "secrets", "cause"),
    [
        ({"driver": "cloudstack"}, SECRETS, "'host' is required"),
        (CLOUDSTACK, {"key": "a-key"}, "'secret' is required"),
        (CLOUDSTACK | {"port": 70_000}, SECRETS, "'port'"),
        (CLOUDSTACK | {"path": "client/api"}, SECRETS, "'path'"),
        (CLOUDSTACK | {"path": "/client/api?command=x"}, SECRETS, "'path'"),
        (CLOUDSTACK | {"options": "a=b"}, SECRETS, "no 'options'"),
        (CLOUDSTACK | {"options": "tenant"}, SECRETS, "name=value"),
        (CLOUDSTACK | {"options": "api_token=x"}, SECRETS, "must not hold secrets"),
        ({"driver": "nosuchcloud"}, SECRETS, "no compute driver 'nosuchcloud'"),
    ],
)
def test_what_cannot_work(config: dict[str, object], secrets: dict[str, str], cause: str) -> None:
    form = DESCRIPTOR.connection.validated(config, secrets)
    with pytest.raises(InvalidRequest, match=cause):
        LibcloudProvider.connect(form, PlainContext())


def test_defaults() -> None:
    settings = read_settings(DESCRIPTOR.connection.validated({"driver": " CloudStack ", "host": "c"}, SECRETS))
    assert (settings.driver, settings.secure, settings.port, settings.region_id) == (
        "cloudstack",
        True,
        None,
        GLOBAL_REGION,
    )
    assert not settings.allow_unproven


def test_settings_show_no_secret() -> None:
    settings = read_settings(DESCRIPTOR.connection.validated(CLOUDSTACK, SECRETS))
    assert "a-key" not in repr(settings)
    assert "a-secret" not in repr(settings)
