import Foundation
import Programs
import TestSupport
import Testing

@testable import Sockets

@Suite("Trace writers", .timeLimit(.minutes(1))) struct TraceWriterTests {
    private static let client = SocketEndpoint(host: "192.0.2.7", port: 50_000)
    private static let server = SocketEndpoint(host: "198.51.100.1", port: 5_000)

    private static func event(
        _ kind: TraceEvent.Kind, after milliseconds: Int64 = 0, isDatagram: Bool = false,
        client: SocketEndpoint = client
    ) -> TraceEvent {
        TraceEvent(
            time: 1_700_000_000_123_456_789 + milliseconds * 1_000_000, connection: 1, isDatagram: isDatagram,
            client: client, server: server, kind: kind)
    }

    private static let question = Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
    private static let answer =
        Array("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n".utf8) + [UInt8](repeating: 0x61, count: 5_000)

    private static let conversation: [TraceEvent] = [
        event(.requested), event(.connected, after: 1),
        event(.data(.toServer, question, names: [.http("GET / HTTP/1.1")]), after: 2),
        event(.data(.toClient, answer, names: []), after: 3), event(.finished(.toClient), after: 4),
        event(.closed(toServer: 27, toClient: 5_041, cause: nil), after: 5),
    ]

    private static func write(_ events: [TraceEvent], with writer: some TraceWriter) -> [UInt8] {
        var writer = writer
        var bytes = writer.prologue
        for event in events { bytes += writer.encode(event) }
        return bytes
    }

    @Test("the text log shows times, peers, sizes, names and the text, without control characters")
    func text() {
        let text = String(decoding: Self.write(Self.conversation, with: TextTraceWriter()), as: UTF8.self)
        #expect(text.contains("2023-11-14T22:13:20.123456Z request of connection: #1 192.0.2.7:50000 -> 198.51"))
        #expect(text.contains("#1 192.0.2.7:50000 -> 198.51.100.1:5000: \(Self.question.count) bytes"))
        #expect(text.contains("    [HTTP GET / HTTP/1.1]\n    GET / HTTP/1.1\\r\n    Host: x\\r\n"))
        let hostile = Self.event(.data(.toClient, [0x1B, 0x5B, 0x41, 0x9B, 0x07], names: []))
        let shown = Self.write([hostile], with: TextTraceWriter())
        #expect(!shown.contains(0x1B) && !shown.contains(0x07))
    }

    @Test("the hexadecimal log has sixteen bytes a line")
    func hexadecimalLog() {
        let event = Self.event(.data(.toServer, Array("Hello World, hello".utf8), names: []))
        let text = String(decoding: Self.write([event], with: HexTraceWriter()), as: UTF8.self)
        #expect(text.contains("    00000000  48 65 6C 6C 6F 20 57 6F 72 6C 64 2C 20 68 65 6C  Hello World, hel\n"))
        #expect(text.contains("    00000010  6C 6F" + String(repeating: " ", count: 44) + "lo\n"))
    }

    @Test("every JSON line is an object, whatever the texts hold")
    func json() throws {
        let broken = Self.event(.failed(SocketError(.system, "quote \" back \\ line \n end \u{1}")))
        let bytes = Self.write(Self.conversation + [broken], with: JSONTraceWriter())
        let lines = bytes.split(separator: 0x0A)
        #expect(lines.count == 7)
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            #expect(object["transport"] as? String == "tcp")
            if let cause = object["cause"] as? String { #expect(cause == "quote \" back \\ line \n end \u{1}") }
        }
    }

    @Test("checksums are those of the example in RFC 1071")
    func checksum() {
        #expect(PacketBuilder.checksum([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]) == ~0xDDF2)
    }

    @Test("the capture is a sound TCP conversation for tshark, with right checksums and numbers")
    func capture() throws {
        guard let tshark = try? Program.system("tshark") else { return }
        let lines = try Self.read(Self.write(Self.conversation, with: PcapngTraceWriter()), by: tshark)
        // SYN, SYN-ACK, ACK, question, four pieces of the answer, FIN, ACK, FIN, ACK.
        #expect(lines.count == 12)
        #expect(lines.allSatisfy { $0.contains("192.0.2.7") && $0.contains("|1|1|") })
        #expect(lines.allSatisfy { $0.hasSuffix("|") })
        #expect(lines.contains { $0.contains("|GET|") })
        #expect(lines.contains { $0.contains("|OK|") })
        #expect(lines.first?.hasPrefix("1700000000.124456789|") == true)
    }

    @Test("a mixed pair of addresses, datagrams and refused connections are captured as well")
    func otherCaptures() throws {
        guard let tshark = try? Program.system("tshark") else { return }
        let six = SocketEndpoint(host: "2001:db8::7", port: 50_001)
        let events = [
            Self.event(.failed(SocketError(.refused, "refused"))),
            Self.event(.data(.toServer, [1, 2, 3], names: []), isDatagram: true),
            Self.event(.data(.toClient, [4, 5], names: []), isDatagram: true, client: six),
        ]
        let lines = try Self.read(Self.write(events, with: PcapngTraceWriter()), by: tshark)
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.hasSuffix("|") })
        #expect(lines.last?.contains("2001:db8::7") == true)
    }

    /// The packets as tshark sees them, one a line; the last column is empty where the numbers of TCP fit.
    private static func read(_ capture: [UInt8], by tshark: URL) throws -> [String] {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("trace.pcapng")
        try Data(capture).write(to: file)
        var arguments = ["-r", file.path, "-d", "tcp.port==5000,http", "-T", "fields", "-E", "separator=|"]
        for setting in ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"] {
            arguments += ["-o", "\(setting):TRUE"]
        }
        for field in [
            "frame.time_epoch", "ip.addr", "ipv6.addr", "ip.checksum.status", "tcp.checksum.status",
            "udp.checksum.status", "http.request.method", "http.response.phrase", "tcp.analysis.flags",
        ] { arguments += ["-e", field] }
        let outcome = try Program.run(tshark, arguments)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test("names of frames survive any split; damaged streams never trap", arguments: [1, 2] as [UInt64])
    func names(seed: UInt64) {
        var fuzzer = Fuzzer(seed: seed)
        let head = Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".utf8)
        let long: [UInt8] = [0x02, 126, 1, 0] + [UInt8](repeating: 0x81, count: 256)
        let huge: [UInt8] = [0xC2, 127, 0, 0, 0, 0, 0, 1, 0, 0] + [UInt8](repeating: 0x81, count: 65_536)
        let sound = head + [0x81, 2, 104, 105] + long + huge + [0x88, 0]
        for _ in 0..<1_000 {
            var stream = sound
            let isDamaged = fuzzer.next() % 2 == 0
            if isDamaged { fuzzer.damage(&stream) }
            var names: [String] = []
            var seen = StreamNames()
            var rest = stream[...]
            while !rest.isEmpty {
                let longest = min(rest.count, fuzzer.next() % 4 == 0 ? 5 : 60_000)
                let piece = rest.prefix(Int.random(in: 1...longest, using: &fuzzer))
                rest = rest.dropFirst(piece.count)
                names += seen.names(in: Array(piece)).map(\.description)
            }
            guard !isDamaged else { continue }
            #expect(
                names == [
                    "HTTP HTTP/1.1 101 Switching Protocols", "WebSocket text, 2 bytes",
                    "WebSocket binary, 256 bytes, not the last", "WebSocket binary, 65536 bytes, compressed",
                    "WebSocket close, 0 bytes",
                ])
        }
    }
}
