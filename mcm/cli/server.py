"""mcm serve, worker and demo."""

import gc

import typer


def serve(listen: str | None = typer.Option(None, "--listen", help="ADDRESS:PORT; default 127.0.0.1:8080.")) -> None:
    """Run the API, and scheduler and workers beside it."""
    # Loading makes much that stays and hardly any garbage; `mcm.app.prepare` turns the collector on again.
    gc.disable()
    from mcm.server import run

    run(listen=listen)


def worker() -> None:
    """Read clouds on schedule without serving the API; give it the server's database."""
    from mcm.worker import run

    run()


def demo(
    listen: str | None = typer.Option(None, "--listen", help="ADDRESS:PORT; default 127.0.0.1:8080."),
    instances: int = typer.Option(300, "--instances", min=1, max=100_000, help="Size of the simulated clouds."),
) -> None:
    """Run mcm with simulated clouds and an emulated public one on a throw-away database."""
    from mcm.demo.run import run

    run(listen=listen, instances=instances)
