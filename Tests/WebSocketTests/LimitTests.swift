import Testing

@testable import Sockets

/// As the Autobahn suite's section 9: long messages, many fragments, small pieces, many messages.
@Suite("WebSocket limits", .timeLimit(.minutes(3))) struct LimitTests {
    private static let limit = 16 << 20

    private func echo(_ frames: [[UInt8]], _ replies: [Reply], of role: WebSocketRole) async throws {
        let end = [RawFrame.close(1000).bytes(isMasked: role == .server)]
        let got = try await EchoEnd.replies(of: role, to: frames, count: replies.count, then: end, limit: Self.limit)
        // Not the megabytes in the report.
        let isRight = got == replies + [.close(1000)]
        #expect(isRight, "\(got.count) replies")
    }

    @Test(
        "9.1 and 9.2: whole messages of up to 16 MiB",
        arguments: [WebSocketRole.server, .client], [1 << 16, 1 << 20, 1 << 24])
    func whole(role: WebSocketRole, size: Int) async throws {
        // Text of seven bits and of two bytes in turn.
        let text = String(repeating: "BAsd7&jh", count: (size - 8) / 8) + "ÄÖÜß"
        let bytes = [UInt8](repeating: 0xFE, count: size)
        let frames = [RawFrame.text(text), .binary(bytes)].map { $0.bytes(isMasked: role == .server) }
        try await echo(frames, [.text(text), .binary(bytes)], of: role)
    }

    @Test(
        "9.3 and 9.4: messages of 1 MiB in fragments of 64 bytes and more",
        arguments: [WebSocketRole.server, .client], [64, 256, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20])
    func fragments(role: WebSocketRole, size: Int) async throws {
        let total = 1 << 20
        let isText = size.leadingZeroBitCount.isMultiple(of: 4)
        let fragment = [UInt8](repeating: 0x2A, count: size)
        let opcode: UInt8 = isText ? 1 : 2
        let middle = RawFrame.continuation(fragment, isFinal: false).bytes(isMasked: role == .server)
        let count = total / size
        var stream = RawFrame(opcode: opcode, payload: fragment, isFinal: count == 1).bytes(isMasked: role == .server)
        if count > 1 {
            stream += repeatElement(middle, count: count - 2).joined()
            stream += RawFrame.continuation(fragment).bytes(isMasked: role == .server)
        }
        let whole = [UInt8](repeating: 0x2A, count: total)
        try await echo([stream], [isText ? .text(String(decoding: whole, as: UTF8.self)) : .binary(whole)], of: role)
    }

    @Test(
        "9.5 and 9.6: a message of 1 MiB that comes in pieces of 64 bytes and more",
        arguments: [WebSocketRole.server, .client], [64, 128, 256, 512, 1024, 2048])
    func pieces(role: WebSocketRole, size: Int) async throws {
        let bytes = [UInt8](repeating: 0x2A, count: 1 << 20)
        let isText = size.trailingZeroBitCount.isMultiple(of: 2)
        let frame = isText ? RawFrame(opcode: 1, payload: bytes) : .binary(bytes)
        let stream = frame.bytes(isMasked: role == .server)
        let pieces = stride(from: 0, to: stream.count, by: size).map {
            Array(stream[$0..<min($0 + size, stream.count)])
        }
        try await echo(pieces, [isText ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)], of: role)
    }

    @Test(
        "9.7 and 9.8: a thousand messages, each of which comes back",
        arguments: [WebSocketRole.server, .client], [0, 16, 64, 256, 1024, 4096])
    func many(role: WebSocketRole, size: Int) async throws {
        let bytes = [UInt8](repeating: 0x2A, count: size)
        let isText = size.trailingZeroBitCount.isMultiple(of: 4)
        let frame = (isText ? RawFrame(opcode: 1, payload: bytes) : .binary(bytes)).bytes(isMasked: role == .server)
        let reply: Reply = isText ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
        try await echo(
            [Array(repeatElement(frame, count: 1000).joined())], Array(repeating: reply, count: 1000), of: role)
    }

    @Test(
        "10.1: a long message goes out in fragments of the size asked for",
        arguments: [WebSocketRole.server, .client])
    func outgoing(role: WebSocketRole) throws {
        var state = WebSocketConnectionState(role: role, limits: WebSocketLimits(), outgoingFrameSize: 1300)
        let isSent = state.send(.binary([UInt8](repeating: 0x2A, count: 65_536)))
        #expect(isSent)
        let outgoing = state.takeOutgoing()
        let bytes = try #require(outgoing)
        var decoder = WebSocketFrameDecoder(
            role: role == .server ? .client : .server, maxFrameSize: 1300, allowsCompression: false)
        decoder.append(bytes)
        var headers: [WebSocketFrameHeader] = []
        while let part = try decoder.next() {
            if case .header(let header) = part { headers.append(header) }
        }
        #expect(headers.count == 51)
        #expect(headers.first?.opcode == .binary)
        #expect(headers.dropFirst().allSatisfy { $0.opcode == .continuation })
        #expect(headers.map(\.length).reduce(0, +) == 65_536)
        #expect(headers.filter(\.isFinal).count == 1 && headers.last?.isFinal == true)
    }
}
