"""The rows of the benchmark: what was measured, against what, and whether it meets its target."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path("bench.json")


@dataclass
class Row:
    """ratio: ours to the floor. value: where there is no floor. target: the most it may be; None: reported only."""

    name: str
    ratio: float | None = None
    value: float | None = None
    unit: str = ""
    floor: str = ""
    target: float | None = None
    note: str = ""

    @property
    def ok(self) -> bool:
        measured = self.ratio if self.ratio is not None else self.value
        return self.target is None or (measured is not None and measured <= self.target)


def write(rows: Iterable[Row]) -> None:
    listed = [
        {name: value for name, value in asdict(row).items() if value not in (None, "")} | {"ok": row.ok} for row in rows
    ]
    FILE.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n")


def show(row: Row) -> None:
    measured = f"{row.ratio:.3f} ×" if row.ratio is not None else f"{row.value:.4g} {row.unit}"
    target = "" if row.target is None else f"≤ {row.target:g}"
    verdict = "" if row.target is None else "ok" if row.ok else "MISSED"
    print(f"{row.name:<52} {measured:>14} {target:>8} {verdict:<7} {row.floor}  {row.note}".rstrip(), flush=True)
