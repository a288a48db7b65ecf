"""Oracle's list prices on a loopback address, as they were recorded."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.harness.replay.http import Ask, Reply
from tests.harness.replay.inside import answering, reply

_RECORDED = Path(__file__).parent / "recorded" / "prices_usd.json"


def recorded() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(_RECORDED.read_text())["items"]
    return items


@dataclass
class Oracle:
    """change: of the answer with that number."""

    items: list[dict[str, Any]] = field(default_factory=recorded)
    change: Callable[[dict[str, Any], int], Reply | dict[str, Any]] = lambda answer, _: answer
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, ask: Ask) -> Reply:
        self.asked.append(ask.target)
        query = {name: values[0] for name, values in parse_qs(urlsplit(ask.target).query).items()}
        wanted = query.get("partNumber")
        found = [one for one in self.items if wanted in (None, one["partNumber"])]
        changed = self.change({"items": found}, len(self.asked))
        return changed if isinstance(changed, Reply) else reply(changed)


@contextmanager
def serving(oracle: Oracle) -> Iterator[Oracle]:
    with answering(oracle.answer) as url:
        oracle.url = f"{url}/pls/apex/cetools/api/v1/products/"
        yield oracle
