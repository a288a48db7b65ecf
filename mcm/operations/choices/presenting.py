"""What can be chosen, as the API shows it: options with their verdicts, how fresh they are, and the form's fields."""

from collections.abc import Collection, Sequence
from typing import Any

from mcm.contract import ResourceKind
from mcm.operations.choices import repository
from mcm.operations.choices.place import NAMES, Place
from mcm.operations.choices.reasons import Hindrance
from mcm.operations.choices.repository import Offered
from mcm.operations.choices.rules import Room
from mcm.operations.choices.schemas import Choice, ChoiceList, ChoicesAnswer, FieldItem, RoomItem, SubnetChoice
from mcm.operations.reasons import Verdict, no
from mcm.system.chinese_words import KINDS

# What a list does not show: long, and of no use for choosing.
_UNTOLD = ("rules", "dns_servers")
_TOLD = ("reason_code", "reason", "reason_zh", "how_to_fix", "how_to_fix_zh")


def fresh(place: Place, kind: ResourceKind) -> dict[str, Any]:
    scopes = [one for one in place.scopes_of(kind) if one.status != "unsupported"]
    old = [one for one in scopes if place.estate.freshness(place.estate.scopes[one.id]) != "fresh"]
    absent = place.unread(kind)
    never = None if scopes or absent else f"{kind} of region {place.region} was never read"
    never_zh = never and f"区域 {place.region} 的{KINDS[kind.value]}从未读取"
    doubt = place.estate.doubt(place.estate.scopes[old[0].id]) if old else None
    return {
        "as_of": min((one.as_of for one in scopes if one.as_of is not None), default=None),
        "stale": bool(old or never),
        "stale_reason": doubt.en if doubt else never,
        "stale_reason_zh": doubt.zh if doubt else never_zh,
        "absent": absent,
    }


def _regions(place: Place) -> list[Choice]:
    """Those that the action's kind is read in, and why not in others."""
    scopes = [one for one in place.scopes if one.kind == place.action.kind]
    ids = [one.id for one in place.scopes if one.kind == ResourceKind.REGION]
    values = {one.region for one in scopes}
    known = repository.named(place.session, ids, None, ResourceKind.REGION, values, common=place.common)
    rows = {row.native_id: row for row in known}
    found = []
    for scope in scopes:
        row = rows.get(scope.region)
        told = no(place.action.id, "not_supported", text=scope.reason or "", text_zh=scope.reason or "")
        found.append(
            Choice(
                id=row.id if row is not None and row.inside else None,
                native_id=scope.region,
                name=(row.name if row is not None else "") or scope.region,
                state=row.state if row is not None else None,
                usable=scope.status != "unsupported",
                **({} if scope.status != "unsupported" else _told(told)),
            )
        )
    return found


def choice(row: Offered, against: Hindrance | None, subnets: dict[str, list[Offered]] | None = None) -> Choice:
    return Choice(
        id=row.id if row.inside else None,
        native_id=row.native_id,
        name=row.name or row.native_id,
        zone=row.zone,
        project=row.project,
        project_name=row.project_name,
        state=row.state,
        attributes=_attributes(row),
        subnets=None if subnets is None else [_subnet(one) for one in subnets.get(row.id, ())],
        usable=against is None,
        **(against.told if against is not None else {}),
    )


def _subnet(row: Offered) -> SubnetChoice:
    return SubnetChoice(
        id=row.id if row.inside else None,
        native_id=row.native_id,
        name=row.name or row.native_id,
        zone=row.zone,
        attributes=_attributes(row),
    )


def _attributes(row: Offered) -> dict[str, object]:
    return {name: value for name, value in row.attributes.items() if name not in _UNTOLD}


def _told(found: Verdict | Hindrance) -> dict[str, str]:
    if isinstance(found, Hindrance):
        return found.told
    return {name: getattr(found, name) for name in _TOLD}


def _fields(place: Place) -> list[FieldItem]:
    action, support = place.action, place.descriptor.actions.get(place.action.id)
    required = {name for name, field in action.params.model_fields.items() if field.is_required()}
    return [
        FieldItem(
            name=name,
            kind=NAMES[name].value if name in NAMES else None,
            required=name in required or (support is not None and name in support.needs),
            ignored=support is not None and name in support.ignores,
            unlisted=support is not None and name in support.unlisted,
        )
        for name in action.params.model_fields
    ]


def answer(
    place: Place,
    region: str | None,
    verdict: Verdict | Hindrance,
    projects: Sequence[Choice],
    rooms: Collection[Room],
    lists: Sequence[ChoiceList],
) -> ChoicesAnswer:
    home = place.home
    return ChoicesAnswer(
        action=place.action.id,
        account=place.account.name,
        account_id=place.account.id,
        provider=place.account.provider,
        region=region,
        allowed=isinstance(verdict, Verdict) and verdict.allowed,
        **_told(verdict),
        home=home[0] if home is not None else None,
        regions=_regions(place),
        projects=list(projects),
        params=place.action.params.model_json_schema(),
        fields=_fields(place),
        quota=[
            RoomItem(
                basis=one.basis,
                resource=one.resource,
                left=one.left if one.whose is not None else None,
                limit=one.limit,
                whose=one.whose,
                as_of=one.as_of,
            )
            for one in rooms
        ],
        lists=list(lists),
    )
