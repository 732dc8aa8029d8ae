import Wire

/// The data channels of one connection over one SCTP association (RFC 8831, RFC 8832).
package final class DataChannelTransport {
    private struct Channel {
        var options: DataChannelOptions
        var isOpen: Bool
        var isClosing = false
        /// Our half is closed: nothing can be sent any more.
        var isReset = false
        var queue: ArraySlice<(ppid: UInt32, bytes: [UInt8])> = []
        var bufferedAmount = 0

        var hasWork: Bool { !queue.isEmpty || isClosing && !isReset }
    }

    /// PPIDs of RFC 8831 §8.
    private enum PPID {
        static let control: UInt32 = 50
        static let text: UInt32 = 51
        static let binary: UInt32 = 53
        static let emptyText: UInt32 = 56
        static let emptyBinary: UInt32 = 57
    }

    private static let channelCap = 256
    private static let bufferCap = 16 << 20
    private static let busyInterval = Duration.milliseconds(10)
    private static let idleInterval = Duration.milliseconds(200)

    private let role: DTLSRole
    private let remotePort: UInt16
    private let maxMessageSize: Int
    private let association = SCTPAssociation()
    private var channels: [Int: Channel] = [:]
    /// The stream whose turn it is, so that a busy channel does not keep the others waiting.
    private var turn = 0
    private var events: [DataChannelEvent] = []
    private var transmits: [[UInt8]] = []
    private var isConnected = false
    private var isClosed = false
    private var lastActivity = Instant.zero
    package private(set) var nextTimeout: Instant?

    /// - Parameter maxMessageSize: what the far side takes; 0 for no limit.
    package init(role: DTLSRole, remotePort: UInt16, maxMessageSize: Int) {
        self.role = role
        self.remotePort = remotePort
        self.maxMessageSize =
            maxMessageSize == 0 ? SCTPAssociation.messageCap : min(maxMessageSize, SCTPAssociation.messageCap)
    }

    /// DTLS is connected: the association begins.
    package func start(at now: Instant) {
        association.connect(remotePort: remotePort, at: now)
        settle(at: now, isActive: true)
    }

    /// A decrypted SCTP packet.
    package func receive(_ packet: [UInt8], at now: Instant) {
        guard !isClosed else { return }
        association.receive(packet, at: now)
        settle(at: now, isActive: true)
    }

    /// Lets the association's timers run.
    package func handleTimeout(at now: Instant) {
        guard !isClosed else { return }
        association.handleTimeout(at: now)
        settle(at: now, isActive: false)
    }

    /// The next SCTP packet for DTLS; nil when there is none.
    package func pollTransmit() -> [UInt8]? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next event; nil when there is none.
    package func pollEvent() -> DataChannelEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// Opens a channel, also before the association is up; it stands when `opened` comes.
    ///
    /// - Returns: its number, on which data may be sent from now on.
    @discardableResult
    package func open(_ options: DataChannelOptions, at now: Instant) throws(DataChannelError) -> Int {
        guard !isClosed else { throw .notOpen }
        guard channels.count < Self.channelCap else { throw .tooManyChannels }
        let limit = DCEPMessage.textCap
        guard options.label.utf8.count <= limit, options.protocolName.utf8.count <= limit else {
            throw .labelTooLong(limit: limit)
        }
        if let id = options.negotiatedID {
            guard channels[id] == nil, (0..<SCTPAssociation.streamCap).contains(id) else { throw .numberInUse }
            channels[id] = Channel(options: options, isOpen: true)
            if isConnected { events.append(.opened(id: id, options)) }
            return id
        }
        // The DTLS client takes the even numbers (RFC 8832 §6).
        let first = role == .client ? 0 : 1
        guard let id = stride(from: first, to: SCTPAssociation.streamCap, by: 2).first(where: { channels[$0] == nil })
        else { throw .tooManyChannels }
        channels[id] = Channel(options: options, isOpen: false)
        let message = DCEPMessage.open(
            label: options.label, protocolName: options.protocolName, isOrdered: options.isOrdered,
            Self.reliability(of: options))
        enqueue(PPID.control, message.bytes, on: id)
        if isConnected { settle(at: now, isActive: true) }
        return id
    }

    private static func reliability(of options: DataChannelOptions) -> DCEPMessage.Reliability {
        if let count = options.maxRetransmits { return .retransmissions(UInt32(clamping: count)) }
        if let time = options.maxPacketLifeTime { return .lifetime(UInt32(clamping: time)) }
        return .reliable
    }

    /// Queues a text. Throws when the channel is not open, or the far side takes none so large.
    package func send(text: String, on id: Int, at now: Instant) throws(DataChannelError) {
        let bytes = Array(text.utf8)
        try send(bytes.isEmpty ? [0] : bytes, ppid: bytes.isEmpty ? PPID.emptyText : PPID.text, on: id, at: now)
    }

    /// Queues bytes. Throws as `send(text:)`.
    package func send(binary: [UInt8], on id: Int, at now: Instant) throws(DataChannelError) {
        try send(
            binary.isEmpty ? [0] : binary, ppid: binary.isEmpty ? PPID.emptyBinary : PPID.binary, on: id, at: now)
    }

    private func send(_ bytes: [UInt8], ppid: UInt32, on id: Int, at now: Instant) throws(DataChannelError) {
        guard let channel = channels[id], !channel.isClosing, !isClosed else { throw .notOpen }
        guard bytes.count <= maxMessageSize else { throw .messageTooLarge(limit: maxMessageSize) }
        guard channel.bufferedAmount + bytes.count <= Self.bufferCap else { throw .bufferFull }
        enqueue(ppid, bytes, on: id)
        if isConnected { settle(at: now, isActive: true) }
    }

    /// Bytes that wait here because SCTP's own buffer is full.
    package func bufferedAmount(_ id: Int) -> Int { channels[id]?.bufferedAmount ?? 0 }

    /// Closes our half once what waits has been sent; `closed` comes when the far side has closed its own.
    package func closeChannel(_ id: Int, at now: Instant) {
        guard channels[id]?.isClosing == false else { return }
        guard isConnected else {
            forget(id)
            return
        }
        channels[id]?.isClosing = true
        settle(at: now, isActive: true)
    }

    /// Ends the association and all channels; the far side is told at once.
    package func close(at now: Instant) {
        guard !isClosed else { return }
        isClosed = true
        nextTimeout = nil
        transmits += association.close()
        for id in channels.keys.sorted() { forget(id) }
    }

    private func forget(_ id: Int) {
        guard channels.removeValue(forKey: id) != nil else { return }
        events.append(.closed(id: id))
    }

    private func enqueue(_ ppid: UInt32, _ bytes: [UInt8], on id: Int) {
        channels[id]?.queue.append((ppid, bytes))
        if ppid != PPID.control { channels[id]?.bufferedAmount += bytes.count }
    }

    /// Takes what SCTP has for us, gives it what waits, and plans the next look.
    private func settle(at now: Instant, isActive: Bool) {
        var isActive = isActive
        while let event = association.pollEvent() {
            isActive = true
            take(event, at: now)
            if isClosed { return }
        }
        flush()
        let packets = association.takePackets()
        transmits += packets
        if isActive || !packets.isEmpty { lastActivity = now }
        let isBusy = now - lastActivity < .seconds(1) || channels.values.contains { $0.hasWork }
        nextTimeout = now + (isBusy ? Self.busyInterval : Self.idleInterval)
    }

    /// One message a channel and round, as long as SCTP takes them.
    private func flush() {
        guard isConnected else { return }
        let cap = SCTPAssociation.streamCap
        var ids = channels.compactMap { $0.value.hasWork ? $0.key : nil }
        ids.sort { ($0 + cap - turn) % cap < ($1 + cap - turn) % cap }
        while !ids.isEmpty { ids = ids.filter(sendNext) }
    }

    /// - Returns: whether the channel has more to send and SCTP room for it.
    private func sendNext(_ id: Int) -> Bool {
        guard let channel = channels[id], channel.hasWork else { return false }
        guard let (ppid, bytes) = channel.queue.first else {
            channels[id]?.isReset = true
            // A far side that knows no resets is not asked to close its half.
            if !association.reset(stream: id) { forget(id) }
            return false
        }
        let isControl = ppid == PPID.control
        let (reliability, value) = Self.sendingMode(of: channel.options, isControl: isControl)
        // Until the far side has acknowledged the opening, everything goes in order (RFC 8832 §6).
        let isOrdered = isControl || !channel.isOpen || channel.options.isOrdered
        switch association.send(
            bytes, stream: id, ppid: ppid, isOrdered: isOrdered, reliability: reliability, value: value)
        {
        case .sent: break
        case .blocked:
            turn = id
            return false
        case .failed:
            forget(id)
            return false
        }
        _ = channels[id]?.queue.popFirst()
        if !isControl {
            channels[id]?.bufferedAmount -= bytes.count
            if channel.queue.count == 1 { events.append(.bufferedAmountLow(id: id)) }
        }
        return channels[id]?.hasWork == true
    }

    private static func sendingMode(
        of options: DataChannelOptions, isControl: Bool
    ) -> (SCTPAssociation.Reliability, UInt32) {
        if isControl { return (.full, 0) }
        if let count = options.maxRetransmits { return (.retransmissions, UInt32(clamping: count)) }
        if let time = options.maxPacketLifeTime { return (.lifetime, UInt32(clamping: time)) }
        return (.full, 0)
    }

    private func take(_ event: SCTPEvent, at now: Instant) {
        switch event {
        case .connected:
            isConnected = true
            for (id, channel) in channels.sorted(by: { $0.key < $1.key }) where channel.isOpen {
                events.append(.opened(id: id, channel.options))
            }
        case .message(let stream, let ppid, let bytes): take(bytes, ppid: ppid, on: stream)
        case .streamReset(let stream):
            guard let channel = channels[stream] else { return }
            if !channel.isReset { _ = association.reset(stream: stream) }
            forget(stream)
        case .lost:
            close(at: now)
            events.append(.associationClosed)
        }
    }

    private func take(_ bytes: [UInt8], ppid: UInt32, on stream: Int) {
        switch ppid {
        case PPID.control: takeControl(bytes, on: stream)
        case PPID.text: deliver(.text(id: stream, String(decoding: bytes, as: UTF8.self)), on: stream)
        case PPID.emptyText: deliver(.text(id: stream, ""), on: stream)
        case PPID.binary: deliver(.binary(id: stream, bytes), on: stream)
        case PPID.emptyBinary: deliver(.binary(id: stream, []), on: stream)
        default: break
        }
    }

    /// Data may come before the acknowledgement, but not on a channel that nobody opened.
    private func deliver(_ event: DataChannelEvent, on stream: Int) {
        if channels[stream] != nil { events.append(event) }
    }

    private func takeControl(_ bytes: [UInt8], on stream: Int) {
        guard let message = try? DCEPMessage(parsing: bytes) else {
            refuse(stream)
            return
        }
        switch message {
        case .acknowledgement:
            guard let channel = channels[stream], !channel.isOpen else { return }
            channels[stream]?.isOpen = true
            if channel.isClosing { return }
            events.append(.opened(id: stream, channel.options))
        case .open(let label, let protocolName, let isOrdered, let reliability):
            guard channels[stream] == nil, channels.count < Self.channelCap else {
                refuse(stream)
                return
            }
            var options = DataChannelOptions(label: label, protocolName: protocolName, isOrdered: isOrdered)
            switch reliability {
            case .reliable: break
            case .retransmissions(let count): options.maxRetransmits = Int(count)
            case .lifetime(let milliseconds): options.maxPacketLifeTime = Int(milliseconds)
            }
            channels[stream] = Channel(options: options, isOpen: true)
            enqueue(PPID.control, DCEPMessage.acknowledgement.bytes, on: stream)
            events.append(.opened(id: stream, options))
        }
    }

    /// An opening that cannot be had ends as a closed channel on the far side; one of ours with that number stays.
    private func refuse(_ stream: Int) {
        if channels[stream] == nil { _ = association.reset(stream: stream) }
    }
}
