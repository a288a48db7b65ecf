"""Writes the configuration files of one cloud from the templates."""

import shutil
from string import Template

from tests.harness.openstack import paths
from tests.harness.openstack.settings import CloudSettings


def write(cloud: CloudSettings) -> None:
    """Fills `<folder>/etc` and writes `clouds.yaml`, in place of what was there: the ports differ at each start."""
    etc = cloud.folder / "etc"
    shutil.rmtree(etc, ignore_errors=True)
    share = cloud.installation / "venv" / "etc"
    values = {
        "KEYSTONE": cloud.keystone_url,
        "GLANCE": cloud.url("glance"),
        "DATABASE": database_url(cloud),
        "PASSWORD": cloud.password,
        "RABBIT_PORT": str(cloud.ports["rabbitmq"]),
        "STATE": str(cloud.state),
        "SHARE": str(share),
        "PAGE_LIMIT": str(cloud.page_limit),
    }
    values["SIGNIN"] = _rendered("signin.conf", values)
    for service, file in (
        ("keystone", "keystone.conf"),
        ("placement", "placement.conf"),
        ("glance", "glance-api.conf"),
        ("neutron", "neutron.conf"),
        ("cinder", "cinder.conf"),
        ("nova", "nova.conf"),
    ):
        (etc / service).mkdir(parents=True)
        (cloud.state / service).mkdir(parents=True, exist_ok=True)
        values["COMMON"] = _rendered("common.conf", {**values, "SERVICE": service})
        if service == "nova":
            values["COMPUTE"] = _rendered("nova-compute.conf", values)
            (etc / service / "nova-compute.conf").write_text(values["COMPUTE"])
        (etc / service / file).write_text(_rendered(file, values))
    shutil.copy(share / "glance" / "glance-api-paste.ini", etc / "glance")
    shutil.copy(share / "nova" / "api-paste.ini", etc / "nova")
    for host in cloud.hosts:
        (cloud.state / host).mkdir(exist_ok=True)
        (etc / "nova" / f"{host}.conf").write_text(_rendered("host.conf", {**values, "HOST": host}))
    (cloud.folder / "clouds.yaml").write_text(_rendered("clouds.yaml", values))


def database_url(cloud: CloudSettings) -> str:
    """Without the name of a database."""
    return f"mysql+pymysql://openstack:{cloud.password}@127.0.0.1:{cloud.ports['mariadb']}"


def environment(cloud: CloudSettings) -> dict[str, str]:
    """All that a service sees of the environment: nothing of the caller's, whose proxies or OS_* could reach it."""
    etc = cloud.folder / "etc"
    return {
        "PATH": f"{cloud.installation / 'venv' / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        # Not the cloud's own folder: stevedore keeps its list of entry points below it, which is dear to make again.
        "HOME": str(cloud.installation),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(cloud.installation / "plugins"),
        "PYTHONWARNINGS": "ignore",
        "EVENTLET_NO_GREENDNS": "yes",
        "OS_KEYSTONE_CONFIG_DIR": str(etc / "keystone"),
        "OS_PLACEMENT_CONFIG_DIR": str(etc / "placement"),
        "OS_GLANCE_CONFIG_DIR": str(etc / "glance"),
        "OS_NOVA_CONFIG_DIR": str(etc / "nova"),
        "OS_NEUTRON_CONFIG_DIR": str(etc / "neutron"),
        "OS_NEUTRON_CONFIG_FILES": "neutron.conf",
    }


def _rendered(template: str, values: dict[str, str]) -> str:
    return Template((paths.TEMPLATES / template).read_text()).substitute(values)
