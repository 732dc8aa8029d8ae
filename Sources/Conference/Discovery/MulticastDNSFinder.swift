import Logging
import NIOCore
import Transport
import Wire

/// Services found and announced by multicast DNS of our own.
@MainActor final class MulticastDNSFinder: ServiceFinding {
    private let eventLoop: any EventLoop
    private let interfaces: any InterfaceSource
    private let logger: Logger
    private let port: UInt16?
    /// Where what is sent is counted; asked at each start.
    private let traffic: () -> LocalTraffic?
    private var discovery: ServiceDiscovery?
    private var announced: OwnService?

    init(
        port: UInt16?, interfaces: any InterfaceSource, traffic: @escaping () -> LocalTraffic?,
        on eventLoop: any EventLoop,
        logger: Logger
    ) {
        self.port = port
        self.interfaces = interfaces
        self.traffic = traffic
        self.eventLoop = eventLoop
        self.logger = logger
    }

    func start(interfaces names: [String], _ onChange: @escaping ([ServiceSighting]?) -> Void) {
        var options = MulticastDNSOptions(allowedInterfaces: names.isEmpty ? nil : Set(names))
        if let port { options.port = port }
        options.traffic = traffic()
        let (changes, continuation) = AsyncStream.makeStream(
            of: [ServiceSighting].self, bufferingPolicy: .bufferingNewest(1))
        discovery = ServiceDiscovery(options: options, interfaces: interfaces, on: eventLoop, logger: logger) { found in
            continuation.yield(
                found.compactMap { service in
                    guard let address = service.addresses.first else { return nil }
                    return ServiceSighting(
                        name: service.name, keyIdentifier: service.keyIdentifier, address: address.description,
                        port: Int(service.port))
                })
        }
        following = Task { for await found in changes { onChange(found) } }
        announce(announced)
    }

    private var following: Task<Void, Never>?

    func announce(_ service: OwnService?) {
        announced = service
        discovery?.announce(
            service.map {
                ServiceAnnouncement(
                    name: $0.name, port: UInt16(clamping: $0.port), keyIdentifier: $0.keyIdentifier)
            })
    }

    func refresh() { discovery?.refresh() }

    func stop() async {
        following?.cancel()
        following = nil
        let old = discovery
        discovery = nil
        await old?.close()
    }
}
