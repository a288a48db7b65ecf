"""python -m tests.bench [--only PART]... [--rounds N]: measures, prints the table, writes bench.json."""

import argparse
import importlib
import sys
from collections.abc import Callable, Iterable

from tests.bench.table import Row, show, write
from tests.harness import HarnessUnavailable

# Parts by name; `--only sync` runs every part whose name begins so.
PARTS = {
    "sync-vsphere": "tests.bench.vsphere",
    "sync-ec2": "tests.bench.ec2",
    "sync-openstack": "tests.bench.openstack",
    "list": "tests.bench.listing",
    "audit": "tests.bench.audit",
    "authorised": "tests.bench.authorised",
    "load": "tests.bench.load",
    "actions": "tests.bench.actions",
    "sending": "tests.bench.sending",
    "start": "tests.bench.start",
    "console": "tests.bench.console",
    "optimizer": "tests.bench.optimizer",
    "heap": "tests.bench.heap",
    "pricing": "tests.bench.pricing",
    "charges": "tests.bench.charges",
    "policies": "tests.bench.policies",
    "placement": "tests.bench.placement",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    chosen = [name for name in PARTS if not options.only or any(name.startswith(only) for only in options.only)]
    if not chosen:
        parser.error(f"no part is called so; parts: {', '.join(PARTS)}")
    rows: list[Row] = []
    for name in chosen:
        run: Callable[[int], Iterable[Row]] = importlib.import_module(PARTS[name]).run
        try:
            for row in run(options.rounds):
                show(row)
                rows.append(row)
        except HarnessUnavailable as unavailable:
            print(f"{name}: not measured: {unavailable}", flush=True)
    write(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
