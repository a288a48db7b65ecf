"""Writes docs/api/openapi.json from the code, or with --check says whether it is current."""

import json
import sys
from pathlib import Path

from mcm.openapi import document

FILE = Path(__file__).parent.parent / "docs" / "api" / "openapi.json"


def main() -> int:
    text = json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if "--check" in sys.argv:
        if FILE.exists() and FILE.read_text() == text:
            return 0
        sys.stderr.write("docs/api/openapi.json is not what the code describes: run `make api`\n")
        return 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
