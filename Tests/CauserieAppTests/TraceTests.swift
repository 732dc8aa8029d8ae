import Accessibility
import CauserieApp
import Foundation
import Programs
import Sockets
import Testing

@Suite("What a trace window keeps and finds")
struct TraceHistoryTests {
    private func event(
        _ number: Int = 0, connection: Int = 1, _ kind: TraceEvent.Kind = .requested
    ) -> TraceEvent {
        TraceEvent(
            time: Int64(number), connection: connection, client: SocketEndpoint(host: "192.0.2.7", port: 50_000),
            server: SocketEndpoint(host: "2001:db8::1", port: 143), kind: kind)
    }

    private func data(_ text: String) -> TraceEvent.Kind { .data(.toServer, Array(text.utf8), names: []) }

    @Test("The newest events are kept, the rows at both ends are told")
    func events() {
        var history = TraceHistory(mostEvents: 5)
        #expect(history.add((0..<4).map { event($0) }) == TraceHistory.Change(removed: 0, added: [0, 1, 2, 3]))
        #expect(history.add((4..<7).map { event($0) }) == TraceHistory.Change(removed: 2, added: [4, 5, 6]))
        #expect(history.shown == [2, 3, 4, 5, 6])
        #expect(history.all.map(\.time) == [2, 3, 4, 5, 6])
        #expect(history.forgotten == 2)
        #expect(history[1] == nil && history[2]?.time == 2)
        // More at once than are kept.
        #expect(
            history.add((7..<20).map { event($0) }) == TraceHistory.Change(removed: 5, added: [15, 16, 17, 18, 19]))
        #expect(history.forgotten == 15)
    }

    @Test("Bytes have a bound, too; the newest event stays whatever it has")
    func bytes() {
        var history = TraceHistory(mostBytes: 100)
        _ = history.add((0..<3).map { event($0, data(String(repeating: "a", count: 40))) })
        #expect(history.all.map(\.time) == [1, 2])
        _ = history.add([event(3, data(String(repeating: "a", count: 500)))])
        #expect(history.all.map(\.time) == [3])
    }

    @Test("What nobody knows any more leaves no hole")
    func skipped() {
        var history = TraceHistory()
        _ = history.add([event(0), event(1)])
        #expect(history.add([event(9)], skipped: 7) == TraceHistory.Change(removed: 2, added: [9]))
        #expect(history.forgotten == 9)
        #expect(history[9]?.time == 9)
    }

    @Test(
        "A search finds text and bytes in any case, names, peers and connections; all words must be there",
        arguments: [
            ("", [0, 1, 2, 3]), ("hello", [1]), ("HELLO WORLD", [1]), ("hello moon", []), ("#2", [2, 3]),
            ("#2 get", [2]), ("#1 #2", [0, 1, 2, 3]), ("2001:db8::1", [0, 1, 2, 3]), ("chat", [2]), ("#x", []),
            ("grüße", [3]), ("asks", [0]),
        ] as [(String, [Int])])
    func search(text: String, found: [Int]) {
        var history = TraceHistory()
        _ = history.add([
            event(0), event(1, data("Say Hello to the World")),
            event(2, connection: 2, .data(.toServer, [0], names: [.http("GET /chat HTTP/1.1")])),
            event(3, connection: 2, data("Grüße")),
        ])
        history.find(text)
        #expect(history.shown == found)
        // What comes later is searched in the same way, and what is cleared stays away.
        let more = history.add([event(4, data("hello again"))])
        #expect(more.added == (["", "hello", "#1 #2", "2001:db8::1"].contains(text) ? [4] : []))
        history.clear()
        #expect(history.count == 0 && history.shown.isEmpty && history.forgotten == 0)
    }

    @Test("A form that is no route says which field is at fault")
    func form() throws {
        var form = TraceForm()
        func fault() -> TraceForm.Field? {
            do throws(TraceForm.Problem) {
                _ = try form.route()
                return nil
            } catch { return error.field }
        }
        #expect(fault() == .server)
        form.server = " [::1]:143 "
        #expect(fault() == nil)
        #expect(try form.route().server == SocketEndpoint(host: "::1", port: 143))
        form.port = "70000"
        #expect(fault() == .port)
        form.port = "5002"
        form.speaksTLSToClients = true
        #expect(fault() == .certificate)
        form.certificate = "/nowhere.pem"
        #expect(fault() == .certificate)
        form.isDatagram = true
        #expect(fault() == nil)
        form.isDatagram = false
        form.speaksTLSToClients = false
        form.speaksTLSToServer = true
        form.clientKey = "/dev/null"
        #expect(fault() == .clientCertificate)
        form.clientKey = ""
        form.authorities = "/nowhere.pem"
        #expect(fault() == .authorities)
        form.authorities = ""
        form.checksServer = false
        #expect(try form.route().clientSecurity?.verification == SocketSecurity.Verification.none)
        #expect(form.problem(SocketError(.addressUnavailable, "")).field == .address)
        #expect(form.problem(SocketError(.addressInUse, "")).field == .port)
    }

    @Test("A trace is saved in every form; what cannot be written is told, and leaves nothing behind")
    func saving() async throws {
        let folder = try TemporaryFolder()
        let events = [event(0), event(1, .connected), event(2, data("Hello World"))]
        for form in TraceFile.allCases {
            let path = folder.url.appendingPathComponent("\(form).\(form.suffix)").path
            try await form.write(events, to: path)
            let written = try Data(contentsOf: URL(fileURLWithPath: path))
            switch form {
            case .text: #expect(String(decoding: written, as: UTF8.self).contains("    Hello World\n"))
            case .hex: #expect(String(decoding: written, as: UTF8.self).contains("48 65 6C 6C 6F"))
            case .json: #expect(written.filter { $0 == 0x0A }.count == 3)
            case .pcapng: #expect(written.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]))
            }
        }
        await #expect(throws: TraceFile.Failure(reason: "No such file or directory")) {
            try await TraceFile.text.write(events, to: folder.url.path + "/nowhere/trace.txt")
        }
        // A device that is always full.
        let full = folder.url.appendingPathComponent("full.txt").path
        try FileManager.default.createSymbolicLink(atPath: full + ".part", withDestinationPath: "/dev/full")
        await #expect(throws: TraceFile.Failure(reason: "No space left on device")) {
            try await TraceFile.text.write(events, to: full)
        }
        #expect(!FileManager.default.fileExists(atPath: full))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy { !$0.hasSuffix(".part") })
    }
}

@Suite("Scenes of the trace window", .serialized)
struct TraceSceneTests {
    @Test(
        "Each is drawn, without a word of complaint from GTK, also narrow",
        arguments: ["trace", "trace-route", "trace-empty", "trace-invalid"])
    func drawn(_ name: String) async throws {
        let outcome = try await Scenes.show(name, picture: name)
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        let narrow = try await Scenes.show(
            name, picture: "narrow-" + name, environment: ["WIDTH": "360", "HEIGHT": "640"])
        #expect(narrow.errors == "")
        #expect(try #require(narrow.values["minimum"].flatMap { Int($0) }) <= 360)
    }

    @Test("Bytes as figures, and everything in French, are drawn")
    func others() async throws {
        let french = try Scenes.french()
        let outcome = try await Scenes.show(
            "trace", picture: "french-trace", environment: french.environment.merging(["HEX": "1"]) { $1 })
        #expect(outcome.errors == "")
        let narrow = try await Scenes.show(
            "trace-route", picture: "narrow-french-trace-route",
            environment: french.environment.merging(["WIDTH": "360", "HEIGHT": "640"]) { $1 })
        #expect(try #require(narrow.values["minimum"].flatMap { Int($0) }) <= 360)
        withExtendedLifetime(french.folder) {}
    }

    @Test("A thousand events a second come in few turns, all of them; of very many the newest are kept")
    func rate() async throws {
        let outcome = try await Scenes.show("trace-rate")
        #expect(outcome.errors == "")
        #expect(outcome.values["taken"] == "4000")
        #expect(outcome.values["deliveriesBounded"] == "true")
        #expect(outcome.values["kept"] == "10000")
    }
}

@Suite("The trace window, end to end", .serialized)
struct TraceWindowTests {
    private static let sources = [
        "--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--port", "0",
    ]

    @Test("A real connection is relayed, its bytes are in the list, found and shown; faults stand at their field")
    @MainActor
    func relay() async throws {
        let session = try await Session(try await Desktop.start(accessibility: true), Self.sources)
        _ = try await session.button("Test Call")
        let menu = try #require(try await session.button("Main Menu").children.first)
        #expect(menu.press())
        #expect(try await session.find("the menu item", role: "menu item") { $0 == "Socket Trace" }.press())
        let target = try await session.find("the server's field", role: "text box") { $0 == "Server and Port" }
        let port = try await session.find("the port's field", role: "text box") { $0.hasPrefix("Port, Empty") }

        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1", mode: .raw)
        let there = try #require(server.local)
        // What is no server, and a port that is taken: each is told at its field.
        #expect(target.setText("nowhere"))
        #expect(try await session.button("Start").press())
        _ = try await session.find("the reason") { $0.hasPrefix("A server is written host:port") }
        #expect(target.setText("\(there)"))
        #expect(port.setText("\(there.port)"))
        #expect(try await session.button("Start").press())
        _ = try await session.find("the reason") { $0 == "Another program listens on this port." }

        #expect(port.setText(""))
        #expect(try await session.button("Start").press())
        let status = try await session.find("the status") { $0.hasPrefix("Listening on 127.0.0.1:") }
        let text = status.text.isEmpty ? status.name : status.text
        let words = text.split { !$0.isNumber }.compactMap { Int($0) }
        let listening = try #require(words.dropFirst(4).first)
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: listening, mode: .raw)
        try await client.write("a question of the client")
        let accepted = try await server.accept()
        #expect(try await accepted.readText() == "a question of the client")
        try await accepted.write("an answer of the server")
        #expect(try await client.readText() == "an answer of the server")
        _ = try await session.find("the question") { $0 == "a question of the client" }
        _ = try await session.find("the answer") { $0 == "an answer of the server" }
        _ = try await session.find("its direction") { $0 == "To client" }
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-trace.png"))

        // The entry and the text inside have the name; one of the two can be written to.
        func search(for text: String) async throws {
            _ = try await session.find("Search Events")
            try await session.wait(for: "the search") {
                session.shown().contains { $0.name == "Search Events" && $0.setText(text) }
            }
        }
        try await search(for: "ANSWER")
        try await session.wait(for: "the answer alone") {
            let shown = session.shown().map { $0.name.isEmpty ? $0.text : $0.name }
            return shown.contains("an answer of the server") && !shown.contains("a question of the client")
        }
        try await search(for: "")

        #expect(try await session.button("Stop").press())
        _ = try await session.find("the end") { $0.hasPrefix("Closed: 24 bytes to the server, 23 to the client") }
        _ = try await session.button("Start")
        #expect(await SocketTraceEnd.refused(port: listening))
        await client.close()
        await server.closeAll()
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }
}

/// Whether nobody listens on a port any more.
private enum SocketTraceEnd {
    static func refused(port: Int) async -> Bool {
        do throws(SocketError) {
            _ = try await SocketConnection.connect(to: "127.0.0.1", port: port)
            return false
        } catch { return error.kind == .refused }
    }
}
