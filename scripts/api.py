"""Writes what is generated from the code: API description, capabilities, stored help. With --check it compares."""

import json
import os
import subprocess
import sys
from pathlib import Path

from mcm.openapi import document
from scripts import matrix

ROOT = Path(__file__).parent.parent


def generated() -> dict[Path, str]:
    """What each file should hold."""
    return {
        ROOT / "docs" / "api" / "openapi.json": json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True)
        + "\n",
        matrix.DOCUMENT: matrix.document(),
        ROOT / "mcm" / "cli" / "help.txt": help_text(),
    }


def help_text() -> str:
    """As typer prints it, 80 columns wide."""
    environment = os.environ | {"COLUMNS": "80", "TERMINAL_WIDTH": "80", "NO_COLOR": "1"}
    command = "import sys; sys.argv[:] = ['mcm', '--help']; from mcm.cli.main import run; run()"
    return subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", command], env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def main() -> int:
    stale = []
    for file, text in generated().items():
        if file.exists() and file.read_text() == text:
            continue
        stale.append(file)
        if "--check" not in sys.argv:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    if stale and "--check" in sys.argv:
        names = ", ".join(str(file.relative_to(ROOT)) for file in stale)
        sys.stderr.write(f"{names}: not what the code describes: run `make api`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
