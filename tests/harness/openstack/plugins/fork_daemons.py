# mypy: ignore-errors
"""Loads the modules of several daemons once and becomes each of them by a fork: a JSON list of them in the argument.

Most of what a daemon of nova does until it is ready is to load the modules that the others have loaded too. Each daemon
gets a session, a log and a process record of its own, so it is watched and stopped like any other.
"""

import importlib
import json
import os
import sys

# cinder's modules replace this one by eventlet's, which looks for children in the own process group only.
_wait_for_a_child = os.wait


def become(daemon):
    with open(f"/proc/{os.getpid()}/stat") as stat, open(daemon["record"], "w") as record:
        record.write(stat.read())
    # Only now: until it has a record it is found through its parent's session.
    os.setsid()
    log = os.open(daemon["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = [daemon["name"], *daemon["arguments"]]
    sys.exit(importlib.import_module(daemon["module"]).main())


def main():
    daemons = json.loads(sys.argv[1])
    for daemon in daemons:
        importlib.import_module(daemon["module"])
    for daemon in daemons:
        if os.fork() == 0:
            become(daemon)
    # Stays as their parent, so that a daemon that ends is not left as a zombie.
    for _ in daemons:
        _wait_for_a_child()


if __name__ == "__main__":
    main()
