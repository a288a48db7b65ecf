"""mcm instance start, stop, create, delete … (looking at instances: `instance.py`)."""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.acting import Account, DryRun, Region, Tag, Wait, Yes, act, make, tags_of, without_none
from mcm.cli.asking import OneInstance
from mcm.cli.completing import choice_names, instance_names
from mcm.cli.failures import USAGE, Failure
from mcm.cli.instance import app
from mcm.cli.output import Format, Output

_WHICH = "Ids, native ids, or names where only one has it."
Many = typer.Argument(..., metavar="ID...", help=_WHICH, autocompletion=instance_names)
Hard = typer.Option(False, "--hard", help="Cut the power instead of asking the operating system.")


def _simple(verb: str, help_text: str, *, destructive: bool = False) -> None:
    def command(
        ids: list[str] = Many,
        dry_run: bool = DryRun,
        wait: bool = Wait,
        yes: bool = Yes,
        output: Format = Output,
    ) -> None:
        act(f"instance.{verb}", ids, {}, dry_run=dry_run, wait=wait, yes=yes, output=output, destructive=destructive)

    command.__doc__ = help_text
    app.command(verb.replace("_", "-"))(command)


def _powered(verb: str, help_text: str) -> None:
    def command(
        ids: list[str] = Many,
        hard: bool = Hard,
        dry_run: bool = DryRun,
        wait: bool = Wait,
        yes: bool = Yes,
        output: Format = Output,
    ) -> None:
        mode = "hard" if hard else "soft"
        act(f"instance.{verb}", ids, {"mode": mode}, dry_run=dry_run, wait=wait, yes=yes, output=output)

    command.__doc__ = help_text
    app.command(verb)(command)


_simple("start", "Start instances.")
_powered("stop", "Stop instances.")
_powered("reboot", "Reboot instances.")
_simple("suspend", "Suspend instances: their memory is kept.")
_simple("resume", "Resume suspended instances.")
_simple("pause", "Pause instances where they stand.")
_simple("unpause", "Let paused instances go on.")
_simple("shelve", "Shelve instances: they leave their hosts.")
_simple("unshelve", "Bring shelved instances back.")
_simple("delete", "Delete instances. This cannot be taken back.", destructive=True)
_simple("confirm_resize", "Keep the new size of instances that wait for it.")
_simple("revert_resize", "Go back to the size before.")


@app.command("create")
def create(
    name: str = typer.Argument(..., help="What it will be called."),
    account: str = Account,
    region: str | None = Region,
    image: str = typer.Option(..., "--image", help="Name or native id.", autocompletion=choice_names("image")),
    flavor: str | None = typer.Option(
        None, "--flavor", help="Name or native id, where the cloud has flavors.", autocompletion=choice_names("flavor")
    ),
    vcpus: int | None = typer.Option(None, "--vcpus", help="Where sizes are free."),
    memory_mib: int | None = typer.Option(None, "--memory-mib", help="Where sizes are free."),
    network: list[str] = typer.Option(
        [], "--network", help="Name or native id; may be repeated.", autocompletion=choice_names("networks")
    ),
    security_group: list[str] = typer.Option(
        [], "--security-group", help="May be repeated.", autocompletion=choice_names("security_groups")
    ),
    keypair: str | None = typer.Option(None, "--keypair", autocompletion=choice_names("keypair")),
    zone: str | None = typer.Option(None, "--zone", autocompletion=choice_names("zone")),
    disk_gib: int | None = typer.Option(None, "--disk-gib", help="Size of the first disk."),
    folder: str | None = typer.Option(None, "--folder"),
    resource_pool: str | None = typer.Option(None, "--resource-pool"),
    datastore: str | None = typer.Option(None, "--datastore"),
    tag: list[str] = Tag,
    user_data: Path | None = typer.Option(
        None, "--user-data", help="File with cloud-init's user data; kept encrypted."
    ),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Create an instance. What can be chosen: mcm account choices ACCOUNT --region REGION."""
    params = without_none(
        name=name, image=image, flavor=flavor, vcpus=vcpus, memory_mib=memory_mib, networks=network,
        security_groups=security_group, keypair=keypair, zone=zone, disk_gib=disk_gib, folder=folder,
        resource_pool=resource_pool, datastore=datastore, tags=tags_of(tag),
    )  # fmt: skip
    if user_data is not None:
        params["user_data"] = _read(user_data)
    make("instance.create", account, region, params, dry_run=dry_run, wait=wait, output=output)


@app.command("resize")
def resize(
    id: str = OneInstance,
    flavor: str | None = typer.Option(None, "--flavor", help="Name or native id."),
    vcpus: int | None = typer.Option(None, "--vcpus"),
    memory_mib: int | None = typer.Option(None, "--memory-mib"),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Give an instance another size."""
    params = without_none(flavor=flavor, vcpus=vcpus, memory_mib=memory_mib)
    if not params:
        raise Failure("say which size", next_step="--flavor, or --vcpus and --memory-mib", exit_code=USAGE)
    act("instance.resize", [id], params, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("rename")
def rename(
    id: str = OneInstance,
    name: str = typer.Argument(..., help="The new name."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Give an instance another name."""
    act("instance.rename", [id], {"name": name}, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("tag")
def tag(
    ids: list[str] = Many,
    tags: list[str] = typer.Option([], "--set", help="KEY=VALUE; may be repeated."),
    remove: list[str] = typer.Option([], "--remove", help="KEY; may be repeated."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Set and remove tags at the cloud."""
    params: dict[str, Any] = {"set": tags_of(tags), "remove": remove}
    act("instance.set_tags", ids, params, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("snapshot")
def snapshot(
    id: str = OneInstance,
    name: str = typer.Option(..., "--name", help="What it will be called."),
    memory: bool = typer.Option(False, "--memory", help="With its memory, where the cloud can."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Make a snapshot of an instance."""
    params = {"name": name} | ({"memory": True} if memory else {})
    act("instance.snapshot", [id], params, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("create-image")
def create_image(
    id: str = OneInstance,
    name: str = typer.Option(..., "--name", help="What it will be called."),
    volume: str | None = typer.Option(None, "--volume", help="Of the bytes of this volume, which is attached to it."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Make an image of an instance."""
    params = {"name": name} | ({"volume": volume} if volume else {})
    act("instance.create_image", [id], params, dry_run=dry_run, wait=wait, yes=True, output=output)


@app.command("revert")
def revert(
    id: str = OneInstance,
    to: str = typer.Option(..., "--to", help="Snapshot: name or native id."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    yes: bool = Yes,
    output: Format = Output,
) -> None:
    """Go back to a snapshot. What came after it is lost."""
    params = {"snapshot": to}
    act("instance.revert", [id], params, dry_run=dry_run, wait=wait, yes=yes, output=output, destructive=True)


@app.command("migrate")
def migrate(
    id: str = OneInstance,
    host: str | None = typer.Option(None, "--host", help="Where to; without it the cloud chooses."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Move a running instance to another host."""
    act("instance.migrate", [id], without_none(host=host), dry_run=dry_run, wait=wait, yes=True, output=output)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read {path}: {error}", exit_code=USAGE) from error
