/// A capture file (pcapng, IETF draft-ietf-opsawg-pcapng) for Wireshark and its relatives.
///
/// The packets are made up, since a relay sees none: they carry the same bytes, with numbers and checksums that fit, as
/// one conversation between the client and the server for each connection.
public struct PcapngTraceWriter: TraceWriter {
    /// The two sides of a TCP conversation: the number of the next byte of each.
    private struct Conversation {
        var client: UInt32 = 1_000
        var server: UInt32 = 2_000
        var hasClientFinished = false
        var hasServerFinished = false
    }

    /// What fits into a frame of Ethernet beside the longest headers used.
    private static let segmentSize = 1_440

    private var conversations: [Int: Conversation] = [:]

    /// A writer.
    public init() {}

    /// The head of the section, and one interface: Ethernet, times in nanoseconds.
    public var prologue: [UInt8] {
        // The order of bytes, version 1.0, a length that is not known beforehand.
        let section: [UInt8] = [0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8)
        // Ethernet, no limit of length, the option if_tsresol (9) of 10⁻⁹ s, the end of the options.
        let interface: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]
        return Self.block(0x0A0D_0D0A, section) + Self.block(1, interface)
    }

    /// The packets of an event.
    public mutating func encode(_ event: TraceEvent) -> [UInt8] {
        let frames = event.isDatagram ? datagrams(of: event) : segments(of: event)
        return frames.flatMap { Self.packet($0, time: event.time) }
    }

    private func datagrams(of event: TraceEvent) -> [[UInt8]] {
        guard case .data(let direction, let bytes, _) = event.kind else { return [] }
        return [builder(of: event, direction).datagram(bytes)]
    }

    private mutating func segments(of event: TraceEvent) -> [[UInt8]] {
        var conversation = conversations[event.connection] ?? Conversation()
        var isOver = false
        defer { conversations[event.connection] = isOver ? nil : conversation }
        switch event.kind {
        case .requested: return []
        case .connected:
            let opening = [
                send(.toServer, .syn, in: &conversation, of: event),
                send(.toClient, [.syn, .ack], in: &conversation, of: event),
            ]
            return opening + [send(.toServer, .ack, in: &conversation, of: event)]
        case .failed:
            isOver = true
            let opening = send(.toServer, .syn, in: &conversation, of: event)
            return [opening, send(.toClient, [.reset, .ack], in: &conversation, of: event)]
        case .data(let direction, let bytes, _):
            return stride(from: 0, to: bytes.count, by: Self.segmentSize).map { offset in
                let end = min(offset + Self.segmentSize, bytes.count)
                let flags: PacketBuilder.Flags = end == bytes.count ? [.push, .ack] : .ack
                return send(direction, flags, bytes[offset..<end], in: &conversation, of: event)
            }
        case .finished(let direction):
            return finish([direction], in: &conversation, of: event)
        case .closed(_, _, nil):
            isOver = true
            return finish([.toServer, .toClient], in: &conversation, of: event)
        case .closed:
            isOver = true
            return [send(.toServer, [.reset, .ack], in: &conversation, of: event)]
        }
    }

    private func finish(
        _ directions: [TraceEvent.Direction], in conversation: inout Conversation, of event: TraceEvent
    ) -> [[UInt8]] {
        directions.flatMap { direction -> [[UInt8]] in
            let isClient = direction == .toServer
            guard isClient ? !conversation.hasClientFinished : !conversation.hasServerFinished else { return [] }
            if isClient { conversation.hasClientFinished = true } else { conversation.hasServerFinished = true }
            let last = send(direction, [.fin, .ack], in: &conversation, of: event)
            return [last, send(isClient ? .toClient : .toServer, .ack, in: &conversation, of: event)]
        }
    }

    private func send(
        _ direction: TraceEvent.Direction, _ flags: PacketBuilder.Flags, _ payload: ArraySlice<UInt8> = [],
        in conversation: inout Conversation, of event: TraceEvent
    ) -> [UInt8] {
        let isClient = direction == .toServer
        let own = isClient ? conversation.client : conversation.server
        let other = isClient ? conversation.server : conversation.client
        let frame = builder(of: event, direction).segment(
            sequence: own, acknowledged: flags.contains(.ack) ? other : 0, flags: flags, payload: payload)
        // The beginning and the end of a stream count as a byte each.
        let length = UInt32(payload.count) + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
        if isClient { conversation.client &+= length } else { conversation.server &+= length }
        return frame
    }

    private func builder(of event: TraceEvent, _ direction: TraceEvent.Direction) -> PacketBuilder {
        direction == .toServer
            ? PacketBuilder(from: event.client, to: event.server) : PacketBuilder(from: event.server, to: event.client)
    }

    private static func packet(_ frame: [UInt8], time: Int64) -> [UInt8] {
        let moment = UInt64(bitPattern: time)
        let length = UInt32(frame.count)
        // Interface 0, the time, the length captured and the length as sent.
        let head = [0, UInt32(truncatingIfNeeded: moment >> 32), UInt32(truncatingIfNeeded: moment), length, length]
        return block(6, head.flatMap(\.word) + frame)
    }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let length = UInt32(body.count + padding.count + 12).word
        return [type.word, length, body, padding, length].flatMap { $0 }
    }
}

extension UInt32 {
    /// In little-endian order, which the file's first word declares.
    fileprivate var word: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
