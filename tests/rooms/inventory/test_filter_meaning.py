"""Filters compiled to SQL against the same filters evaluated in Python, on awkward rows, on both databases."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.db.session import Database
from mcm.filters import FIELDS, Condition, Expression, FilterContext, Operator, canonical, compile_filter, parse
from mcm.filters.syntax import Pattern
from mcm.inventory import estate_repository
from mcm.inventory.asof import branches
from mcm.inventory.estate import Estate
from mcm.inventory.query import context
from mcm.models import MAX_TAG_KEY, MAX_TAG_VALUE, ResourceRow, Sighting
from tests.rooms.inventory.reference import holds
from tests.rooms.inventory.world import World, ago
from tests.unit.filters.strategies import conditions, expressions

_QUICK = settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
_THOROUGH = settings(_QUICK, max_examples=60)
TEXTS = [
    "",
    "web",
    "Web-01",
    "web-01",
    "a*b",
    "a?b[c]",
    "50%",
    "under_score",
    "c:\\temp",
    "虚拟机",
    "é",
    "É",
    "\ue000",
    "~",
]
NUMBERS = [0, 1, 8, 8.5, -3, 1024, 2**53, 0.1, 1e21]
TIMES = ["2026-01-01T00:00:00Z", "2026-01-01T23:59:59.500000Z", "2025-06-30T12:00:00Z", "not a time", ""]
_COLUMNS = [column.name for column in ResourceRow.__table__.columns]
WRONG: list[Any] = [None, True, 7, "8", ["8"], {"a": 1}]


def _value(kind: str, rnd: random.Random) -> Any:
    if rnd.random() < 0.12:
        return rnd.choice(WRONG)
    choices: dict[str, list[Any]] = {
        "text": TEXTS,
        "number": NUMBERS,
        "boolean": [True, False],
        "time": TIMES,
        "objects": TEXTS,
        "map": [{"env": rnd.choice(TEXTS), "a b": rnd.choice(TEXTS)}, {"team": rnd.choice(TEXTS)}],
    }
    return rnd.choice(choices[kind])


def _attributes(rnd: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in FIELDS.values():
        if field.source not in ("attribute", "map") or field.column in ("tags", "labels") or rnd.random() < 0.5:
            continue
        if field.member:
            items = made.setdefault(field.column, [])
            if isinstance(items, list) and len(items) < 3:
                items.append({field.member: _value(field.type, rnd)} if rnd.random() < 0.9 else rnd.choice(WRONG))
        elif field.many:
            made.setdefault(field.column, [_value(field.type, rnd) for _ in range(rnd.randrange(3))])
        else:
            made[field.column] = _value(field.type, rnd)
    return made


def _tags(rnd: random.Random) -> dict[str, str]:
    return {
        rnd.choice(["env", "team", "cost-center", "a b", 'quo"te', "环境"]): rnd.choice(TEXTS)
        for _ in range(rnd.randrange(4))
    }


def _populate(world: World, number: int) -> None:
    rnd = random.Random(7)
    for name, ownership, status in (("east", "private", "ok"), ("west", "public", "ok"), ("down", "hosted", "failing")):
        world.account(name, ownership=ownership, status=status, realm="realm")
    world.scope("acc_east", "instance", "r1")
    world.scope("acc_east", "volume", "r1", as_of=ago(hours=3))
    world.scope("acc_west", "instance", "r1", as_of=None)
    for _ in range(number):
        account = rnd.choice(["acc_east", "acc_west", "acc_down"])
        others = tuple(rnd.sample(["acc_east", "acc_west", "acc_down"], rnd.randrange(3)))
        missing = rnd.random() < 0.2
        attributes = _attributes(rnd)
        found = [v for value in attributes.values() for v in (value if isinstance(value, list) else [value])]
        world.resource(
            rnd.choice(TEXTS),
            kind=rnd.choice(["instance", "volume", "load_balancer", "public_ip", "router"]),
            account=account,
            seen_by=tuple(dict.fromkeys((account, *others))),
            native_id=f"{rnd.choice(TEXTS)}{rnd.random()}",
            zone=rnd.choice([None, *TEXTS]),
            project=rnd.choice([None, *TEXTS]),
            project_name=rnd.choice([None, *TEXTS]),
            owner=rnd.choice([None, *TEXTS]),
            data_class=rnd.choice([None, "public", "restricted"]),
            managed=rnd.choice(["observed", "protected"]),
            state=rnd.choice(["running", "stopped", "error"]),
            task_state=rnd.choice([None, "deleting"]),
            presence="missing" if missing else rnd.choice(["present", "present", "gone"]),
            missing_since=ago(hours=1) if missing else None,
            created_at=rnd.choice([None, ago(days=1), ago(days=400), ago(days=1, microseconds=1)]),
            valid_from=rnd.choice([ago(days=2), ago(days=20)]),
            tags=_tags(rnd),
            labels=_tags(rnd),
            attributes=attributes,
            search=" ".join(str(value) for value in found).lower(),
        )


class Judge:
    """One populated database, and what each of its rows looks like in Python."""

    def __init__(self, session: Session, dialect: str) -> None:
        self.session = session
        self.estate: Estate = estate_repository.load(session)
        (branch,) = branches(None)
        self.context: FilterContext = context(dialect, branch, self.estate)
        self.rows = [self._seen(row) for row in session.scalars(select(ResourceRow))]

    def _seen(self, row: ResourceRow) -> dict[str, Any]:
        stored = {name: getattr(row, name) for name in _COLUMNS}
        seers = [ident for ident in self.estate.accounts if self._sighted(row.id, ident) or ident == row.account_id]
        return stored | {
            "_accounts": [self.estate.accounts[ident].name for ident in seers],
            "_account_ids": seers,
            "_ownership": self.estate.accounts[row.account_id].ownership,
            "_presence": self.estate.presence(row.presence, row.scope_id),
        }

    def _sighted(self, resource: str, account: str) -> bool:
        asked = select(Sighting.scope_id).where(Sighting.resource_id == resource, Sighting.account_id == account)
        return self.session.scalar(asked.limit(1)) is not None

    def agree(self, expression: Expression) -> None:
        asked = select(ResourceRow.id).where(compile_filter(expression, self.context))
        found = set(self.session.scalars(asked))
        meant = {row["id"] for row in self.rows if holds(expression, row, self.estate.at)}
        assert found == meant, canonical(expression)


@contextmanager
def _judge(database: Database) -> Iterator[Judge]:
    world = World(database)
    with world.together():
        _populate(world, 60)
    with database.reading() as session:
        yield Judge(session, database.dialect)


def _agree_on(judge: Judge, trees: st.SearchStrategy[Any], how: settings) -> None:
    @how
    @given(trees)
    def compare(tree: Expression) -> None:
        judge.agree(tree)

    compare()


def test_every_field_by_itself(database: Database) -> None:
    with _judge(database) as judge:
        for name in FIELDS:
            _agree_on(judge, conditions(st.just(name)), _QUICK)


def test_texts_that_matter(database: Database) -> None:
    """The values that are there, whole and in part, in fields of every source."""
    names = ["name", "zone", "project", "hostname", "private_ips", "rules.peer", "ip", "native_id", "owner"]
    with _judge(database) as judge:
        for text in TEXTS:
            for name in names:
                for operator in Operator:
                    judge.agree(Condition(name, None, operator, Pattern((text,))))
                for operator in (Operator.EQ, Operator.NE, Operator.HAS):
                    judge.agree(Condition(name, None, operator, Pattern((text[:1], text[-1:]))))
            for key in ("env", "a b", 'quo"te', "nothing"):
                for name in ("tags", "labels", "absent"):
                    judge.agree(Condition(name, key, Operator.EQ, Pattern((text,))))
                    judge.agree(Condition(name, key, Operator.NE, Pattern((text,))))


def test_any_combination(database: Database) -> None:
    with _judge(database) as judge:
        _agree_on(judge, expressions(), _THOROUGH)


ASKED = [
    "zone != x",
    "NOT zone = x",
    "private_ips != 10.0.0.1",
    "presence = stale",
    "presence != present",
    "presence = unreachable",
    "account = west",
    "account != west",
    "NOT account = west",
    "ownership = hosted",
    'launched_at = "2026-01-01"',
    'launched_at < "2026-01-01T23:59:59Z"',
    "created_at:*",
    "age > 1d",
    "age <= 1d",
    "disk_gib = 0.1",
    "disk_gib >= 1000000000000000000000",
    "vcpus = 9007199254740992",
    "attachments:*",
    "NOT rules:*",
    "tags:*",
    "tags:c*",
    "NOT tags:env",
    "auto_renew != true",
]


def test_what_people_ask(database: Database) -> None:
    with _judge(database) as judge:
        for text in ASKED:
            expression = parse(text)
            assert expression is not None
            judge.agree(expression)


def test_long_tags(database: Database) -> None:
    """Tag rows hold the beginning of long values only; what is asked of the rest must still be answered."""
    values = ["x" * MAX_TAG_VALUE, "x" * (MAX_TAG_VALUE - 1), "x" * (MAX_TAG_VALUE + 1), "x" * 900 + "end", "y" * 2000]
    world = World(database)
    with world.together():
        world.account()
        for number, value in enumerate(values):
            world.resource(tags={"t": value, "k" * (MAX_TAG_KEY + number): "v"})
    with database.reading() as session:
        judge = Judge(session, database.dialect)
        for text in [*values, "x", "xend", ""]:
            for operator in Operator:
                judge.agree(Condition("tags", "t", operator, Pattern((text,))))
            for parts in ((text, ""), ("", text), (text[:5], text[-5:])):
                judge.agree(Condition("tags", "t", Operator.EQ, Pattern(parts)))
                judge.agree(Condition("tags", "t", Operator.NE, Pattern(parts)))
        for length in range(MAX_TAG_KEY - 1, MAX_TAG_KEY + 6):
            judge.agree(Condition("tags", "k" * length, Operator.EQ, Pattern(("v",))))


def test_the_deepest_filter_there_may_be(database: Database) -> None:
    text = "name = a"
    for level in range(50):
        text = f"zone = b {'AND' if level % 2 else 'OR'} ({text})"
    wide = "(" + " AND ".join(f"tags.k{number} = x" for number in range(140)) + ")"
    with _judge(database) as judge:
        for asked in (text, wide):
            expression = parse(asked)
            assert expression is not None
            judge.agree(expression)
