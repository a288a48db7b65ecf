"""What a form for something new needs of one account and region: lists bounded, options judged. Never commits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.service import Caller, limit, view
from mcm.contract import GLOBAL_REGION, ProviderDescriptor, ResourceKind
from mcm.contract.actions import ACTIONS, Action
from mcm.errors import BadRequest
from mcm.inventory.query import clean_search
from mcm.models import Account, Scope
from mcm.operations import needs
from mcm.operations.choices import repository
from mcm.operations.choices.place import NAMES, Place
from mcm.operations.choices.presenting import answer, choice, fresh
from mcm.operations.choices.reasons import Hindrance, hindrance
from mcm.operations.choices.repository import Offered
from mcm.operations.choices.rules import Asked, Room, judged
from mcm.operations.choices.schemas import Choice, ChoiceList, ChoicesAnswer
from mcm.operations.errors import InvalidParams
from mcm.operations.reasons import Verdict, no, yes
from mcm.operations.service import action_named
from mcm.operations.verdicts import account_verdict, permission_of, support
from mcm.registry import Registry
from mcm.tenancy import quota, sight

MAX_SUBNETS = 50
_TYPE = "type"


@dataclass(frozen=True)
class Question:
    """flavor, image, project: what is chosen already, by name or native id. only: parameters whose lists are wanted."""

    action: str = "instance.create"
    region: str | None = None
    project: str | None = None
    flavor: str | None = None
    image: str | None = None
    search: str | None = None
    only: tuple[str, ...] = ()
    limit: int = 100
    cursor: str | None = None


def choices(session: Session, registry: Registry, caller: Caller, name: str, question: Question) -> ChoicesAnswer:
    """Raises AccountNotFound, UnknownAction, InvalidParams, BadRequest."""
    action = action_named(question.action)
    if action.targets:
        making = ", ".join(one.id for one in ACTIONS.values() if not one.targets)
        raise InvalidParams(
            f"{action.id} acts on what is there and needs no choices", next_step=f"these make something new: {making}"
        )
    account = accounts.get(session, name)
    descriptor = registry.descriptor(account.provider)
    verdict = _verdict(session, caller, action, account, descriptor)
    whole = sight.holds_whole(session, account)
    region = _region(session, account, action, question.region, whole)
    place = Place(session, account, descriptor, action, region or "", common=whole)
    if action.id not in descriptor.actions:
        return answer(place, region, verdict, [], [], [])
    home = _project(place, question.project)
    asked = place.asked(home)
    if question.project is not None and verdict.allowed and place.home not in (None, home):
        assert home is not None
        assert place.home is not None
        against = hindrance("not_home", project=home[1], home=place.home[1])
        return answer(place, region, against, _projects(place, asked), [], [])
    rooms: list[Room] = []
    if region:
        rooms = [*_tenant_rooms(session, account, whole), *(place.cloud_rooms(asked.home) if whole else ())]
        asked = replace(
            asked,
            rooms=rooms,
            image=_chosen(place, "image", question.image, asked),
            flavor=_chosen(place, "flavor", question.flavor, asked),
        )
    lists = _lists(place, asked, question) if region else []
    return answer(place, region, verdict, _projects(place, asked), rooms, lists)


def _verdict(
    session: Session, caller: Caller, action: Action, account: Account, descriptor: ProviderDescriptor
) -> Verdict:
    """Whether the caller may ask for it at all. From here on whoever may sees what the request itself would see."""
    found = support(descriptor, action) or account_verdict(action, account)
    needed = permission_of(action)
    seen = view(caller, needed)
    if not (seen.everything or account.tenant_id in seen.tenants):
        return found or no(action.id, "no_permission", permission=needed.value)
    limit(session, seen)
    return found or yes(action.id)


def _region(session: Session, account: Account, action: Action, region: str | None, whole: bool) -> str | None:
    """None while one of several is still to be chosen."""
    if region is None:
        known = {one.region for one in _of_action(repository.scopes(session, account.id, every=whole), action)}
        return known.pop() if len(known) == 1 else None
    return needs.region_of(session, account, action, region)


def _of_action(scopes: Iterable[Scope], action: Action) -> list[Scope]:
    return [one for one in scopes if one.kind == action.kind and one.status != "unsupported"]


def _project(place: Place, value: str | None) -> tuple[str, str] | None:
    if value is None:
        return None
    found = [one for one in place.projects([value]) if value in (one.native_id, one.name)]
    if len(found) != 1:
        what = "several projects" if found else "no project"
        raise InvalidParams(
            f"project: account '{place.account.name}' has {what} '{value}'",
            next_step=f"`mcm resource list -k project` lists them; `mcm sync {place.account.name}` reads anew",
            details={"params": ["project"]},
        )
    return found[0].native_id, found[0].name


def _chosen(place: Place, param: str, value: str | None, asked: Asked) -> Offered | None:
    """What is chosen already must exist; whether it can be had is told in its list."""
    if value is None or param not in place.action.params.model_fields or param in place.support.ignores:
        return None
    found = place.found(param, [value], asked)[value]
    if isinstance(found, Hindrance):
        raise needs.refusal([(param, value, found)])
    return found


def _tenant_rooms(session: Session, account: Account, whole: bool) -> list[Room]:
    if not whole:
        return []
    return [
        Room("mcm", one.resource, one.left, one.limit if one.tenant else None, one.tenant)
        for one in quota.room(session, account.tenant_id)
    ]


def _lists(place: Place, asked: Asked, question: Question) -> list[ChoiceList]:
    fields = [name for name in place.action.params.model_fields if name not in place.support.ignores]
    params = [name for name in fields if name in NAMES or (name == _TYPE and place.action.kind == "volume")]
    if unknown := [name for name in question.only if name not in params]:
        raise BadRequest(
            f"there is no list for '{unknown[0]}'", next_step=f"lists of {place.action.id}: {', '.join(params)}"
        )
    params = [name for name in params if not question.only or name in question.only]
    search = clean_search(question.search)
    if question.cursor is not None and len(params) != 1:
        raise BadRequest("a cursor goes on with one list", next_step="name its parameter: only=image&cursor=…")
    after = sight.after(place.session, question.cursor, str, str)
    kinds = {NAMES[name].value for name in params if name in NAMES}
    counts = repository.counts(
        place.session, place.ids_of(*kinds), place.region, kinds, search, common=place.common
    )  # fmt: skip
    return [
        _types(place, search, question.limit)
        if name not in NAMES
        else _list(place, asked, name, counts.get(NAMES[name].value, (0, 0)), search, after, question.limit)
        for name in params
    ]


def _list(
    place: Place,
    asked: Asked,
    param: str,
    count: tuple[int, int],
    search: str,
    after: tuple[str, str] | None,
    limit: int,
) -> ChoiceList:
    kind = NAMES[param]
    rows = repository.page(
        place.session, place.ids_of(kind), place.region, kind, search, after, limit + 1, common=place.common
    )
    shown, last = rows[:limit], rows[limit - 1] if len(rows) > limit else None
    subnets = None
    if kind == ResourceKind.NETWORK:
        subnets = repository.subnets(place.session, [row.id for row in shown], MAX_SUBNETS)
    return ChoiceList(
        param=param,
        kind=kind.value,
        many=param.endswith("s"),
        total=count[0],
        found=count[1],
        items=[choice(row, judged(row, asked), subnets) for row in shown],
        next_cursor=sight.cursor_of(place.session, [last.name, last.id]) if last is not None else None,
        **fresh(place, kind),
    )


def _types(place: Place, search: str, limit: int) -> ChoiceList:
    """As the volumes there are tell; no cloud's list of them is read."""
    ids = place.ids_of(ResourceKind.VOLUME)
    found = repository.volume_types(place.session, ids, place.region, "", 1000)
    shown = [one for one in found if search in one.lower()]
    return ChoiceList(
        param=_TYPE,
        kind="volume_type",
        many=False,
        total=len(found),
        found=len(shown),
        items=[Choice(id=None, native_id=one, name=one) for one in shown[:limit]],
        next_cursor=None,
        **fresh(place, ResourceKind.VOLUME),
    )


def _projects(place: Place, asked: Asked) -> list[Choice]:
    """The account's, at most a thousand; only in one of them does it make anything, where it is known in which."""
    ids = place.ids_of(ResourceKind.PROJECT)
    rows = repository.page(place.session, ids, GLOBAL_REGION, ResourceKind.PROJECT, "", None, 1000, common=place.common)
    made_in = replace(asked, home=place.home)
    return [choice(row, judged(row, made_in)) for row in rows]
