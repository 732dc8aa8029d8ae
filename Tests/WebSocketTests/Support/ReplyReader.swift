import NIOCore

@testable import Sockets

/// What comes back, in the order in which it comes.
enum Reply: Hashable, Sendable {
    case text(String)
    case binary([UInt8])
    case pong([UInt8])
    /// Nil without a code.
    case close(UInt16?)
}

/// Reads what an end under test sends; a client's frames must be masked, a server's must not.
struct ReplyReader {
    private let peer: RawPeer
    private var decoder: WebSocketFrameDecoder
    private var header = WebSocketFrameHeader(opcode: .text, length: 0)
    private var payload: [UInt8] = []
    private var type = WebSocketOpcode.text

    /// - Parameter rest: what came behind the head.
    init(_ peer: RawPeer, from role: WebSocketRole, rest: ByteBuffer) {
        self.peer = peer
        decoder = WebSocketFrameDecoder(
            role: role == .server ? .client : .server, maxFrameSize: 1 << 26, allowsCompression: false)
        decoder.append(rest)
    }

    /// The next reply; nil once the far side has closed the connection.
    mutating func next() async throws -> Reply? {
        while true {
            while let part = try decoder.next() {
                switch part {
                case .header(let next):
                    header = next
                    if next.opcode != .continuation { type = next.opcode }
                case .payload(let bytes, let isLast):
                    payload += Array(buffer: bytes)
                    guard isLast, header.isFinal else { continue }
                    defer { payload = [] }
                    if let reply { return reply }
                }
            }
            guard let bytes = try await peer.next() else { return nil }
            decoder.append(bytes)
        }
    }

    private var reply: Reply? {
        switch type {
        case .text: .text(String(decoding: payload, as: UTF8.self))
        case .binary: .binary(payload)
        case .pong: .pong(payload)
        case .close: .close(payload.count < 2 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1]))
        case .ping, .continuation: nil
        }
    }
}
