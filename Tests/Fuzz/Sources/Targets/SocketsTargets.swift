import NIOCore

@testable import Sockets

/// What a server or a client of the module Sockets reads off a connection.
enum SocketsTargets {
    /// The first two bytes choose the role, compression, and how the stream is cut.
    static func frames(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let (choice, step) = (input.byte(), Int(input.byte()) + 1)
        let limits = WebSocketLimits(messageSize: 20_000, frameSize: 20_000)
        var state = WebSocketConnectionState(
            role: choice & 1 == 0 ? .server : .client, limits: limits,
            deflate: choice & 2 == 0 ? nil : DeflateParameters())
        var ends = 0
        var rest = input.remainder()[...]
        while !rest.isEmpty {
            state.receive(ByteBuffer(bytes: rest.prefix(step)), at: NIODeadline.uptimeNanoseconds(0))
            rest = rest.dropFirst(step)
            while let event = state.next() {
                switch event {
                case .message(let message): precondition(message.size <= limits.messageSize)
                case .pong(let payload): precondition(payload.count <= 125)
                case .ended: ends += 1
                }
            }
            // A pong takes at most the space of its ping, and a mask.
            precondition((state.takeOutgoing()?.readableBytes ?? 0) <= 8 * (step + 200))
        }
        if state.lose() != nil { ends += 1 }
        precondition(ends == 1)
    }

    /// The first byte chooses the window and whether messages share it; the pieces are messages.
    static func inflate(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let choice = input.byte()
        guard let inflater = Inflater(windowBits: 8 + Int(choice & 7), keepsContext: choice & 8 != 0) else { return }
        while !input.isEmpty {
            var output = ByteBuffer()
            let limit = 100_000
            do {
                try inflater.expand(ByteBuffer(bytes: input.piece()), into: &output, limit: limit)
                try inflater.finish(into: &output, limit: limit - min(limit, output.readableBytes))
            } catch { return precondition(output.readableBytes <= limit + 1) }
            precondition(output.readableBytes <= limit)
        }
    }

    /// The first two bytes choose the transmission mode and how the stream is cut.
    static func messages(_ bytes: [UInt8]) {
        let modes: [TransmissionMode] = [
            .sizeHeader(), .sizeHeader(.unicodeScalars), .sizeHeader(.bytes), .endMarker(), .bufferedEndMarker(),
            .bufferedEndMarker(TransmissionMode.endOfLine), .endMarker([1, 1, 2]), .raw,
        ]
        var input = FuzzInput(bytes)
        let (choice, step) = (Int(input.byte()), Int(input.byte()) + 1)
        var decoder = MessageDecoder(mode: modes[choice % modes.count], limit: 4096)
        var rest = input.remainder()[...]
        let total = rest.count
        var given = 0
        while !rest.isEmpty {
            decoder.append(rest.prefix(step))
            rest = rest.dropFirst(step)
            do {
                while let message = try decoder.next() {
                    precondition(message.count <= 4096)
                    given += message.count
                }
            } catch { return }
        }
        precondition(given <= total)
    }

    /// A head as a server and as a client takes it.
    static func upgrade(_ bytes: [UInt8]) {
        let server = ServerHandshake(subprotocols: ["json"], compression: .frugal)
        var reader = HTTPHeadReader()
        let step = Int(bytes.first ?? 0) + 1
        var rest = bytes.dropFirst()
        while !rest.isEmpty {
            let part = ByteBuffer(bytes: rest.prefix(step))
            rest = rest.dropFirst(step)
            do {
                guard let head = try reader.read(part) else { continue }
                if let request = try? HTTPRequest(head), let answer = try? server.answer(request) {
                    // An answer has no line that was not meant to be there.
                    precondition(answer.head.text.split(separator: "\r\n").count <= 6)
                }
                if let client = try? ClientHandshake(
                    url: WebSocketURL("ws://a/b?c"), subprotocols: ["json"], headers: [], compression: .frugal)
                {
                    _ = try? client.read(head)
                }
                return
            } catch { return }
        }
        _ = WebSocketURL.read(String(decoding: bytes.dropFirst(), as: UTF8.self))
    }

    /// The first two bytes choose a user and how the proxy's answers are cut.
    static func socks(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let (choice, step) = (input.byte(), Int(input.byte()) + 1)
        guard
            var handshake = try? SOCKS5Handshake(
                target: SocketEndpoint(host: "example.org", port: 80), user: choice & 1 == 0 ? nil : "ann",
                password: "secret")
        else { preconditionFailure("no handshake") }
        var rest = input.remainder()[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(step))
            rest = rest.dropFirst(step)
            guard let step = try? handshake.receive(part) else { return }
            if case .open(let left) = step { precondition(left.count <= part.count) }
        }
    }
}

extension WebSocketURL {
    fileprivate static func read(_ text: String) -> WebSocketURL? { try? WebSocketURL(text) }
}
