"""mcm account choices: what can be given when something new is made (the other commands: `account.py`)."""

from typing import Any

import typer

from mcm.cli.account import Name
from mcm.cli.client import quoted
from mcm.cli.output import Column, Format, Output, note, plain, print_one, print_rows

_LISTS = [
    Column("PARAM", "param"),
    Column("NAME", "name"),
    Column("USABLE", "usable"),
    Column("WHAT", "what", whole=True),
    Column("PROJECT", "project_name", wide=True),
    Column("ZONE", "zone", wide=True),
    Column("NATIVE-ID", "native_id"),
    Column("ID", "id", wide=True),
    Column("WHY-NOT", "reason", show=lambda value: str(value or ""), whole=True),
]
_WHAT = {
    "flavor": ("vcpus", "memory_mib", "local_disk_gib", "gpu_count", "architecture"),
    "image": ("os_name", "architecture", "size_gib", "min_disk_gib", "min_memory_mib", "visibility"),
    "network": ("cidrs", "external", "shared", "is_default"),
    "security_group": ("description",),
    "keypair": ("type", "fingerprint"),
    "zone": ("services",),
    "snapshot": ("size_gib", "source_kind"),
    "datastore": ("capacity_gib", "used_gib", "type"),
    "folder": ("path",),
}


def choices(
    name: str = Name,
    action: str = typer.Option("instance.create", "--action", help="One that makes something new."),
    region: str | None = typer.Option(None, "--region", help="Needed where the account has several."),
    project: str | None = typer.Option(None, "--project", help="Judge for this project of the account."),
    flavor: str | None = typer.Option(None, "--flavor", help="Chosen already: which images fit it."),
    image: str | None = typer.Option(None, "--image", help="Chosen already: which flavors are large enough."),
    search: str | None = typer.Option(None, "--search", help="A part of a name or native id."),
    only: list[str] = typer.Option([], "--only", help="Only the list of this parameter; may be repeated."),
    limit: int = typer.Option(100, "--limit", min=1, max=1000, help="Rows of each list."),
    output: Format = Output,
) -> None:
    """List what can be given when something is made: images, flavors, networks, zones … and why some cannot."""
    from mcm.cli.client import connected

    asked: dict[str, Any] = {
        "action": action, "region": region, "project": project, "flavor": flavor, "image": image, "search": search,
        "only": only or None, "limit": limit,
    }  # fmt: skip
    with connected() as client:
        answer = client.get(f"/accounts/{quoted(name)}/choices", **asked)
    if output in (Format.JSON, Format.YAML):
        print_one(answer, output, name_key="account")
        return
    rows = [
        row | {"param": found["param"], "what": _what(found["kind"], row["attributes"])}
        for found in answer["lists"]
        for row in found["items"]
    ]
    if answer["region"] is None:
        rows = [row | {"param": "region", "what": ""} for row in answer["regions"]]
    print_rows(rows, _LISTS, output, name_key="native_id")
    _notes(answer)


def _what(kind: str, attributes: dict[str, Any]) -> str:
    shown = [(name, attributes.get(name)) for name in _WHAT.get(kind, ())]
    return ", ".join(f"{name}={plain(value)}" for name, value in shown if value not in (None, "", [])) or "-"


def _notes(answer: dict[str, Any]) -> None:
    if not answer["allowed"]:
        note(f"{answer['action']} is not possible here: {answer['reason']}; {answer['how_to_fix']}")
    if answer["region"] is None:
        note("choose a region: --region")
    required = [field["name"] for field in answer["fields"] if field["required"]]
    ignored = [field["name"] for field in answer["fields"] if field["ignored"]]
    note(f"{answer['action']} needs {', '.join(required)}" + (f"; no use for {', '.join(ignored)}" if ignored else ""))
    for room in answer["quota"]:
        if room["left"] is not None:
            note(f"quota of {room['whose']}: {room['left']} {room['resource']} left of {room['limit']}")
    for found in answer["lists"]:
        if found["next_cursor"] is not None or found["found"] > len(found["items"]):
            note(f"{found['param']}: {len(found['items'])} of {found['found']} are shown; narrow them with --search")
        if found["absent"]:
            note(f"{found['param']}: not known to mcm: {found['absent']}")
        elif found["stale"]:
            note(f"{found['param']}: may no longer be true: {found['stale_reason']}")
