"""What runs is asked again: only what changed, with since and until, and nothing at all when nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text, update

from mcm.auth.service import system_caller
from mcm.errors import Unavailable
from mcm.events import kinds
from mcm.inventory import service as inventory
from mcm.inventory.schemas import ResourceUpdate
from mcm.kit import clock
from mcm.models import Event, Operation, PolicyCheck, ResourceRow, Violation
from mcm.notices import texts
from mcm.policies import checking, classification, exceptions, library, service, simulating, violations
from mcm.policies.documents import ExceptionRequest
from mcm.policies.schemas import ClassificationItem, ClassificationList
from tests import prepared
from tests.lab import CALLER, Lab
from tests.rooms.policies.making import compiled, document, read

# Everything unclassified, and everything confidential, breaks it where it is.
PRIVATE = library.named("confidential-stays-private").text


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = prepared.lab(database_url, tmp_path, "policies", read)
    with made.runtime.database.writing() as session:
        session.execute(text("UPDATE account SET ownership = 'public', jurisdiction = 'CN'"))
        session.execute(text("UPDATE resource SET data_class = 'public'"))
    yield made
    made.close()


def _apply(lab: Lab, written: str) -> None:
    with lab.runtime.database.writing() as session:
        service.apply(session, CALLER, written, None, accept=True)


def _check(lab: Lab, *, whole: bool = False) -> tuple[int, int, int, int] | None:
    """(looked at, opened, changed, resolved)"""
    with lab.runtime.database.writing() as session:
        plan = checking.run(session, whole=whole)
        if plan is None:
            return None
        counts = (plan.changed.get(name, 0) for name in ("opened", "changed", "resolved"))
        return (plan.looked_at, *counts)  # type: ignore[return-value]


def _counts(lab: Lab, *, whole: bool = False) -> tuple[int, int, int, int]:
    found = _check(lab, whole=whole)
    assert found is not None
    return found


def _set(lab: Lab, resource_id: str, **values: Any) -> None:
    with lab.runtime.database.writing() as session:
        inventory.update(session, CALLER, resource_id, ResourceUpdate(**values), None)


def _open(lab: Lab, **asked: Any) -> list[Violation]:
    with lab.runtime.database.reading() as session:
        query = select(Violation).where(Violation.resolved_at.is_(None)).order_by(Violation.resource_id)
        found = list(session.scalars(query))
        session.expunge_all()
        return [one for one in found if all(getattr(one, name) == value for name, value in asked.items())]


@contextmanager
def _statements(lab: Lab) -> Iterator[list[str]]:
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(lab.runtime.database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(lab.runtime.database.engine, "before_cursor_execute", note)


def _told(lab: Lab) -> list[tuple[str, dict[str, Any]]]:
    with lab.runtime.database.reading() as session:
        query = select(Event).where(Event.kind.in_((kinds.VIOLATION_OPENED, kinds.VIOLATION_CLOSED)))
        return [(row.kind, row.data) for row in session.scalars(query.order_by(Event.id))]


@pytest.mark.only_on("sqlite")
def test_many_at_once_are_told_as_one_and_an_exception_closes_and_opens_again(lab: Lab) -> None:
    _apply(lab, PRIVATE)
    every = lab.resources()
    with lab.runtime.database.writing() as session:
        every_one = update(ResourceRow).where(ResourceRow.kind == "instance")
        session.execute(every_one.values(data_class="confidential", project="p-1"))
    assert _counts(lab)[1] == len(every) == 20
    ((kind, data),) = _told(lab)
    assert (kind, data["count"], data["policy"], data["severity"]) == (
        kinds.VIOLATION_OPENED, 20, "confidential-stays-private", "critical"
    )  # fmt: skip
    assert str(data["name"]).endswith(" +19")
    with lab.runtime.database.writing() as session:
        first = session.scalars(select(Violation).order_by(Violation.id).limit(1)).one()
        wanted = ExceptionRequest(resource=first.resource_id, reason="agreed", expires=clock.now() + timedelta(9))
        asked = exceptions.ask(session, CALLER, first.policy_id, wanted)
        exceptions.decide(session, system_caller("test", "ada"), asked.id, approve=True, note="")
    _counts(lab)
    with lab.runtime.database.writing() as session:
        exceptions.revoke(session, CALLER, asked.id, note="")
    _counts(lab)
    turned = [(kind, data["status"], data["resource"]) for kind, data in _told(lab)[1:]]
    assert turned == [
        (kinds.VIOLATION_CLOSED, "excepted", first.resource_id), (kinds.VIOLATION_OPENED, "open", first.resource_id)
    ]  # fmt: skip
    with lab.runtime.database.reading() as session:
        row = session.scalars(select(Event).where(Event.kind == kinds.VIOLATION_OPENED).limit(1)).one()
        body = texts.body_of(row, str(texts.kind_of(row)))
        assert "confidential-stays-private" in body["data"]["title"]
        assert row.subject_id in body["data"]["next_step"]


def test_only_what_changed_is_looked_at(lab: Lab) -> None:
    _apply(lab, PRIVATE)
    assert _check(lab) == (20, 0, 0, 0)
    assert _check(lab) is None
    one, other, third = lab.resources()[:3]
    _set(lab, one.id, data_class="confidential", owner="wang")
    assert _check(lab) == (1, 1, 0, 0)
    (found,) = _open(lab)
    assert (found.policy_id, found.policy_version, found.status, found.outcome) == (
        "confidential-stays-private",
        1,
        "open",
        "deny",
    )
    assert (found.owner, found.severity, found.values["workload.data_class"]) == ("wang", "critical", "confidential")
    assert found.exposure["ownership"] == "public"
    assert "confidential" in found.message
    assert "confidential" in found.message_zh

    # What a read brings is looked at without anybody asking; so is what it no longer brings.
    lab.world().remove(one.native_id)
    lab.world().change(other.native_id, name="renamed")
    assert lab.run("instance").gone == 1
    looked_at, opened, _, resolved = _counts(lab)
    assert (opened, resolved) == (0, 1)
    assert looked_at < 20
    assert _open(lab) == []
    with lab.runtime.database.reading() as session:
        (row,) = session.scalars(select(Violation))
        assert row.status == "resolved"
        assert row.resolved_at is not None
        assert row.since < row.resolved_at
    assert [(kind, each["name"]) for kind, each in _told(lab)] == [
        (kinds.VIOLATION_OPENED, one.name), (kinds.VIOLATION_CLOSED, one.name)
    ]  # fmt: skip
    # It comes again: that is another one, with a beginning of its own.
    _set(lab, third.id, data_class="restricted")
    assert _counts(lab)[1] == 1


def test_the_job_does_the_same(lab: Lab) -> None:
    _apply(lab, PRIVATE)
    _set(lab, lab.resources()[0].id, data_class="confidential")
    checking.tick(lab.runtime)
    assert len(_open(lab)) == 1
    with lab.runtime.database.reading() as session:
        state = session.get_one(PolicyCheck, 1)
        assert checking.as_of(session) != state.checked_at
    checking.tick(lab.runtime)
    with lab.runtime.database.reading() as session:
        assert session.get_one(PolicyCheck, 1).checked_at == state.checked_at


def test_a_policy_or_a_place_that_changes_has_everything_looked_at(lab: Lab) -> None:
    assert _check(lab) == (20, 0, 0, 0)
    _apply(lab, document('location.jurisdiction == "CN"', "home"))
    assert _check(lab) == (20, 0, 0, 0)
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE account SET jurisdiction = 'SG'"))
    assert _check(lab) == (20, 20, 0, 0)
    since = {one.resource_id: one.since for one in _open(lab)}
    # Another version: the violations go on, and name it.
    _apply(lab, document('location.jurisdiction in ["CN", "HK"]', "home", severity="high"))
    assert _check(lab) == (20, 0, 20, 0)
    assert {one.resource_id: one.since for one in _open(lab)} == since
    assert {(one.policy_version, one.severity) for one in _open(lab)} == {(2, "high")}
    # Nobody knows where it is: that is no yes.
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE account SET jurisdiction = NULL"))
    assert _check(lab) == (20, 0, 20, 0)
    assert {one.outcome for one in _open(lab)} == {"error"}
    assert "location.jurisdiction is not known" in _open(lab)[0].message
    with lab.runtime.database.writing() as session:
        service.remove(session, CALLER, "home", None)
    assert _check(lab) == (20, 0, 0, 20)


def test_looking_when_nothing_changed_costs_the_same_however_much_there_is(lab: Lab) -> None:
    _apply(lab, PRIVATE)
    _check(lab)
    with _statements(lab) as few:
        checking.tick(lab.runtime)
    with lab.runtime.database.writing() as session:
        row = session.scalars(select(ResourceRow).where(ResourceRow.kind == "instance").limit(1)).one()
        columns = {one.name: getattr(row, one.name) for one in ResourceRow.__table__.columns}
        session.execute(
            ResourceRow.__table__.insert(),  # type: ignore[attr-defined]
            [columns | {"id": f"{number:032x}", "native_id": f"more-{number}"} for number in range(3_000)],
        )
        session.execute(update(ResourceRow).values(data_class="confidential"))
    assert _counts(lab, whole=True)[:2] == (3_020, 3_020)
    with _statements(lab) as many:
        checking.tick(lab.runtime)
    assert len(many) == len(few) < 20
    # And one change is one look, whatever the size.
    _set(lab, f"{7:032x}", data_class="public")
    with _statements(lab) as one:
        assert _counts(lab)[0] == 1
    assert len(one) < 40


def test_exceptions_hold_until_they_end(lab: Lab) -> None:
    _apply(lab, PRIVATE)
    resource = lab.resources()[0]
    _set(lab, resource.id, data_class="confidential")
    _check(lab)
    wanted = ExceptionRequest(resource=resource.id, reason="moves", expires=clock.now() + timedelta(hours=1))
    with lab.runtime.database.writing() as session:
        row = exceptions.ask(session, system_caller("test", "rq_1"), "confidential-stays-private", wanted)
        assert checking.planned(session) is None
        exceptions.decide(session, CALLER, row.id, approve=True, note="")
    assert _check(lab) == (20, 0, 1, 0)
    (found,) = _open(lab)
    assert (found.status, found.outcome, found.exception_id) == ("excepted", "exempt", row.id)
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE policy_exception SET expires_at = requested_at"))
    assert _check(lab) == (20, 0, 1, 0)
    (after,) = _open(lab)
    assert (after.status, after.since, after.exception_id) == ("open", found.since, None)


def test_new_resources_get_their_class_before_they_are_judged(lab: Lab) -> None:
    _apply(lab, PRIVATE)
    rules = ClassificationList(rules=[ClassificationItem(data_class="internal", account="lab")])
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE resource SET data_class = NULL"))
        classification.replace_rules(session, CALLER, rules, None)
    _check(lab)
    assert _open(lab) == []
    lab.world().add_instance(lab.resources()[0].region, name="brand-new")
    lab.run("instance")
    (made,) = lab.resources(name="brand-new")
    assert made.data_class is None
    assert _counts(lab)[1] == 0
    assert {one.data_class for one in lab.resources()} == {"internal"}


def test_a_stored_policy_that_cannot_be_read_is_no_yes(lab: Lab) -> None:
    _apply(lab, PRIVATE)
    with lab.runtime.database.writing() as session:
        # As an older mcm may have left it.
        session.execute(
            text("UPDATE policy_version SET document = replace(document, 'data_class', 'class'), hash = 'x'")
        )
    with lab.runtime.database.reading() as session, pytest.raises(Unavailable, match="confidential-stays-private"):
        service.active(session)


def test_soft_rules_and_those_of_placement_are_nobodys_violation(lab: Lab) -> None:
    _apply(lab, document({"prefer": {"location": {"ownership": "private"}}}, "wish"))
    _apply(lab, document("false", "then", applies="placement"))
    _apply(lab, document("false", "warned", mode="warn", applies="running"))
    _check(lab)
    assert {one.policy_id for one in _open(lab)} == {"warned"}
    with lab.runtime.database.reading() as session:
        found = violations.summary(session)
        assert (found["open"], found["instances"], found["unclassified"]) == (20, 20, 0)
        assert service.active(session).versions() == {"then": 1, "wish": 1}
        assert service.active(session, stage="running").versions() == {"warned": 1, "wish": 1}
    with lab.runtime.database.writing() as session:
        violations.prune(session, clock.now())
    assert len(_open(lab)) == 20


def test_what_was_asked_for_is_tried_on_a_draft(lab: Lab) -> None:
    """Requests are those of the operations; what they name by id is judged by its name."""
    (resource,) = lab.resources()[:1]
    with lab.runtime.database.writing() as session:
        for number, (name, days) in enumerate((("web-1", 1), ("db-1", 2), ("db-2", 45))):
            session.add(_request(lab, number, name, resource.account_id, clock.now() - timedelta(days=days)))
    draft = compiled({"exclude": {"when": {"name": {"starts_with": "db-"}}}}, "no-db", mode="audit")
    with lab.runtime.database.reading() as session:
        month, quarter = (simulating.simulated(session, draft, days) for days in (30, 90))
    assert (month.requests.refused, month.requests.total) == (1, 2)
    assert [(one.name, one.outcome, one.account) for one in month.requests.items] == [("db-1", "deny", "lab")]
    assert (quarter.requests.refused, quarter.requests.total) == (2, 3)
    wanted = sum(one.name.startswith("db-") for one in lab.resources())
    assert (month.running.violating, month.running.new, month.running.total) == (wanted, wanted, 20)


def _request(lab: Lab, number: int, name: str, account_id: str, at: Any) -> Any:
    return Operation(
        id=f"op_{number}", action="instance.create", status="succeeded", tenant_id="ten_default",
        account_id=account_id, account_name="lab", resource_name=name, region="bj-1",
        params={"name": name, "image": "img-1", "tags": {"env": "prod"}}, token=f"token-{number}", steps=[], step=0,
        facts={}, caller={}, created_at=at, deadline=at, turn=0, waits=0, version=1,
    )  # fmt: skip
