"""All SQL of users, roles and tokens (of sessions: `mcm.auth.sessions`), limited to the session's view."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from mcm.auth.roles import SEPARATED, Role
from mcm.auth.service import SYSTEM_PRINCIPAL, View, view_of
from mcm.kit.ids import is_id
from mcm.models import (
    ApiToken,
    Base,
    ExternalIdentity,
    IdentitySecret,
    LoginSession,
    Principal,
    RecoveryCode,
    RoleBinding,
    User,
)

Pair = tuple[Principal, User]


def storable(text: str) -> bool:
    """PostgreSQL takes no NUL, so nothing is called by one; it would be a failure of ours to ask."""
    return "\0" not in text


def serialise(session: Session) -> None:
    """Rules over several users (separation of duties, the last administrator) are judged one change at a time.

    Any row that is always there would do; SQLite has one writer anyway."""
    session.execute(select(Principal.id).where(Principal.id == SYSTEM_PRINCIPAL).with_for_update())


def _users() -> Select[Principal, User]:
    return select(Principal, User).join(User, User.principal_id == Principal.id).where(Principal.kind == "user")


def _inside(seen: View) -> ColumnElement[bool]:
    return true() if seen.everything else Principal.tenant_id.in_(seen.tenants) if seen.tenants else false()


def find(session: Session, name_or_id: str) -> Pair | None:
    """Inside of the session's view. What looks like an id is one: no name does."""
    seen = _inside(view_of(session))
    return _by_id(session, name_or_id, seen) if is_id("prn", name_or_id) else _named(session, name_or_id, seen)


def by_id(session: Session, principal_id: str) -> Pair | None:
    """Whatever the session may see."""
    return _by_id(session, principal_id, true())


def named(session: Session, name: str) -> Pair | None:
    """Whatever the session may see: for signing in."""
    return _named(session, name, true())


def _by_id(session: Session, principal_id: str, seen: ColumnElement[bool]) -> Pair | None:
    return _one(session, principal_id, _users().where(seen, Principal.id == principal_id))


def _named(session: Session, name: str, seen: ColumnElement[bool]) -> Pair | None:
    return _one(session, name, _users().where(seen, Principal.name == name.casefold()))


def _one(session: Session, asked: str, query: Select[Principal, User]) -> Pair | None:
    row = session.execute(query).first() if storable(asked) else None
    return None if row is None else (row[0], row[1])


def name_taken(session: Session, name: str) -> bool:
    """By a user, by mcm itself, or by one that was removed."""
    return session.scalar(select(Principal.id).where(Principal.name == name)) is not None


def page(session: Session, after: tuple[str, str] | None, limit: int) -> Sequence[Pair]:
    query = _users().where(_inside(view_of(session))).order_by(Principal.name, Principal.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(Principal.name, Principal.id) > after)
    return [(row[0], row[1]) for row in session.execute(query)]


def external(session: Session, issuer: str, subject: str) -> ExternalIdentity | None:
    return session.get(ExternalIdentity, (issuer, subject))


def issuers(session: Session, principal_ids: Sequence[str]) -> dict[str, list[str]]:
    rows = session.execute(
        select(ExternalIdentity.principal_id, ExternalIdentity.issuer)
        .where(ExternalIdentity.principal_id.in_(principal_ids))
        .order_by(ExternalIdentity.issuer)
    )
    found: dict[str, list[str]] = {}
    for principal_id, issuer in rows:
        found.setdefault(principal_id, []).append(issuer)
    return found


def bindings(session: Session, principal_ids: Sequence[str]) -> Sequence[RoleBinding]:
    """Of these principals, whatever the session may see: for rules."""
    return _bindings(session, principal_ids, true())


def visible_bindings(session: Session, principal_ids: Sequence[str]) -> Sequence[RoleBinding]:
    """Of these principals, what is inside of the session's view: for showing."""
    return _bindings(session, principal_ids, _binding_inside(view_of(session)))


def _bindings(session: Session, principal_ids: Sequence[str], seen: ColumnElement[bool]) -> Sequence[RoleBinding]:
    return session.scalars(
        select(RoleBinding)
        .where(RoleBinding.principal_id.in_(principal_ids), seen)
        .order_by(RoleBinding.role, RoleBinding.held_in)
    ).all()


def given_by(session: Session, issuer: str) -> Sequence[RoleBinding]:
    """What an identity provider's groups gave, to whomever."""
    return session.scalars(select(RoleBinding).where(RoleBinding.issuer == issuer)).all()


def signed_in_by(session: Session, issuer: str) -> Sequence[str]:
    """Ids of those with a session that an identity provider opened."""
    return session.scalars(select(LoginSession.principal_id).where(LoginSession.issuer == issuer).distinct()).all()


def holders_of_several(session: Session) -> Sequence[str]:
    """Names of users who hold more than one of the roles that separation of duties keeps apart."""
    return session.scalars(
        select(Principal.name)
        .join(RoleBinding, RoleBinding.principal_id == Principal.id)
        .where(RoleBinding.role.in_(SEPARATED))
        .group_by(Principal.name)
        .having(func.count(func.distinct(RoleBinding.role)) > 1)
        .order_by(Principal.name)
    ).all()


def administrators(session: Session) -> set[str]:
    """Ids of users who may come in and hold the security administrator's role in the whole."""
    return set(
        session.scalars(
            select(Principal.id)
            .join(RoleBinding, RoleBinding.principal_id == Principal.id)
            .where(
                Principal.kind == "user",
                Principal.disabled_at.is_(None),
                RoleBinding.role == Role.SECURITY_ADMIN,
                RoleBinding.held_in == "whole",
            )
        )
    )


def binding_page(
    session: Session, principal_id: str | None, after: tuple[str, str] | None, limit: int
) -> Sequence[tuple[RoleBinding, str]]:
    """(binding, the principal's name) of those who are inside the session's view."""
    query = (
        select(RoleBinding, Principal.name)
        .join(Principal, Principal.id == RoleBinding.principal_id)
        .where(_binding_inside(view_of(session)))
        .order_by(Principal.name, RoleBinding.id)
        .limit(limit)
    )
    if principal_id is not None:
        query = query.where(RoleBinding.principal_id == principal_id)
    if after is not None:
        query = query.where(tuple_(Principal.name, RoleBinding.id) > after)
    return [(row[0], row[1]) for row in session.execute(query)]


def binding(session: Session, binding_id: str) -> tuple[RoleBinding, str] | None:
    if not storable(binding_id):
        return None
    row = session.execute(
        select(RoleBinding, Principal.name)
        .join(Principal, Principal.id == RoleBinding.principal_id)
        .where(RoleBinding.id == binding_id, _binding_inside(view_of(session)))
    ).first()
    return None if row is None else (row[0], row[1])


def _binding_inside(seen: View) -> ColumnElement[bool]:
    """What is held in the whole is seen by those who see the whole."""
    if seen.everything:
        return true()
    projects = [and_(RoleBinding.account_id == account, RoleBinding.project == native) for account, native in
                sorted(seen.projects)]  # fmt: skip
    tenants = [RoleBinding.tenant_id.in_(seen.tenants)] if seen.tenants else []
    return or_(false(), *tenants, *projects)


def tokens(session: Session, principal_id: str | None) -> Sequence[tuple[ApiToken, str]]:
    """(token, its owner's name): of one principal, or of everybody whom the session may see."""
    query = select(ApiToken, Principal.name).join(Principal, Principal.id == ApiToken.principal_id)
    limited = _inside(view_of(session)) if principal_id is None else ApiToken.principal_id == principal_id
    rows = session.execute(query.where(limited).order_by(Principal.name, ApiToken.created_at, ApiToken.id))
    return [(row[0], row[1]) for row in rows]


def token_page(session: Session, after: tuple[str, str] | None, limit: int) -> Sequence[tuple[ApiToken, str]]:
    """As `tokens`, of everybody; after: (owner's name, id) of the page before."""
    query = (
        select(ApiToken, Principal.name)
        .join(Principal, Principal.id == ApiToken.principal_id)
        .where(_inside(view_of(session)))
        .order_by(Principal.name, ApiToken.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Principal.name, ApiToken.id) > after)
    return [(row[0], row[1]) for row in session.execute(query)]


def made_with(session: Session, token_id: str) -> Sequence[str]:
    """Ids of the tokens made with this one, or with those."""
    start = select(ApiToken.id).where(ApiToken.parent_id == token_id).cte("made", recursive=True)
    child = aliased(ApiToken)
    return session.scalars(select(start.union(select(child.id).where(child.parent_id == start.c.id)).c.id)).all()


def recovery_codes(session: Session, principal_id: str) -> Sequence[RecoveryCode]:
    """Those that are left."""
    return session.scalars(
        select(RecoveryCode).where(RecoveryCode.principal_id == principal_id, RecoveryCode.used_at.is_(None))
    ).all()


def sealed(session: Session, owner: str, key: str) -> IdentitySecret | None:
    return session.get(IdentitySecret, (owner, key))


def insert_new(session: Session, table: type[Base], values: dict[str, Any]) -> None:
    """Unless a row with this key is there, or another process is just writing it."""
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        session.execute(sqlite_insert(table).values(values).on_conflict_do_nothing())
        return
    # Here, as the dialect with its drivers is a large import that SQLite has no use for.
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    session.execute(postgresql_insert(table).values(values).on_conflict_do_nothing())
