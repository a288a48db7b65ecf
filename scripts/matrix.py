"""The capability matrix: which action is proven, unproven or unsupported at which provider.

python -m scripts.matrix --proofs FILE            writes what a run of the tests has shown, and the document
python -m scripts.matrix --proofs FILE --check    compares
"""

import argparse
import sys
from pathlib import Path

from mcm.contract.actions import ACTIONS
from mcm.contract.actions.proven import FILE
from mcm.operations.verdicts import support
from mcm.registry import Registry
from tests.proofs import read

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "capabilities.md"
_HEAD = """# What mcm does on which cloud

Written from the tests, by `python -m scripts.matrix`. **proven**: a test brings it about at a real server or simulator.
**unproven**: it is there and tested against recorded or scripted answers; no server here answers it. Where there is a
number, the cloud cannot do it, for the reason below. `GET /api/v1/actions` says the same.

"""


def document() -> str:
    registry = Registry()
    providers = [registry.descriptor(name) for name in registry.names()]
    acting = [one for one in providers if one.actions]
    reasons: list[str] = []
    lines = ["| action | " + " | ".join(one.title.en for one in acting) + " |", "|---" * (len(acting) + 1) + "|"]
    for action in ACTIONS.values():
        cells = []
        for descriptor in acting:
            hindrance = support(descriptor, action)
            if hindrance is None:
                cells.append("proven" if action.id in descriptor.proven else "unproven")
                continue
            if hindrance.reason not in reasons:
                reasons.append(hindrance.reason)
            cells.append(f"({reasons.index(hindrance.reason) + 1})")
        lines.append(f"| `{action.id}` | " + " | ".join(cells) + " |")
    numbered = [f"{number}. {reason}" for number, reason in enumerate(reasons, 1)]
    without = ", ".join(one.title.en for one in providers if not one.actions)
    foot = f"\nOnly read, and not acted on: {without}.\n" if without else ""
    return _HEAD + "\n".join(lines) + "\n\n" + "\n".join(numbered) + "\n" + foot


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proofs", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    shown, stale = read(options.proofs), []
    for name in (name for name in Registry().names() if Registry().descriptor(name).actions):
        offered = {ident for ident, found in Registry().descriptor(name).actions.items() if not found.absent}
        text = "".join(f"{ident}\n" for ident in sorted(shown.get(name, set()) & offered))
        file = ROOT / "providers" / "mcm_providers" / name / FILE
        known = file.read_text() if file.exists() else ""
        if known == text:
            continue
        stale.append(f"{name}: {', '.join(sorted(set(known.split()) ^ set(text.split())))}")
        if not options.check:
            file.write_text(text)
    if stale and options.check:
        sys.stderr.write("what the tests have shown is not what the capability matrix says; differs for\n")
        sys.stderr.writelines(f"  {line}\n" for line in stale)
        sys.stderr.write(f"write it anew: python -m scripts.matrix --proofs {options.proofs} && make api\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
