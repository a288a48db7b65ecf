"""The model: what the inventory may show after a read, given what the cloud said and what it answered when asked."""

from typing import Any

from sqlalchemy import ColumnElement, select

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.models import ResourceRow, Scope, Sighting, SyncRun
from mcm.sync import service as sync
from mcm.sync.merge import brakes
from tests.baddays.disappearance.cloud import KIND, Cloud, Script
from tests.lab import CALLER, Lab

Rows = dict[str, tuple[str, str]]  # native id to presence and name


class Watched:
    """Reads one account's cloud and asserts, after every read, that nothing went that was not denied."""

    def __init__(self, lab: Lab, name: str, cloud: Cloud) -> None:
        self._lab, self._name, self._cloud = lab, name, cloud
        self._let_go: set[str] = set()
        wanted = AccountCreate.model_validate(
            {"name": name, "provider": "lying", "ownership": "private", "config": {"cloud": name}}
        )
        access = accounts.draft(lab.runtime.registry, wanted)
        with lab.runtime.database.writing() as session:
            self._account = accounts.create(session, CALLER, lab.runtime.settings, lab.runtime.vault, wanted, access).id

    def first_read(self) -> None:
        self._cloud.begin(Script())
        self._lab.run("region", name=self._name)
        if self._cloud.content:
            self.read(Script())

    def read(self, script: Script) -> SyncRun:
        cloud = self._cloud
        before, live = self._rows(), self._live()
        held_before = self._lab.scope(KIND, name=self._name).status == "quarantined"
        grants = self._lab.scope(KIND, name=self._name).grants
        cloud.begin(script)
        run = self._lab.run(KIND, name=self._name, full=not script.feed)
        after = self._rows()
        for native_id, (presence, _) in before.items():
            self._judge(script, native_id, presence, after[native_id][0])
        if run.outcome == "failed":
            assert after == before, "a failed read changed something"
            assert run.error_message
        if run.outcome == "quarantined":
            shrunk = {one for one, (was, _) in before.items() if was == "present"} - {
                one for one, (now, _) in after.items() if now == "present"
            }
            assert not shrunk, "a quarantined read let something go"
        if run.outcome == "complete" and run.mode == "full":
            listed = cloud.listed()
            absent = live - set(listed)
            if absent and len(listed) == len(set(listed)):
                assert not held_before, "a quarantine ended though things were still missing"
                assert not brakes(len(absent), len(live)), "the brake did not hold"
                assert grants in (None, cloud.grants), "rights had changed, and it was believed"
        return run

    def scopes(self) -> list[Scope]:
        with self._lab.runtime.database.reading() as session:
            return list(session.scalars(select(Scope).where(Scope.account_id == self._account)))

    def decide(self, *, accept: bool) -> None:
        scope = self._lab.scope(KIND, name=self._name)
        if scope.status == "quarantined":
            self._let_go |= self._held() if accept else set()
            with self._lab.runtime.database.writing() as session:
                sync.decide_quarantine(session, CALLER, scope.id, accept)

    def settle(self) -> None:
        """The cloud is well again and a person lets go what is gone: then the inventory is the cloud."""
        self._cloud.grants, self._cloud.blind = "all", False
        for _ in range(4):
            self.decide(accept=True)
            run = self.read(Script())
            assert run.outcome in ("complete", "quarantined")
        rows = self._rows()
        there = {one: name for one, (presence, name) in rows.items() if presence == "present"}
        wanted = {one: f"{one}-v{version}" for one, version in self._cloud.content.items()}
        assert there == wanted
        assert {presence for one, (presence, _) in rows.items() if one not in wanted} <= {"gone"}

    def _judge(self, script: Script, native_id: str, was: str, now: str) -> None:
        cloud = self._cloud
        if was == now or now == "present":
            return
        if now == "gone":
            assert native_id in cloud.denied, f"{native_id} is gone, and nobody denied it"
            # A person may have let go what a cloud that we could not see into had hidden.
            assert native_id not in cloud.content or native_id in self._let_go, f"{native_id} is gone, and is there"
        if now == "missing":
            assert was == "present"
            assert script.observe_fails, f"{native_id} is missing, though the cloud could be asked"
            if not script.feed:
                listed = cloud.listed()
                assert native_id not in listed
                assert len(listed) == len(set(listed)), f"{native_id} is missing after a listing that shifted"

    def _rows(self) -> Rows:
        with self._lab.runtime.database.reading() as session:
            found: Any = session.execute(
                select(ResourceRow.native_id, ResourceRow.presence, ResourceRow.name).where(
                    ResourceRow.account_id == self._account, ResourceRow.kind == str(KIND)
                )
            )
            return {native_id: (presence, name) for native_id, presence, name in found}

    def _live(self) -> set[str]:
        """What the scope counts as seen."""
        return self._sighted(Sighting.missing_since.is_(None))

    def _held(self) -> set[str]:
        return self._sighted(Sighting.held.is_(True)) | self._sighted(Sighting.missing_since.is_not(None))

    def _sighted(self, condition: ColumnElement[bool]) -> set[str]:
        with self._lab.runtime.database.reading() as session:
            return set(
                session.scalars(
                    select(ResourceRow.native_id)
                    .join(Sighting, Sighting.resource_id == ResourceRow.id)
                    .where(Sighting.account_id == self._account, ResourceRow.kind == str(KIND), condition)
                )
            )
