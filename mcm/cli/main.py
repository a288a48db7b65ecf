"""The command table. `mcm --help` must answer at once: modules here import the standard library and typer only."""

import sys
from io import TextIOWrapper

import typer
from typer.main import get_command

from mcm.cli import (
    account,
    account_choices,
    allocation,
    audit,
    availability,
    budget,
    charge_months,
    context,
    cost_export,
    cost_quote,
    cost_report,
    db,
    events,
    finding,
    instance_actions,
    keeping,
    keys,
    location,
    login,
    move,
    notice,
    oidc,
    operation,
    optimize,
    place,
    placement,
    plan,
    policy_watch,
    price,
    price_fetch,
    price_rates,
    provider,
    quota,
    rate_card,
    recycle,
    role,
    schedule,
    server,
    sync,
    system,
    tenant,
    token,
    tree,
    user,
    utilisation,
    view,
    volume,
    workload,
)
from mcm.cli.failures import guarded

app = typer.Typer(
    name="mcm",
    help="One management plane for all of an organisation's clouds.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
account.app.command("choices")(account_choices.choices)
cost_report.app.command("export")(cost_export.export)
cost_report.app.command("quote")(cost_quote.quote)
cost_report.app.command("resource")(cost_quote.resource)
price.app.command("fetch")(price_fetch.fetch)
price.app.command("fetches")(price_fetch.fetches)
for name, module in (
    ("provider", provider),
    # The commands of these are in two files each; the second adds to the first one's table.
    ("account", tree),
    ("resource", keeping),
    ("instance", instance_actions),
    ("volume", volume),
    ("operation", operation),
    ("plan", plan),
    ("price", price_rates),
    ("recycle", recycle),
    ("schedule", schedule),
    ("rate-card", rate_card),
    ("notice", notice),
    ("tenant", tenant),
    ("quota", quota),
    ("view", view),
    ("placement", placement),
    ("location", location),
    ("workload", workload),
    # In two files; the second adds to the first one's table.
    ("policy", policy_watch),
    ("optimization", optimize),
    ("move", move),
    ("cost", cost_report),
    ("charge", charge_months),
    ("allocation", allocation),
    ("budget", budget),
    ("finding", finding),
    ("utilisation", utilisation),
    ("availability", availability),
    ("audit", audit),
    ("db", db),
    ("keys", keys),
    ("oidc", oidc),
    ("user", user),
    ("role", role),
    ("token", token),
    ("context", context),
):
    app.add_typer(module.app, name=name)
app.add_typer(placement.reservation, name="reservation")
for command in (
    place.place,
    sync.sync,
    optimize.optimize,
    events.events,
    server.serve,
    server.worker,
    server.demo,
    system.doctor,
    system.explain,
    system.openapi,
    login.login,
    login.logout,
    login.whoami,
):
    app.command()(command)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        from mcm import __version__

        typer.echo(__version__)
        raise typer.Exit


def run() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show a letter gets its number.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(guarded(_invoke))


def _invoke() -> int | None:
    """typer's own `main` would turn a closed pipe into a failure and swallow the interruption."""
    try:
        command = get_command(app)
        with command.make_context("mcm", sys.argv[1:]) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # The parser's own errors, which have no public name: they print the usage and what is wrong with it.
        if not (hasattr(error, "show") and hasattr(error, "exit_code")):
            raise
        error.show()
        return int(error.exit_code)
    return None
