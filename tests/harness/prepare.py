"""Installs and builds beforehand, beside the first tests, what later tests would wait for within their time limits:

    python -m tests.harness.prepare

What cannot be had is told by the tests that need it.
"""

import os
import sys

from tests.harness import HarnessUnavailable, prometheus, vcsim
from tests.harness.openstack import install

# The tests go first.
_NICE = 10


def main() -> int:
    os.nice(_NICE)
    for what in (prometheus.install, vcsim.build, install.ensure_installed):
        try:
            what()
        except HarnessUnavailable as unavailable:
            print(unavailable, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
