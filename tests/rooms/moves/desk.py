"""Moving an instance between two simulated clouds of a lab, turn by turn in the test's own thread."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from mcm.contract import ResourceKind
from mcm.models import AuditEvent, Move, MoveStep, ResourceRow
from mcm.moves import repository, runner, running, service, staging, work
from mcm.moves.schemas import MoveCreate, MovePreview
from tests.lab import CALLER, Lab

KINDS = ("instance", "flavor", "image", "network", "project", "zone", "volume")


@dataclass
class Desk:
    """Two clouds, `here` and `there`; one region each."""

    lab: Lab

    def account(self, name: str, **config: Any) -> None:
        given: dict[str, Any] = {"regions": "1", "instances": 16, "action_ms": "0"} | config
        self.lab.account(name, **given)
        self.lab.sync(name, kinds=KINDS)

    def source(self, state: str = "running", *, root: bool = True) -> ResourceRow:
        """One at `here` with no volume besides the one it starts from, brought into that state. root: False takes that
        volume away, too: it starts from an image."""
        with self.lab.runtime.database.reading() as session:
            rows = session.scalars(
                select(ResourceRow)
                .where(ResourceRow.kind == "instance", ResourceRow.account_id == self.id("here"))
                .order_by(ResourceRow.native_id)
            ).all()
            bare = (one for one in rows if all(_plain(each) for each in repository.volumes(session, one.id)))
            found = next(bare)
            volumes = [one.native_id for one in repository.volumes(session, found.id)]
        word = {"running": "ACTIVE", "stopped": "SHUTOFF"}[state]
        world = self.lab.world("here")
        if not root:
            for one in volumes:
                world.remove(one, ResourceKind.VOLUME)
        world.change(found.native_id, status=word, task=None, volumes=volumes if root else [])
        self.lab.sync("here", kinds=("instance", "volume"))
        return self.lab.by_native_id(found.native_id)

    def id(self, account: str) -> str:
        return self.lab.scope("instance", name=account).account_id

    def body(self, row: ResourceRow, **fields: Any) -> MoveCreate:
        found = {"resource": row.id, "account": "there", "params": self.params()} | fields
        return MoveCreate.model_validate(found)

    def params(self) -> dict[str, Any]:
        """What nobody can guess where there are several."""
        return {"networks": [self.at("there", "network").native_id], "flavor": self.largest().native_id}

    def largest(self, account: str = "there") -> ResourceRow:
        rows = [one for one in self.lab.resources("flavor") if one.account_id == self.id(account)]
        return max(rows, key=lambda one: (one.attributes.get("local_disk_gib") or 0, one.attributes["vcpus"]))

    def at(self, account: str, kind: str, **columns: Any) -> ResourceRow:
        rows = [one for one in self.lab.resources(kind, **columns) if one.account_id == self.id(account)]
        return next(one for one in rows if not one.attributes.get("external"))

    def preview(self, body: MoveCreate) -> MovePreview:
        with self.lab.runtime.database.reading() as session:
            return service.preview(session, self.lab.runtime, CALLER, body)

    def start(self, body: MoveCreate) -> str:
        with self.lab.runtime.database.writing() as session:
            return service.create(session, self.lab.runtime, CALLER, body).id

    def cancel(self, move_id: str) -> None:
        with self.lab.runtime.database.writing() as session:
            service.cancel(session, self.lab.runtime, CALLER, service.get(session, move_id))

    def retry(self, move_id: str) -> None:
        with self.lab.runtime.database.writing() as session:
            service.retry(session, self.lab.runtime, CALLER, service.get(session, move_id))

    def turn(self, move_id: str) -> Move:
        """What is due now, and what it asked of the clouds until that is over."""
        self.hurry(move_id)
        runner.run_due(self.lab.runtime)
        self.lab.runtime.operations.run_until_idle(30)
        return self.row(move_id)

    def step(self, move_id: str) -> Move:
        """One step, or one look at it."""
        self.hurry(move_id)
        claimed = work.claim(self.lab.runtime, move_id)
        assert claimed is not None
        running.go_on(claimed)
        claimed.let_go()
        self.lab.runtime.operations.run_until_idle(30)
        return self.row(move_id)

    def until(self, move_id: str, *steps: str) -> Move:
        """Until one of the steps is the next, or the move is over."""
        for _ in range(60):
            row = self.row(move_id)
            current = next((one.name for one in self.steps(move_id) if one.status not in ("done", "skipped")), None)
            if row.finished_at is not None or current in steps:
                return row
            self.step(move_id) if steps else self.turn(move_id)
        raise AssertionError(f"{move_id} does not end: {self.told(move_id)}")

    def hurry(self, move_id: str) -> None:
        """Nobody waits in a test for a pause to pass."""
        with self.lab.runtime.database.writing() as session:
            session.execute(
                update(Move).where(Move.id == move_id, Move.next_at.is_not(None)).values(next_at=Move.created_at)
            )

    def row(self, move_id: str) -> Move:
        with self.lab.runtime.database.reading() as session:
            return session.get_one(Move, move_id)

    def steps(self, move_id: str) -> list[MoveStep]:
        with self.lab.runtime.database.reading() as session:
            return list(repository.steps(session, move_id))

    def told(self, move_id: str) -> dict[str, str]:
        return {one.name: one.status for one in self.steps(move_id)}

    def audit(self) -> list[str]:
        with self.lab.runtime.database.reading() as session:
            return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)))

    def effects(self, account: str) -> list[tuple[str, str]]:
        """(kind, what) of everything that was asked of a cloud and had an effect."""
        return [(kind, what) for _, kind, _, what in self.lab.world(account).effects]

    def volumes(self, account: str) -> list[str]:
        """Native ids of those that carry the mark of mcm."""
        return [one["id"] for one in self.lab.world(account).each(ResourceKind.VOLUME) if one.get("mcm_op")]

    def images(self, account: str) -> list[str]:
        """Native ids of those that carry the mark of mcm."""
        world = self.lab.world(account)
        return [one["id"] for one in world.each(ResourceKind.IMAGE) if one.get("mcm_op")]

    def state(self, account: str, native_id: str) -> str | None:
        found = self.lab.world(account).find(ResourceKind.INSTANCE, native_id)
        return None if found is None else str(found[1]["status"])

    def made(self) -> list[str]:
        world = self.lab.world("there")
        return [one["id"] for one in world.each(ResourceKind.INSTANCE) if one.get("mcm_op")]

    def staged(self) -> list[str]:
        root = staging.root(self.lab.runtime.settings)
        return [one.name for one in root.rglob("*")] if root.is_dir() else []


def volume(desk: Desk, source: ResourceRow, *, device: str = "/dev/vdb", **values: Any) -> str:
    """One more at the source; its native id."""
    made = {"id": str(uuid.uuid4()), "name": "data", "size_gib": 5, "status": "in-use", "type": "ssd"}
    attached = {"attachments": [{"instance": source.native_id, "device": device}], "bootable": False}
    desk.lab.world("here").add(ResourceKind.VOLUME, source.region, made | attached | values)
    desk.lab.sync("here", kinds=("volume",))
    return str(made["id"])


def _plain(volume: ResourceRow) -> bool:
    return bool(volume.attributes.get("bootable")) and not volume.attributes.get("encrypted")
