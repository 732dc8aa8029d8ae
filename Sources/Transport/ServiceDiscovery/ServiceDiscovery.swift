import Logging
import NIOCore
import RTC
import Wire

/// Finds the calls services of the local link, and announces our own, by multicast DNS of our own: for where no Avahi runs.
///
/// Every call may come from any thread. Changes are told on the event loop.
package final class ServiceDiscovery: Sendable {
    private let core: NIOLoopBoundBox<ServiceDiscoveryCore>

    /// Begins to look.
    ///
    /// - Parameter onChange: gets everybody who is there, after each change; never ourselves by our own sockets' mistake:
    ///   who is who tells the key's identifier.
    package init(
        options: MulticastDNSOptions, interfaces: any InterfaceSource, on eventLoop: any EventLoop, logger: Logger,
        onChange: @escaping @Sendable ([FoundService]) -> Void
    ) {
        let core = ServiceDiscoveryCore(options, interfaces, on: eventLoop, logger: logger, onChange: onChange)
        self.core = NIOLoopBoundBox.makeBoxSendingValue(core, eventLoop: eventLoop)
        eventLoop.execute { [box = self.core] in box.value.start() }
    }

    /// Announces this in place of what was announced; nil for nothing.
    package func announce(_ announcement: ServiceAnnouncement?) {
        core.eventLoop.execute { [core] in core.value.announce(announcement) }
    }

    /// Asks who is there, now.
    package func refresh() { core.eventLoop.execute { [core] in core.value.refresh() } }

    /// Says goodbye and closes the sockets.
    package func close() async { try? await core.eventLoop.submit { [core] in core.value.close() }.get() }
}

/// What lives on the event loop.
final class ServiceDiscoveryCore {
    /// From one question to everybody to the next, in seconds: closer at the beginning (RFC 6762 §5.2).
    private static let intervals: [Int64] = [1, 3, 9, 27, 60]
    /// Answers a second, to whoever asks.
    private static let answerLimit = 20

    private let eventLoop: any EventLoop
    private let interfaces: any InterfaceSource
    private let logger: Logger
    private let options: MulticastDNSOptions
    private let onChange: @Sendable ([FoundService]) -> Void
    private var sockets: ServiceSockets?
    private var networks = LocalNetworks([])
    private var observation: InterfaceObservation?
    private var browser = ServiceBrowser()
    private var advertiser: ServiceAdvertiser?
    private var told: [FoundService] = []
    private var timer: Scheduled<Void>?
    private var round = 0
    private var nextQuery: Instant
    private var lastQuery: Instant?
    private var answers = (second: Int64(0), count: 0)
    private var isClosed = false

    init(
        _ options: MulticastDNSOptions, _ interfaces: any InterfaceSource, on eventLoop: any EventLoop, logger: Logger,
        onChange: @escaping @Sendable ([FoundService]) -> Void
    ) {
        self.options = options
        self.interfaces = interfaces
        self.eventLoop = eventLoop
        self.logger = logger
        self.onChange = onChange
        nextQuery = MonotonicClock.now + .milliseconds(Int64.random(in: 20...120))
    }

    func start() {
        guard !isClosed else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        sockets = ServiceSockets(options, on: eventLoop, logger: logger) { bytes, remote, socket in
            bound.value.receive(bytes, from: remote, by: socket)
        }
        observation = interfaces.observe { [eventLoop] in eventLoop.execute { bound.value.interfacesChanged() } }
        interfacesChanged()
    }

    private func interfacesChanged() {
        guard !isClosed, let sockets else { return }
        networks = LocalNetworks.present(allowed: options.allowedInterfaces)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        sockets.update().whenSuccess { hasChanged in
            guard hasChanged else { return }
            let core = bound.value
            core.announce(core.advertiser?.announcement, again: true)
            core.round = 0
            core.refresh()
        }
    }

    // MARK: Asking

    func announce(_ announcement: ServiceAnnouncement?, again: Bool = false) {
        guard !isClosed, again || announcement != advertiser?.announcement else { return }
        if !again { sayGoodbye() }
        let delay = Duration.milliseconds(Int64.random(in: 0...250))
        advertiser = announcement.map { ServiceAdvertiser($0, after: delay, at: MonotonicClock.now) }
        act()
    }

    private func sayGoodbye() {
        for socket in sockets?.all ?? [] {
            if let message = advertiser?.goodbye(socket.place.addresses) { send(message, by: socket) }
        }
    }

    /// The same question comes no closer than a second after the one before.
    func refresh() {
        guard !isClosed else { return }
        let now = MonotonicClock.now
        nextQuery = max(now, lastQuery.map { $0 + .seconds(1) } ?? now)
        act()
    }

    /// Does what is due, and sleeps until the next thing is.
    private func act() {
        guard !isClosed else { return }
        let now = MonotonicClock.now
        if nextQuery <= now { ask(at: now) }
        if let due = advertiser?.nextTimeout, due <= now {
            for socket in sockets?.all ?? [] {
                if let message = advertiser?.message(socket.place.addresses) { send(message, by: socket) }
            }
            advertiser?.sent(at: now)
        }
        browser.forget(at: now)
        tell()
        let next = [nextQuery, advertiser?.nextTimeout, browser.nextTimeout].compactMap { $0 }.min() ?? nextQuery
        timer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let delay = max(1_000, next.microseconds - now.microseconds)
        timer = eventLoop.scheduleTask(in: .microseconds(delay)) { bound.value.act() }
    }

    private func ask(at now: Instant) {
        let query = browser.query(at: now)
        for socket in sockets?.all ?? [] { send(query, by: socket) }
        lastQuery = now
        let interval = browser.isIncomplete ? 1 : Self.intervals[min(round, Self.intervals.count - 1)]
        round += 1
        nextQuery = now + .seconds(interval)
    }

    private func tell() {
        let found = browser.found
        guard found != told else { return }
        told = found
        onChange(found)
    }

    private func send(_ message: DNSMessage, by socket: ServiceSockets.Socket, to remote: TransportAddress? = nil) {
        let bytes = message.serialized()
        options.traffic?.counter(for: socket.place.interface).count()
        // Its scope, where it has one, is the socket's interface.
        socket.send(bytes, to: remote?.socketAddress)
    }

    // MARK: Hearing

    private func receive(_ bytes: [UInt8], from remote: TransportAddress, by socket: ServiceSockets.Socket) {
        // Nothing from behind a router is believed, or answered (RFC 6762 §11).
        guard !isClosed, isLocal(remote.ip, socket.place), let message = try? DNSMessage(parsing: bytes) else { return }
        let now = MonotonicClock.now
        if message.isResponse {
            // §6: what comes from another port is no answer of multicast DNS.
            guard remote.port == options.port else { return }
            browser.receive(message, at: now) { isLocal($0, socket.place) }
        } else if let answer = advertiser?.answer(
            message, socket.place.addresses, isLegacy: remote.port != options.port), mayAnswer(at: now)
        {
            send(answer, by: socket, to: remote.port == options.port ? nil : remote)
        }
        advertiser?.receive(message, at: now)
        act()
    }

    private func isLocal(_ address: IPAddress, _ place: ServiceSockets.Place) -> Bool {
        if address.isLinkLocal || address.isLoopback { return !address.isLoopback || place.interface == "lo" }
        return networks.networks.contains { $0.interface == place.interface && $0.contains(address) }
    }

    private func mayAnswer(at now: Instant) -> Bool {
        let second = now.microseconds / 1_000_000
        if answers.second != second { answers = (second, 0) }
        answers.count += 1
        return answers.count <= Self.answerLimit
    }

    func close() {
        guard !isClosed else { return }
        sayGoodbye()
        isClosed = true
        timer?.cancel()
        observation = nil
        sockets?.close()
    }
}
