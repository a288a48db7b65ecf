"""The harness for people: `python -m tests.harness.openstack up|down|status|seed N`.

`up` leaves the cloud running and `down` keeps its data for the next `up`, unless the cloud has an owner.
"""

import argparse
import sys
import time

from tests.harness import HarnessUnavailable
from tests.harness.openstack import cloud as clouds
from tests.harness.openstack import paths
from tests.harness.openstack.settings import PAGE_LIMIT, CloudSettings


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return int(arguments.command(arguments))
    except HarnessUnavailable as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _up(arguments: argparse.Namespace) -> int:
    started = time.monotonic()
    cloud = clouds.start(
        computes=arguments.computes, name=arguments.name, owner_pid=arguments.owner, page_limit=arguments.page_limit
    )
    print(f"ready in {time.monotonic() - started:.0f} s, using {cloud.memory_mib()} MiB")
    print(f"export OS_CLIENT_CONFIG_FILE={cloud.clouds_yaml} OS_CLOUD=admin")
    return 0


def _down(arguments: argparse.Namespace) -> int:
    clouds.stop_named(arguments.name, purge=arguments.purge)
    if arguments.purge:
        clouds.prune()
    return 0


def _status(_: argparse.Namespace) -> int:
    for folder in sorted(paths.clouds().iterdir()):
        settings = CloudSettings.load(folder)
        if settings is None:
            continue
        cloud = clouds.OpenStackCloud(settings)
        members = cloud.processes.members()
        owner = f", belongs to process {settings.owner.pid}" if settings.owner else ""
        state = f"{len(members)} processes, {cloud.memory_mib()} MiB, {settings.keystone_url}" if members else "down"
        print(f"{folder.name}: {state}{owner}")
    return 0


def _seed(arguments: argparse.Namespace) -> int:
    from tests.harness.openstack.seed import seed

    cloud = clouds.find(arguments.name)
    if cloud is None:
        print(f"cloud {arguments.name} is not up", file=sys.stderr)
        return 1
    started = time.monotonic()
    seeded = seed(cloud, instances=arguments.instances)
    counts = ", ".join(f"{len(ids)} in {project}" for project, ids in seeded.instances.items())
    print(f"{counts}; {time.monotonic() - started:.0f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.harness.openstack", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="up|down|status|seed")
    named = argparse.ArgumentParser(add_help=False)
    named.add_argument("--name", default="default", help="which of several clouds (default: default)")
    up = commands.add_parser("up", parents=[named], help="start a cloud, or find it running")
    up.add_argument("--computes", type=int, default=2, help="fake hypervisors (default: 2)")
    up.add_argument("--page-limit", type=int, default=PAGE_LIMIT, help="servers that nova lists on one page")
    up.add_argument("--owner", type=int, metavar="PID", help="forget it once this process has ended")
    up.set_defaults(command=_up)
    down = commands.add_parser("down", parents=[named], help="stop it, and what killed test runs have left")
    down.add_argument("--purge", action="store_true", help="forget its data, and what earlier versions have installed")
    down.set_defaults(command=_down)
    commands.add_parser("status", help="list the clouds").set_defaults(command=_status)
    fill = commands.add_parser("seed", parents=[named], help="fill it with instances, volumes, a router...")
    fill.add_argument("instances", type=int, help="how many instances in all")
    fill.set_defaults(command=_seed)
    return parser


if __name__ == "__main__":
    sys.exit(main())
