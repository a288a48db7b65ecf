"""The listening socket as asyncio wants it: of what it accepts asyncio turns off Nagle's algorithm only then."""

import asyncio
import socket

from mcm.server import bound
from mcm.settings import Settings


def test_answers_do_not_wait_for_acknowledgements() -> None:
    async def accepted(listener: socket.socket) -> int:
        arrived: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            arrived.set_result(told)
            writer.close()

        listener.listen()
        async with await asyncio.start_server(take, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
            told = await arrived
            writer.close()
        return told

    with bound(Settings(listen="127.0.0.1:0")) as (listener, _):
        assert asyncio.run(accepted(listener)) != 0
