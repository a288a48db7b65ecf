"""The signature, held to the documentation's worked example."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mcm_providers.alibaba.signing import Key, Request, canonical_query, headers

# https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature (fixed parameters)
PUBLISHED = Request(
    "POST", "ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26",
    {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
    datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC), "3156853299f313e23d1673dc12e1703d",
)  # fmt: skip
PUBLISHED_KEY = Key("YourAccessKeyId", "YourAccessKeySecret")
_SIGNED = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"


def test_the_published_example() -> None:
    made = headers(PUBLISHED, PUBLISHED_KEY)
    assert made["x-acs-date"] == "2023-10-26T10:22:32Z"
    assert made["Authorization"] == (
        f"ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={_SIGNED},"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize(
    "other",
    [
        PUBLISHED._replace(method="GET"),
        PUBLISHED._replace(host="ecs.aliyuncs.com"),
        PUBLISHED._replace(nonce="another"),
        PUBLISHED._replace(params={**PUBLISHED.params, "RegionId": "cn-hangzhou"}),
    ],
)
def test_whatever_is_sent_is_signed(other: Request) -> None:
    assert headers(other, PUBLISHED_KEY)["Authorization"] != headers(PUBLISHED, PUBLISHED_KEY)["Authorization"]


def test_a_time_of_any_zone_is_told_in_utc() -> None:
    elsewhere = PUBLISHED._replace(at=PUBLISHED.at.astimezone(timezone(timedelta(hours=8))))
    assert headers(elsewhere, PUBLISHED_KEY) == headers(PUBLISHED, PUBLISHED_KEY)


def test_a_security_token_is_signed_too() -> None:
    made = headers(PUBLISHED, PUBLISHED_KEY._replace(token="of a while"))
    assert made["x-acs-security-token"] == "of a while"
    assert "x-acs-security-token;x-acs-signature-nonce" in made["Authorization"]


def test_parameters_are_sorted_and_encoded() -> None:
    params = {"b": "a b*c+d/e=f&g~h", "DataDisk.1.Size": "20", "a": "é"}
    assert canonical_query(params) == "DataDisk.1.Size=20&a=%C3%A9&b=a%20b%2Ac%2Bd%2Fe%3Df%26g~h"


def test_a_key_does_not_show_itself() -> None:
    assert "Your" not in repr(PUBLISHED_KEY)
