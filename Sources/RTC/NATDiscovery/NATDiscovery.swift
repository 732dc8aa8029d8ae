import Wire

/// What is between a socket and the Internet, asked of one STUN server: RFC 5780 §4.3 (mapping) and §4.4 (filtering).
///
/// It does no I/O: after each mutation drain `pollTransmit`, then call `handleTimeout` at `nextTimeout` until `isFinished`.
/// Filtering comes first, by the same socket: a request to the server's other address would open the filter for it.
package struct NATDiscovery: Sendable {
    /// RFC 8489 §6.2.1, somewhat quicker: silence is an answer of two of the tests.
    package struct Timing: Hashable, Sendable {
        package var firstRetransmission: Duration = .milliseconds(250)
        package var transmissions = 4

        package init() {}
    }

    private enum Test: Hashable, Sendable {
        case binding
        /// The answer is to come from the other address and port, then from the other port alone.
        case filteringByAddress, filteringByPort
        /// To the other address at the same port, then at its other port.
        case mappingByAddress, mappingByPort
    }

    private struct Request: Sendable {
        var test: Test
        var transaction: STUNTransactionID
        var bytes: [UInt8]
        var remote: TransportAddress
        var sentAt: Instant
        var timeout: Duration
        var dueAt: Instant
        var transmissions = 1
    }

    package private(set) var report = NATReport()
    package private(set) var isFinished = false

    private let server: TransportAddress
    private let local: TransportAddress
    private let timing: Timing
    private var random: RandomSource
    private var other: TransportAddress?
    private var secondMapped: TransportAddress?
    private var request: Request?
    private var transmits: [(bytes: [UInt8], remote: TransportAddress)] = []

    /// - Parameter local: the socket's own address, to tell whether there is a translation.
    package init(
        server: TransportAddress, local: TransportAddress, timing: Timing = Timing(), random: RandomSource
    ) {
        self.server = server
        self.local = local
        self.timing = timing
        self.random = random
    }

    /// The next datagram to send; nil when there is none.
    package mutating func pollTransmit() -> (bytes: [UInt8], remote: TransportAddress)? {
        transmits.isEmpty ? nil : transmits.removeFirst()
    }

    /// When `handleTimeout` is to be called next; nil before `start` and when it is finished.
    package var nextTimeout: Instant? { request?.dueAt }

    /// Asks the first question.
    package mutating func start(at now: Instant) {
        guard request == nil, !isFinished else { return }
        begin(.binding, at: now)
    }

    /// Takes a datagram; what is no answer to the request under way is ignored.
    package mutating func receive(_ datagram: [UInt8], from remote: TransportAddress, at now: Instant) {
        guard let request, let received = try? ReceivedSTUNMessage(parsing: datagram),
            received.message.transaction == request.transaction, received.message.method == .binding,
            isExpected(remote, by: request)
        else { return }
        let message = received.message
        self.request = nil
        switch message.messageClass {
        case .success: succeed(request, message, from: remote, at: now)
        case .error: fail(request.test, isSilence: false, at: now)
        case .request, .indication: self.request = request
        }
    }

    /// Repeats or gives up what is due by `now`; harmless when nothing is.
    package mutating func handleTimeout(at now: Instant) {
        guard var request, request.dueAt <= now else { return }
        guard request.transmissions < timing.transmissions else {
            self.request = nil
            return fail(request.test, isSilence: true, at: now)
        }
        request.transmissions += 1
        request.timeout = request.timeout * 2
        request.dueAt = now + request.timeout
        self.request = request
        transmits.append((request.bytes, request.remote))
    }

    // MARK: One test after the other

    private mutating func begin(_ test: Test, at now: Instant) {
        var attributes: [STUNAttribute] = []
        var remote = server
        switch test {
        case .binding: break
        case .filteringByAddress: attributes = [.changeRequest(ip: true, port: true)]
        case .filteringByPort: attributes = [.changeRequest(ip: false, port: true)]
        case .mappingByAddress: remote = TransportAddress(other?.ip ?? server.ip, port: server.port)
        case .mappingByPort: remote = other ?? server
        }
        let transaction = STUNTransactionID(using: &random)
        let bytes = STUNMessage(.request, .binding, transaction: transaction, attributes: attributes).serialized()
        request = Request(
            test: test, transaction: transaction, bytes: bytes, remote: remote, sentAt: now,
            timeout: timing.firstRetransmission, dueAt: now + timing.firstRetransmission)
        transmits.append((bytes, remote))
    }

    /// A server that answers from where it was asked has not done what the test asks for; that is told by `succeed`.
    private func isExpected(_ remote: TransportAddress, by request: Request) -> Bool {
        switch request.test {
        case .binding, .mappingByAddress, .mappingByPort: remote == request.remote
        case .filteringByAddress: remote == server || remote == other
        case .filteringByPort: remote == server || remote == other.map { TransportAddress(server.ip, port: $0.port) }
        }
    }

    private mutating func succeed(
        _ request: Request, _ message: STUNMessage, from remote: TransportAddress, at now: Instant
    ) {
        switch request.test {
        case .binding: bound(request, message, at: now)
        case .filteringByAddress, .filteringByPort:
            if remote != server {
                report.filtering = request.test == .filteringByAddress ? .endpointIndependent : .addressDependent
            }
            // Whatever it means that the server answers from here: of filters it tells nothing.
            testMapping(at: now)
        case .mappingByAddress:
            guard let mapped = message.mappedAddress else { return finish() }
            if mapped == report.mapped {
                report.mapping = .endpointIndependent
                return finish()
            }
            secondMapped = mapped
            begin(.mappingByPort, at: now)
        case .mappingByPort:
            if let mapped = message.mappedAddress {
                report.mapping = mapped == secondMapped ? .addressDependent : .addressAndPortDependent
            }
            finish()
        }
    }

    private mutating func bound(_ request: Request, _ message: STUNMessage, at now: Instant) {
        guard let mapped = message.mappedAddress else {
            report.failure = .refused
            return finish()
        }
        report.mapped = mapped
        report.isTranslated = mapped != local
        if request.transmissions == 1 { report.roundTrip = now - request.sentAt }
        // One that differs in part only, or leads elsewhere, cannot tell the tests apart.
        guard let other = message.otherAddress, other.isUsableByICE, other.ip.isIPv4 == server.ip.isIPv4,
            other.ip.isLoopback == server.ip.isLoopback, other.ip != server.ip, other.port != server.port
        else { return finish() }
        self.other = other
        begin(.filteringByAddress, at: now)
    }

    private mutating func fail(_ test: Test, isSilence: Bool, at now: Instant) {
        switch test {
        case .binding:
            report.failure = isSilence ? .timeout : .refused
            finish()
        case .filteringByAddress:
            // Refused: the server does not do it (RFC 5780 §6.1).
            if isSilence { begin(.filteringByPort, at: now) } else { testMapping(at: now) }
        case .filteringByPort:
            if isSilence { report.filtering = .addressAndPortDependent }
            testMapping(at: now)
        case .mappingByAddress, .mappingByPort: finish()
        }
    }

    private mutating func testMapping(at now: Instant) {
        if report.isTranslated == true { begin(.mappingByAddress, at: now) } else { finish() }
    }

    private mutating func finish() {
        request = nil
        isFinished = true
    }
}
