"""Connections of openstacksdk to a cloud of the harness."""

from typing import Any

import openstack
import requests
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from tests.harness.openstack.settings import REGION, CloudSettings


def credentials(cloud: CloudSettings, name: str) -> dict[str, str]:
    """The `auth` part of clouds.yaml; users and projects have the same names here: admin, demo, second."""
    return {
        "auth_url": cloud.keystone_url,
        "username": name,
        "password": cloud.password,
        "project_name": name,
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }


def connect(cloud: CloudSettings, name: str = "admin") -> Any:
    """An `openstack.connection.Connection` that ignores the environment, so a proxy named there cannot come between."""
    transport = requests.Session()
    transport.trust_env = False
    identity: dict[str, Any] = {**credentials(cloud, name)}
    session = Session(auth=v3.Password(**identity), session=transport)
    return openstack.connection.Connection(session=session, region_name=REGION)
