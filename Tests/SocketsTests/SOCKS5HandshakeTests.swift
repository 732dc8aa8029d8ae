import TestSupport
import Testing

@testable import Sockets

@Suite("SOCKS5 handshake") struct SOCKS5HandshakeTests {
    private static let target = SocketEndpoint(host: "example.org", port: 443)

    @Test("a name goes to the proxy as it is, with user and password")
    func namesGoToTheProxy() throws {
        var handshake = try SOCKS5Handshake(target: Self.target, user: "ann", password: "pw")
        #expect(handshake.greeting == [5, 2, 0, 2])
        #expect(try handshake.receive([5, 2]) == .send([1, 3] + Array("ann".utf8) + [2] + Array("pw".utf8)))
        #expect(try handshake.receive([1, 0]) == .send([5, 1, 0, 3, 11] + Array("example.org".utf8) + [1, 0xBB]))
        #expect(try handshake.receive([5, 0, 0, 1, 127, 0, 0, 1, 4, 56, 7, 8]) == .open(rest: [7, 8]))
    }

    @Test(
        "numeric addresses go as numbers",
        arguments: [
            ("127.0.0.1", [1, 127, 0, 0, 1]), ("::1", [4] + Array(repeating: 0, count: 15) + [1]),
        ] as [(String, [UInt8])])
    func numericAddresses(host: String, bytes: [UInt8]) throws {
        var handshake = try SOCKS5Handshake(
            target: SocketEndpoint(host: host, port: 258), user: nil, password: "")
        #expect(handshake.greeting == [5, 1, 0])
        #expect(try handshake.receive([5, 0]) == .send([5, 1, 0] + bytes + [1, 2]))
    }

    @Test(
        "refusals and nonsense are told",
        arguments: [
            ([5, 0xFF], "user and password"), ([72, 84], "does not speak SOCKS5"), ([5, 2], "not offered"),
            ([5, 0, 9], "out of turn"),
        ] as [([UInt8], String)])
    func refusals(answer: [UInt8], part: String) throws {
        var handshake = try SOCKS5Handshake(target: Self.target, user: nil, password: "")
        let error = #expect(throws: SocketError.self) { try handshake.receive(answer) }
        #expect(error?.kind == .proxy)
        #expect(error?.detail.contains(part) == true)
        #expect(error?.peer == Self.target)
    }

    @Test("what the lengths cannot hold is refused before a byte is sent")
    func lengths() {
        let long = String(repeating: "a", count: 256)
        #expect(throws: SocketError.self) {
            try SOCKS5Handshake(target: SocketEndpoint(host: long, port: 1), user: nil, password: "")
        }
        #expect(throws: SocketError.self) { try SOCKS5Handshake(target: Self.target, user: long, password: "") }
        #expect(throws: SocketError.self) { try SOCKS5Handshake(target: Self.target, user: "a", password: long) }
        #expect(throws: SocketError.self) {
            try SOCKS5Handshake(target: SocketEndpoint(host: "a", port: 0), user: nil, password: "")
        }
    }

    /// Splitting an answer anywhere changes nothing; damaged answers end in an error or in waiting, never in a trap.
    @Test("ten thousand damaged and split answers", arguments: [1, 2, 3, 4] as [UInt64])
    func fuzz(seed: UInt64) throws {
        var fuzzer = Fuzzer(seed: seed)
        for _ in 0..<2_500 {
            let withUser = fuzzer.next() % 2 == 0
            var answers: [[UInt8]] = withUser ? [[5, 2], [1, 0]] : [[5, 0]]
            let kinds: [[UInt8]] = [[1] + fuzzer.bytes(4), [4] + fuzzer.bytes(16), [3, 5] + fuzzer.bytes(5)]
            answers.append([5, 0, 0] + kinds[Int(fuzzer.next() % 3)] + fuzzer.bytes(2))
            let isDamaged = fuzzer.next() % 2 == 0
            if isDamaged {
                let index = Int(fuzzer.next() % UInt64(answers.count))
                fuzzer.damage(&answers[index])
            }
            var handshake = try SOCKS5Handshake(
                target: Self.target, user: withUser ? "u" : nil, password: "p")
            var last = SOCKS5Handshake.Step.wait
            do {
                for answer in answers {
                    var rest = answer[...]
                    while !rest.isEmpty {
                        let piece = rest.prefix(Int.random(in: 1...rest.count, using: &fuzzer))
                        rest = rest.dropFirst(piece.count)
                        last = try handshake.receive(Array(piece))
                    }
                }
                if !isDamaged { #expect(last == .open(rest: [])) }
            } catch {
                #expect(isDamaged, "\(error)")
            }
        }
    }
}
