import BrowserSupport
import Foundation
import Programs
import Sockets
import Testing

@testable import Rendezvous

/// The built program, and clients that know nothing of us.
@Suite("causerie-server", .timeLimit(.minutes(3))) struct ServerEndToEndTests {
    private static func run(_ folder: TemporaryFolder, _ arguments: [String] = []) throws -> RunningProgram {
        try RunningProgram(
            Program.built("causerie-server"),
            ["--port", "0", "--chat-port", "0", "--token-file", folder.url.path + "/state/token"] + arguments)
    }

    private struct NoPort: Error {
        var log: String
    }

    /// The port that the log tells.
    private static func port(_ program: RunningProgram) async throws -> Int {
        for _ in 0..<3000 {
            if let match = program.complained.firstMatch(of: /address=wss?:\/\/.*:(\d+)\s/) {
                return try #require(Int(match.1))
            }
            try #require(program.isRunning, "\(program.complained)")
            try await Task.sleep(for: .milliseconds(10))
        }
        throw NoPort(log: program.complained)
    }

    private static func wait(_ program: RunningProgram, forLog text: String) async throws {
        for _ in 0..<3000 where !program.complained.contains(text) { try await Task.sleep(for: .milliseconds(10)) }
        #expect(program.complained.contains(text))
    }

    @Test("SIGTERM ends it in good order")
    func stop() async throws {
        let folder = try TemporaryFolder()
        let program = try Self.run(folder)
        let url = try WebSocketURL("ws://127.0.0.1:\(try await Self.port(program))/chat")
        let client = try await WebSocketClient.connect(to: url)
        try await client.send(.text("Ann"))
        #expect(try await client.receive() == .text("* Ann has come."))
        program.send(SIGTERM)
        while try await client.receive() != nil {}
        #expect(client.closure?.code == .goingAway)
        #expect(try await program.waitForEnd() == 0)
        #expect(program.complained.contains("stopped"))
    }

    @Test("SIGHUP reads the certificate anew, and keeps the old one when the new one is broken")
    func reload() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path
        let outcome = try Program.run(
            Program.system("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "\(path)/key.pem",
                "-out", "\(path)/certificate.pem",
            ])
        try #require(outcome.status == 0, "\(outcome.errors)")
        let trusted = try folder.write(
            String(contentsOfFile: "\(path)/certificate.pem", encoding: .utf8), to: "trusted.pem")
        let program = try Self.run(
            folder,
            ["--address", "127.0.0.1", "--certificate", "\(path)/certificate.pem", "--key", "\(path)/key.pem"])
        let url = try WebSocketURL("wss://localhost:\(try await Self.port(program))/chat")
        let configuration = WebSocketClient.Configuration(
            security: SocketSecurity.Client(roots: .file(trusted.path)))
        let client = try await WebSocketClient.connect(to: url, configuration)
        program.send(SIGHUP)
        try await Self.wait(program, forLog: "the certificate was read anew")
        try folder.write("broken", to: "certificate.pem")
        program.send(SIGHUP)
        try await Self.wait(program, forLog: "the certificate stays as it was")
        let second = try await WebSocketClient.connect(to: url, configuration)
        await second.close()
        await client.close()
        program.send(SIGTERM)
        #expect(try await program.waitForEnd() == 0)
    }

    @Test(
        "wrong usage is told",
        arguments: [["--service", "x"], ["--log-level", "x"], ["--key", "x"], ["--max-connections", "0"]])
    func usage(arguments: [String]) throws {
        let outcome = try Program.run(Program.built("causerie-server"), arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Error:"))
    }

    @Test("two pages of MDN's sample call each other through /", .enabled(if: Browser.executable != nil))
    func browser() async throws {
        let server = try await RunningServer.start()
        let browser = try await Browser.start()
        let result = try await browser.value([String].self, Self.sample(port: server.port))
        #expect(
            result == [
                "first ann", "second ann1", "users ann,ann1", "said ann1: hello", "offer from ann", "answer from ann1",
                "connected",
            ])
        await browser.stop()
        await server.stop()
    }

    /// What MDN's *Signaling and video calling* sample does, twice in one page: its messages are as in its own source.
    private static func sample(port: Int) -> String {
        """
        const results = [];
        class Client {
          constructor(wish) {
            this.name = wish; this.early = []; this.heard = [];
            this.socket = new WebSocket("ws://127.0.0.1:\(port)", "json");
            this.socket.onmessage = (event) => this.take(JSON.parse(event.data));
          }
          send(message) { this.socket.send(JSON.stringify(message)); }
          until(test) { return new Promise((done) => {
            const look = () => { const found = this.heard.find(test); if (found) done(found); else setTimeout(look, 5); };
            look(); }); }
          async take(message) {
            if (message.type === "id") {
              this.id = message.id;
              this.send({name: this.name, date: Date.now(), id: this.id, type: "username"});
            } else if (message.type === "rejectusername") {
              this.name = message.name;
            } else if (message.type === "video-offer") {
              results.push("offer from " + message.name);
              this.target = message.name; this.peer = this.connection();
              await this.peer.setRemoteDescription(new RTCSessionDescription(message.sdp));
              await this.peer.setLocalDescription(await this.peer.createAnswer());
              this.send({name: this.name, target: this.target, type: "video-answer", sdp: this.peer.localDescription});
            } else if (message.type === "video-answer") {
              results.push("answer from " + message.name);
              await this.peer.setRemoteDescription(new RTCSessionDescription(message.sdp));
            } else if (message.type === "new-ice-candidate") {
              await this.peer.addIceCandidate(new RTCIceCandidate(message.candidate));
            }
            this.heard.push(message);
          }
          connection() {
            const peer = new RTCPeerConnection();
            // As in the sample: without a name.
            peer.onicecandidate = (event) => { if (event.candidate) this.send(
              {type: "new-ice-candidate", target: this.target, candidate: event.candidate}); };
            return peer;
          }
          async invite(target) {
            this.target = target; this.peer = this.connection();
            const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
            for (const track of stream.getTracks()) this.peer.addTransceiver(track, {streams: [stream]});
            await this.peer.setLocalDescription(await this.peer.createOffer());
            this.send({name: this.name, target, type: "video-offer", sdp: this.peer.localDescription});
          }
        }
        const first = new Client("ann");
        await first.until((message) => message.type === "userlist");
        const second = new Client("ann");
        await second.until((message) => message.type === "userlist");
        const list = await first.until((message) => message.type === "userlist" && message.users.length === 2);
        results.push("first " + first.name, "second " + second.name, "users " + list.users);
        second.send({text: "hello", type: "message", id: second.id, date: Date.now()});
        const said = await first.until((message) => message.type === "message");
        results.push("said " + said.name + ": " + said.text);
        await first.invite(second.name);
        await new Promise((done) => { const look = () => {
          if (first.peer.connectionState === "connected") done(); else setTimeout(look, 10); }; look(); });
        return results.concat(["connected"]);
        """
    }

    @Test("Python's client does the same without media")
    func python() async throws {
        let server = try await RunningServer.start()
        let script = """
            import asyncio, json, sys, websockets
            async def join(name):
                socket = await websockets.connect(sys.argv[1], subprotocols=["json"])
                number = json.loads(await socket.recv())
                assert number["type"] == "id"
                await socket.send(json.dumps({"type": "username", "name": name, "id": number["id"], "date": 0}))
                return socket
            async def until(socket, kind):
                while True:
                    message = json.loads(await socket.recv())
                    if message["type"] == kind: return message
            async def main():
                a, b = await join("ann"), await join("bob")
                while (await until(a, "userlist"))["users"] != ["ann", "bob"]: pass
                await a.send(json.dumps({"type": "video-offer", "name": "bob", "target": "bob", "sdp": {"type": "offer", "sdp": "v=0"}}))
                offer = await until(b, "video-offer")
                print(offer["name"], offer["sdp"]["sdp"])
                await b.send(json.dumps({"type": "hang-up", "name": "bob", "target": "ann"}))
                print((await until(a, "hang-up"))["name"])
                await b.send("{")
                try: await until(b, "never")
                except websockets.ConnectionClosed as end: print(end.rcvd.code, end.rcvd.reason)
                await a.close()
            asyncio.run(main())
            """
        let port = server.port
        let outcome: Program.Outcome = try await withCheckedThrowingContinuation { continuation in
            // On a thread of its own: the script talks with this process.
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try Program.run(Program.system("python3"), ["-c", script, "ws://127.0.0.1:\(port)/"])
                    })
            }
        }
        #expect(
            outcome.output == "ann v=0\nbob\n1008 a message is not a JSON object with a type\n", "\(outcome.errors)")
        await server.stop()
    }
}
