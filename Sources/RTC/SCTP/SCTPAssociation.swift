import CUsrsctp

/// What an association tells.
enum SCTPEvent {
    case connected
    case message(stream: Int, ppid: UInt32, bytes: [UInt8])
    /// The far side has closed its half of a stream.
    case streamReset(Int)
    case lost
}

/// One SCTP association over DTLS (RFC 8261, RFC 8831): the only room that knows usrsctp, with `SCTPStack`.
final class SCTPAssociation {
    enum Reliability: Int32 {
        case full = 0
        case retransmissions = 1
        case lifetime = 2
    }

    enum SendResult {
        case sent
        /// The send buffer is full, or an earlier reset of the stream is on its way: try again later.
        case blocked
        /// The association does not have this stream, or is going.
        case failed
    }

    /// Largest packet: fits into a DTLS record in a 1200-byte datagram.
    static let packetCap = 1150
    /// usrsctp's own count is without the common header.
    private static let pathMTU = UInt32(packetCap - 12)
    static let streamCap = 1024
    static let messageCap = 262_144
    private static let port: UInt16 = 5000

    private let number: UInt32
    private let socket: OpaquePointer?
    private var partial: [Int: [UInt8]] = [:]
    private var events: [SCTPEvent] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var isClosed = false
    private var clock = SCTPStack.Clock()

    init() {
        (number, socket) = SCTPStack.perform {
            let number = SCTPStack.register()
            let socket = usrsctp_socket(
                CUsrsctp_family, CUsrsctp_stream, CUsrsctp_protocol, nil, nil, 0, nil)
            if let socket {
                usrsctp_set_non_blocking(socket, 1)
                CUsrsctp_configure(socket, UInt16(Self.streamCap), Self.pathMTU)
                _ = CUsrsctp_bind(socket, number, Self.port)
            }
            return (number, socket)
        }
    }

    deinit { close() }

    /// Both sides do this (RFC 8841 §9.3).
    func connect(remotePort: UInt16, at now: Instant) {
        guard let socket else {
            events.append(.lost)
            return
        }
        guard !isClosed else { return }
        SCTPStack.perform {
            SCTPStack.advance(&clock, to: now)
            _ = CUsrsctp_connect(socket, number, remotePort)
        }
    }

    func receive(_ packet: [UInt8], at now: Instant) {
        guard !isClosed, packet.count >= 12 else { return }
        SCTPStack.perform {
            SCTPStack.advance(&clock, to: now)
            guard SCTPStack.isSound(packet) else { return }
            usrsctp_conninput(CUsrsctp_handle(number), packet, packet.count, 0)
            read()
        }
    }

    func handleTimeout(at now: Instant) {
        guard !isClosed else { return }
        SCTPStack.perform {
            SCTPStack.advance(&clock, to: now)
            read()
        }
    }

    func takePackets() -> [[UInt8]] { SCTPStack.perform { SCTPStack.takePackets(number) } }

    func pollEvent() -> SCTPEvent? { events.isEmpty ? nil : events.removeFirst() }

    func send(
        _ bytes: [UInt8], stream: Int, ppid: UInt32, isOrdered: Bool, reliability: Reliability, value: UInt32
    ) -> SendResult {
        guard let socket, !isClosed, let stream = UInt16(exactly: stream) else { return .failed }
        let result = SCTPStack.perform {
            CUsrsctp_send(socket, bytes, bytes.count, stream, ppid, isOrdered ? 0 : 1, reliability.rawValue, value)
        }
        return result > 0 ? .sent : result == 0 ? .blocked : .failed
    }

    /// Closes our half of a stream, after what has been sent on it.
    ///
    /// - Returns: false when the far side cannot do this (RFC 6525) or the association is not up.
    func reset(stream: Int) -> Bool {
        guard let socket, !isClosed, let stream = UInt16(exactly: stream) else { return false }
        return SCTPStack.perform { CUsrsctp_reset(socket, stream) == 0 }
    }

    /// - Returns: the last packets, with the ABORT that lets the far side know at once.
    @discardableResult
    func close() -> [[UInt8]] {
        guard !isClosed else { return [] }
        isClosed = true
        return SCTPStack.perform {
            if let socket { usrsctp_close(socket) }
            defer { SCTPStack.unregister(number) }
            return SCTPStack.takePackets(number)
        }
    }

    /// Everything that usrsctp has for us. Inside `perform`.
    private func read() {
        guard let socket else { return }
        while true {
            let received = buffer.withUnsafeMutableBytes { CUsrsctp_receive(socket, $0.baseAddress, $0.count) }
            guard received.count > 0 else { return }
            let bytes = buffer[..<received.count]
            if received.is_notification != 0 {
                notify(Array(bytes))
            } else {
                assemble(bytes, of: received)
            }
        }
    }

    /// Large messages come in pieces; one beyond the cap that we announced is a fault of the far side.
    private func assemble(_ bytes: ArraySlice<UInt8>, of received: CUsrsctp_received) {
        let stream = Int(received.stream)
        var whole = partial.removeValue(forKey: stream) ?? []
        guard whole.count + bytes.count <= Self.messageCap else {
            events.append(.lost)
            return
        }
        whole += bytes
        if received.ends_message != 0 {
            events.append(.message(stream: stream, ppid: received.ppid, bytes: whole))
        } else {
            partial[stream] = whole
        }
    }

    private func notify(_ bytes: [UInt8]) {
        // Notifications are in the machine's own byte order.
        let word = { (index: Int) -> UInt16 in
            index + 1 < bytes.count ? UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8 : 0
        }
        switch Int(word(0)) {
        case Int(SCTP_ASSOC_CHANGE):
            switch Int32(word(8)) {
            case SCTP_COMM_UP: events.append(.connected)
            case SCTP_COMM_LOST, SCTP_SHUTDOWN_COMP, SCTP_CANT_STR_ASSOC: events.append(.lost)
            default: break
            }
        case Int(SCTP_PARTIAL_DELIVERY_EVENT):
            // The far side has given the message up half-way: its beginning must not start the next one.
            partial[Int(word(12))] = nil
        case Int(SCTP_STREAM_RESET_EVENT):
            guard Int32(word(2)) & SCTP_STREAM_RESET_INCOMING_SSN != 0 else { return }
            for index in stride(from: 12, to: bytes.count - 1, by: 2) {
                events.append(.streamReset(Int(word(index))))
            }
        default: break
        }
    }
}
