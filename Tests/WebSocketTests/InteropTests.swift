import BrowserSupport
import Foundation
import Programs
import Testing

@testable import Sockets

/// Other people's ends: Python's `websockets` and Chromium.
@Suite("WebSocket interoperation", .timeLimit(.minutes(3))) struct InteropTests {
    @Test("Python's client against our server", arguments: ["deflate", "None"])
    func pythonClient(compression: String) async throws {
        let server = WebSocketServer.onLoopback()
        server.add(Echo(), at: "/", options: WebSocketOptions())
        try await server.start()
        let setting = compression == "None" ? "None" : "'deflate'"
        let script = """
            import asyncio, os, sys, websockets
            async def main():
                async with websockets.connect(sys.argv[1], compression=\(setting), max_size=None) as socket:
                    print("extensions", len(socket.extensions))
                    for size in [0, 1, 125, 126, 65535, 65536, 1000000]:
                        for message in ["é" * size, os.urandom(size)]:
                            await socket.send(message)
                            assert await socket.recv() == message, size
                    # In fragments of its own choice.
                    await socket.send(["Hel", "", "lo"])
                    assert await socket.recv() == "Hello"
                    await (await socket.ping(b"abc"))
                    await socket.close(3001, "bye")
                    print("closed", socket.close_code, socket.close_reason)
            asyncio.run(main())
            """
        let outcome = try await Self.python(script, "\(server.url("/"))")
        #expect(outcome.output == "extensions \(compression == "None" ? 0 : 1)\nclosed 3001 \n", "\(outcome.errors)")
        await server.stop()
    }

    @Test("our client against Python's server", arguments: [true, false])
    func pythonServer(isCompressed: Bool) async throws {
        let script = """
            import asyncio, websockets
            async def echo(socket):
                async for message in socket:
                    if message == "bye": await socket.close(4000, "tschüß")
                    else: await socket.send(message)
            async def main():
                async with websockets.serve(echo, "127.0.0.1", 0, subprotocols=["a", "b"], max_size=None) as server:
                    print("port=%d" % server.sockets[0].getsockname()[1], flush=True)
                    await asyncio.Future()
            asyncio.run(main())
            """
        let python = try RunningProgram(Program.system("python3"), ["-c", script])
        let printed = try await python.wait(for: "\n")
        let port = printed.drop { $0 != "=" }.dropFirst().prefix { $0.isNumber }
        let client = try await WebSocketClient.connect(
            to: WebSocketURL("ws://127.0.0.1:\(port)/"),
            WebSocketClient.Configuration(
                options: WebSocketOptions(
                    compression: isCompressed ? WebSocketCompression() : nil, outgoingFrameSize: 10_000),
                subprotocols: ["b"]))
        #expect(client.subprotocol == "b")
        #expect(client.isCompressed == isCompressed)
        for size in [0, 1, 125, 126, 65_535, 65_536, 1_000_000] {
            let text = String(repeating: "é", count: size)
            try await client.send(.text(text))
            #expect(try await client.receive() == .text(text))
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            try await client.send(.binary(bytes))
            #expect(try await client.receive() == .binary(bytes))
        }
        #expect(try await client.ping() > .zero)
        try await client.send(.text("bye"))
        #expect(try await client.receive() == nil)
        #expect(
            client.closure
                == WebSocketClosure(
                    code: WebSocketCloseCode(rawValue: 4000), reason: "tschüß", isRemote: true, isClean: true))
        python.send(SIGTERM)
        _ = try await python.waitForEnd()
    }

    @Test(
        "Chromium against our server: texts, bytes, subprotocol, compression, close code",
        .enabled(if: Browser.executable != nil))
    func chromium() async throws {
        struct Page: WebSocketService {
            let subprotocols = ["json"]
            func received(_ message: WebSocketMessage, from client: Client, _ session: inout Void, host: ServiceHost)
                async
            {
                if message == .text("close") {
                    client.disconnect(.init(rawValue: 4321), "enough")
                } else {
                    client.send(message)
                }
            }
        }
        let server = WebSocketServer.onLoopback()
        server.add(Page(), at: "/page", options: WebSocketOptions())
        try await server.start()
        let browser = try await Browser.start()
        let result = try await browser.value(
            [String].self,
            """
            const socket = new WebSocket("\(server.url("/page"))", ["xml", "json"]);
            socket.binaryType = "arraybuffer";
            const next = () => new Promise((done) => { socket.onmessage = (event) => done(event.data); });
            await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
            const results = [socket.protocol, socket.extensions];
            for (const size of [0, 1, 126, 70000, 500000]) {
              const text = "\\u00e9\\u{1F600}".repeat(size / 2);
              let answer = next(); socket.send(text);
              if (await answer !== text) results.push("text " + size);
              const bytes = new Uint8Array(size).map((_, at) => at * 31 ^ at >> 8);
              answer = next(); socket.send(bytes);
              const back = new Uint8Array(await answer);
              if (back.length !== size || back.some((byte, at) => byte !== bytes[at])) results.push("bytes " + size);
            }
            const closed = new Promise((done) => { socket.onclose = done; });
            socket.send("close");
            const event = await closed;
            return results.concat([String(event.code), event.reason, String(event.wasClean)]);
            """)
        #expect(result == ["json", "permessage-deflate", "4321", "enough", "true"])
        await browser.stop()
        await server.stop()
    }

    /// On a thread of its own: the script talks with this process.
    private static func python(_ script: String, _ argument: String) async throws -> Program.Outcome {
        let program = try Program.system("python3")
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Program.run(program, ["-c", script, argument]) })
            }
        }
    }
}
