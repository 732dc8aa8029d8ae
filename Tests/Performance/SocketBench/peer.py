# The servers in Python that SocketBench compares with: `peer.py websocket PORT` and `peer.py frames PORT`.
import asyncio
import sys


async def websocket(port):
    import websockets

    rooms = {}

    async def serve(connection):
        room = rooms.setdefault(connection.path, set())
        room.add(connection)
        try:
            async for message in connection:
                websockets.broadcast(room, message)
        finally:
            room.discard(connection)

    async with websockets.serve(serve, "127.0.0.1", port, compression=None, backlog=1024):
        await asyncio.Future()


async def frames(port):
    async def serve(reader, writer):
        while True:
            try:
                size = int(await reader.readline())
                message = await reader.readexactly(size)
            except (ValueError, asyncio.IncompleteReadError):
                break
            if message == b"end":
                writer.write(b"3\r\nend")
                await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


asyncio.run({"websocket": websocket, "frames": frames}[sys.argv[1]](int(sys.argv[2])))
