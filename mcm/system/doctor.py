"""Checks what mcm needs on this machine; each finding says what it means and what to do. Changes nothing."""

import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel
from sqlalchemy import func, make_url, select, text

from mcm import __version__
from mcm.db import migrate, standing
from mcm.db.engine import shown
from mcm.errors import McmError
from mcm.keys import health as keys
from mcm.models import Account, Scope
from mcm.settings import Settings

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

LOCAL_MODE = (
    "there is no user yet, so everybody on this machine who reaches the loopback address may do everything, as one "
    "local principal: no login, no roles, no tenants, no second factor"
)
LOCAL_MODE_ZH = (
    "尚无任何用户，因此本机上能访问回环地址的所有人都以同一个本地身份拥有全部权限：没有登录、角色、租户和第二因素。"
)
_LOW_DISK_BYTES = 500 * 2**20


class Finding(BaseModel):
    check: str
    result: Literal["ok", "warning", "failed"]
    detail: str
    next_step: str = ""


def examine(runtime: "Runtime") -> list[Finding]:
    checks = (_machine, _rights, _login, _database, _standing, _vault, _audit, _providers, _accounts)
    return [finding for check in checks for finding in check(runtime)]


def _machine(runtime: "Runtime") -> Iterator[Finding]:
    yield Finding(check="version", result="ok", detail=f"mcm {__version__}, Python {sys.version.split()[0]}")
    directory = runtime.settings.directory
    if directory.exists():
        free = shutil.disk_usage(directory).free
        low = free < _LOW_DISK_BYTES
        yield Finding(
            check="disk",
            result="warning" if low else "ok",
            detail=f"{free // 2**20} MiB free at {directory}",
            next_step="free some space: writes fail when the disk is full" if low else "",
        )
    # Only here: the process that answers loads none of it for anything else.
    from mcm.moves import converting

    found = converting.program()
    yield Finding(
        check="disk formats",
        result="ok",
        detail=f"{converting.PROGRAM} at {found}"
        if found
        else f"{converting.PROGRAM} is not installed: moves to clouds that take another disk format end with that",
        next_step="" if found else "only for such moves; Debian: apt install qemu-utils",
    )


def _rights(runtime: "Runtime") -> Iterator[Finding]:
    """Whoever can read the database reads the inventory and the audit trail, and has half of every secret."""
    for path, wanted in _own_files(runtime.settings):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            yield Finding(
                check="rights",
                result="warning",
                detail=f"{path} is open to other users of this machine (mode {mode:04o})",
                next_step=f"chmod {wanted:o} {path}",
            )


def _own_files(settings: Settings) -> Iterator[tuple[Path, int]]:
    """(where, the rights it should have)."""
    if settings.directory.is_dir():
        yield settings.directory, 0o700
    file = make_url(settings.database).database if settings.embedded else None
    if file and file != ":memory:":
        for suffix in ("", "-wal", "-shm"):
            yield Path(f"{file}{suffix}"), 0o600


def _login(runtime: "Runtime") -> Iterator[Finding]:
    """Says what the local mode skips."""
    try:
        required = runtime.door.login_required()
    except McmError:
        return
    if said := unknown_proxy(runtime.settings):
        yield Finding(check="proxy", result="warning", detail=said[0], next_step=said[1])
    if required:
        yield Finding(check="login", result="ok", detail="everybody signs in; commands beside the database need not")
        return
    yield Finding(
        check="login",
        result="ok",
        detail=f"local mode: {LOCAL_MODE}",
        next_step="`mcm user create --admin NAME` ends it",
    )


def unknown_proxy(settings: Settings) -> tuple[str, str] | None:
    """(what it means, what to do) where everybody seems to come from the proxy's address."""
    if not settings.public_url or settings.trusted_proxies.strip():
        return None
    return (
        "MCM_TRUSTED_PROXIES is empty, so everybody has the proxy's address: one who guesses passwords slows all down, "
        "and the audit trail does not tell where people come from",
        "set it to the address that the proxy connects from",
    )


def _database(runtime: "Runtime") -> Iterator[Finding]:
    name = shown(runtime.settings.database)
    try:
        migrate.require_current(runtime.database.engine)
        yield Finding(check="database", result="ok", detail=f"{name}, schema {migrate.head()}")
        if runtime.database.dialect == "sqlite":
            with runtime.database.reading() as session:
                answer = session.execute(text("PRAGMA quick_check(1)")).scalar()
            yield Finding(
                check="database integrity",
                result="ok" if answer == "ok" else "failed",
                detail=str(answer),
                next_step="" if answer == "ok" else "restore a backup",
            )
    except McmError as error:
        cause = str(getattr(error.__cause__, "orig", "") or "").strip().splitlines()
        yield Finding(
            check="database",
            result="failed",
            detail=f"{name}: {error.message}{f' ({cause[0]})' if cause else ''}",
            next_step=error.next_step or "check MCM_DATABASE_URL, that the database runs and that mcm may write there",
        )


def _standing(runtime: "Runtime") -> Iterator[Finding]:
    try:
        with runtime.database.reading() as session:
            found = standing.read_only(session)
    except McmError:
        # The database's own finding says so.
        return
    if found is not None:
        detail = standing.sentence(found)
        yield Finding(check="read-only", result="warning", detail=detail, next_step=standing.NEXT_STEP)


def _vault(runtime: "Runtime") -> Iterator[Finding]:
    try:
        with runtime.database.reading() as session:
            health = keys.examine(session, runtime.vault)
    except McmError:
        return
    for detail, next_step in health.problems:
        yield Finding(check="master key", result="failed", detail=detail, next_step=next_step)
    if not health.problems:
        result: Literal["ok", "warning"] = "warning" if health.next_step else "ok"
        yield Finding(check="master key", result=result, detail=health.detail, next_step=health.next_step)


def _audit(runtime: "Runtime") -> Iterator[Finding]:
    """Does not walk the chain, which takes as long as the trail is: `mcm audit verify` does."""
    try:
        with runtime.database.reading() as session:
            # Only here: every page knows this file for a sentence of it.
            from mcm.auditlog import service as auditlog

            guarded, head = auditlog.guarded(session), auditlog.head(session, runtime.vault)
        required = runtime.door.login_required()
    except McmError:
        # The findings of the database and the master key say so.
        return
    detail = f"{head.seq or 0} changes recorded"
    if not guarded:
        yield Finding(
            check="audit trail",
            result="failed",
            detail=f"{detail}; the database's triggers against altering them are gone: somebody removed them",
            next_step="`mcm audit verify` tells what was altered; keep the database as evidence",
        )
        return
    places = [str(place) for place in (runtime.settings.audit_head_file, runtime.settings.audit_syslog) if place]
    if places:
        yield Finding(
            check="audit trail", result="ok", detail=f"{detail}; a server exports its head to {', '.join(places)}"
        )
        return
    yield Finding(
        check="audit trail",
        result="warning" if required else "ok",
        detail=f"{detail}; its head is exported nowhere, so a cut-off end would not show",
        next_step="set MCM_AUDIT_HEAD_FILE or MCM_AUDIT_SYSLOG" if required else "",
    )


def _providers(runtime: "Runtime") -> Iterator[Finding]:
    for name in runtime.registry.names():
        try:
            missing = runtime.registry.missing_sdk(runtime.registry.descriptor(name))
        except Exception as error:  # noqa: BLE001 - a foreign provider may fail in any way
            yield Finding(check=f"provider {name}", result="failed", detail=f"cannot be loaded: {error}")
            continue
        yield Finding(
            check=f"provider {name}", result="warning" if missing else "ok", detail=missing or "its SDK is installed"
        )


def _accounts(runtime: "Runtime") -> Iterator[Finding]:
    try:
        with runtime.database.reading() as session:
            accounts = session.scalars(select(Account).order_by(Account.name)).all()
            held = session.execute(
                select(Scope.account_id, Scope.region, Scope.kind).where(Scope.status == "quarantined")
            ).all()
            failing = session.execute(
                select(Scope.account_id, func.count(), func.min(Scope.error_message))
                .where(Scope.status == "failing")
                .group_by(Scope.account_id)
            ).all()
    except McmError:
        return
    names = {account.id: account.name for account in accounts}
    for account in accounts:
        if account.status == "failing":
            yield Finding(
                check=f"account {account.name}",
                result="failed",
                detail=account.error_message or "failing",
                next_step=f"mcm account check {account.name}",
            )
    broken = {account.id for account in accounts if account.status == "failing"}
    for account_id, number, said in failing:
        if account_id in broken:
            continue
        yield Finding(
            check=f"account {names.get(account_id, account_id)}",
            result="warning",
            detail=f"{number} scopes cannot be read, one of them: {said or 'for an unknown reason'}",
            next_step=f"mcm account show {names.get(account_id, account_id)}",
        )
    for account_id, region, kind in held:
        yield Finding(
            check=f"quarantine {names.get(account_id, account_id)} {region} {kind}",
            result="warning",
            detail="a complete read no longer lists much of it; it is kept until somebody decides",
            next_step=f"mcm account quarantine {names.get(account_id, account_id)} accept, or reject",
        )
