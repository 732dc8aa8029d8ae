import Testing

@testable import Sockets

@Suite("WebSocket conformance") struct ConformanceTests {
    @Test("sections 1 to 10, a server", arguments: ConformanceCases.all)
    func server(_ example: ConformanceCase) async throws {
        try await check(example, .server)
    }

    @Test("sections 1 to 10, a client", arguments: ConformanceCases.all)
    func client(_ example: ConformanceCase) async throws {
        try await check(example, .client)
    }

    @Test("a server's frames are not masked, a client's are", arguments: [WebSocketRole.server, .client])
    func masks(role: WebSocketRole) async throws {
        let wrong = RawFrame.text("a").bytes(isMasked: role == .client)
        #expect(try await EchoEnd.replies(of: role, to: [wrong]) == [.close(1002)])
    }

    @Test(
        "a length in too long a form, or of more than 63 bits",
        arguments: [
            [0x82, 0xFE, 0, 125], [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func lengths(header: [UInt8]) async throws {
        #expect(try await EchoEnd.replies(of: .server, to: [header + [0, 0, 0, 0]]) == [.close(1002)])
    }

    private func check(_ example: ConformanceCase, _ role: WebSocketRole) async throws {
        let frames = example.frames.map { $0.bytes(isMasked: role == .server) }
        let first = frames.prefix(example.lead).flatMap { example.isChopped ? $0.map { [$0] } : [$0] }
        let replies = try await EchoEnd.replies(
            of: role, to: first, count: example.lead == 0 ? 0 : example.replies.count - 1,
            then: Array(frames.dropFirst(example.lead)))
        // Not the whole messages in the report, which may be of megabytes.
        let isRight = replies == example.replies
        #expect(isRight, "\(String(describing: replies).prefix(200))")
    }
}
