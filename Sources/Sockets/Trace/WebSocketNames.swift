import NIOCore

/// Names the WebSocket frames of one stream, and tells what its compressed messages say.
///
/// A relay is no judge: frames that break a rule are named as well as they can be.
struct WebSocketNames {
    /// What is being read: a frame's payload.
    private struct Frame {
        var head: WebSocketHead
        var remaining: UInt64
        var mask: WebSocketMask?
    }

    /// A head that is not complete.
    private var pending: [UInt8] = []
    private var frame: Frame?
    private var expansion: MessageExpansion?
    /// Whether the frames of data that come belong to a compressed message.
    private var isCompressed = false

    /// - Parameter deflate: what both sides have agreed to; nil when messages come as they are.
    init(sender: WebSocketRole, deflate: DeflateParameters?) {
        expansion = deflate.flatMap { MessageExpansion($0, of: sender) }
    }

    mutating func take(_ bytes: ArraySlice<UInt8>, into names: inout [TraceName]) {
        var rest = pending.isEmpty ? bytes : pending[...] + bytes
        pending = []
        while true {
            if frame != nil { takePayload(&rest, into: &names) }
            guard frame == nil, !rest.isEmpty else { return }
            guard let head = WebSocketHead(rest) else {
                pending = Array(rest)
                return
            }
            names.append(.frame(head.name))
            rest = rest.dropFirst(head.length)
            frame = Frame(head: head, remaining: head.payload, mask: head.key.map(WebSocketMask.init(key:)))
            begin(head)
        }
    }

    private mutating func begin(_ head: WebSocketHead) {
        guard !head.isControl, head.opcode != 0 else { return }
        isCompressed = head.isCompressed && expansion != nil
        if isCompressed { expansion?.begin(isText: head.opcode == 1) }
    }

    private mutating func takePayload(_ rest: inout ArraySlice<UInt8>, into names: inout [TraceName]) {
        guard var current = frame else { return }
        let part = rest.prefix(Int(min(current.remaining, UInt64(rest.count))))
        rest = rest.dropFirst(part.count)
        current.remaining -= UInt64(part.count)
        let isShown = isCompressed && !current.head.isControl
        if isShown {
            var plain = ByteBuffer(bytes: part)
            current.mask?.apply(to: &plain)
            expansion?.add(plain)
        }
        frame = current.remaining > 0 ? current : nil
        guard isShown, current.remaining == 0, current.head.isFinal else { return }
        isCompressed = false
        if let name = expansion?.finish() { names.append(name) }
    }
}

/// The head of a WebSocket frame (RFC 6455, 5.2).
struct WebSocketHead {
    var opcode: UInt8
    var isFinal: Bool
    var isCompressed: Bool
    /// Of the head, with the mask.
    var length: Int
    var payload: UInt64
    /// As on the wire, first byte in the highest bits.
    var key: UInt32?

    var isControl: Bool { opcode >= 8 }

    /// Nil until it is complete.
    init?(_ bytes: ArraySlice<UInt8>) {
        let head = Array(bytes.prefix(14))
        guard head.count >= 2 else { return nil }
        let isMasked = head[1] & 0x80 != 0
        let extra = [126: 2, 127: 8][head[1] & 0x7F] ?? 0
        length = 2 + extra + (isMasked ? 4 : 0)
        guard head.count >= length else { return nil }
        let number = { (range: Range<Int>) in head[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        payload = extra == 0 ? UInt64(head[1] & 0x7F) : number(2..<2 + extra)
        key = isMasked ? UInt32(truncatingIfNeeded: number(2 + extra..<length)) : nil
        opcode = head[0] & 0x0F
        isFinal = head[0] & 0x80 != 0
        isCompressed = head[0] & 0x40 != 0
    }

    var name: TraceName.Frame {
        TraceName.Frame(opcode: opcode, size: payload, isFinal: isFinal, isCompressed: isCompressed)
    }
}
