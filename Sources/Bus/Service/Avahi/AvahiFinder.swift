import Conference
import GLibKit
import Glibc

/// Finds people through Avahi's daemon, and announces this instance there, as long as it runs: comes and goes with it.
package final class AvahiFinder: ServiceFinding {
    /// Services at one time, of every interface and family.
    private static let limit = 256

    private struct Key: Hashable {
        var interface: Int
        var family: Int
        var name: String
    }

    private struct Item {
        var resolver: ObjectPath?
        var sighting: ServiceSighting?
    }

    private let daemon: AvahiDaemon
    private let publisher: AvahiPublisher
    private var subscriptions: [BusSubscription] = []
    private var interfaces: [Int32] = []
    private var browsers: [ObjectPath] = []
    private var items: [Key: Item] = [:]
    private var tell: ([ServiceSighting]?) -> Void = { _ in }
    private var announced: OwnService?
    /// Counts the daemon's lives: what was asked of an earlier one is void.
    private var life = 0

    /// Nil without a bus of the machine.
    package init?() {
        guard let connection = try? BusConnection.system() else { return nil }
        daemon = AvahiDaemon(connection)
        publisher = AvahiPublisher(daemon)
    }

    /// For a bus at an address.
    package init(_ connection: BusConnection) {
        daemon = AvahiDaemon(connection)
        publisher = AvahiPublisher(daemon)
    }

    package func start(interfaces names: [String], _ onChange: @escaping ([ServiceSighting]?) -> Void) {
        tell = onChange
        // One that is not there now has no number; of none that are there nobody is found.
        interfaces =
            names.isEmpty
            ? [AvahiDaemon.any]
            : names.map { Int32(bitPattern: if_nametoindex($0)) }
                .filter { $0 > 0 }
        subscriptions = [
            daemon.watch { [weak self] isThere in self?.changed(isThere) },
            daemon.subscribe("ServiceBrowser", "ItemNew") { [weak self] event in self?.appeared(event) },
            daemon.subscribe("ServiceBrowser", "ItemRemove") { [weak self] event in self?.vanished(event) },
            daemon.subscribe("ServiceResolver", "Found") { [weak self] event in self?.resolved(event) },
        ]
        changed(daemon.isRunning)
    }

    package func announce(_ service: OwnService?) {
        announced = service
        publisher.publish(service, by: interfaces)
    }

    /// The daemon keeps its list fresh by itself.
    package func refresh() {}

    package func stop() async {
        life += 1
        subscriptions = []
        for browser in browsers { daemon.free(browser, "ServiceBrowser") }
        for item in items.values { item.resolver.map { daemon.free($0, "ServiceResolver") } }
        browsers = []
        items = [:]
        tell = { _ in }
        await publisher.stop()
    }

    // MARK: The daemon

    private func changed(_ isThere: Bool) {
        life += 1
        browsers = []
        items = [:]
        publisher.forget()
        guard isThere else { return tell(nil) }
        tell([])
        publisher.publish(announced, by: interfaces)
        for index in interfaces { browse(index, life) }
    }

    private func browse(_ index: Int32, _ life: Int) {
        Task {
            let words: [Variant] = [
                .int32(index), .int32(AvahiDaemon.any), .string(OwnService.type), .string("local"), .uint32(0),
            ]
            do {
                let browser = try await daemon.make("ServiceBrowserNew", words)
                if life == self.life { browsers.append(browser) } else { daemon.free(browser, "ServiceBrowser") }
            } catch {
                // It is there and does not do what it is for: as if it were not.
                if life == self.life { tell(nil) }
            }
        }
    }

    // MARK: People

    /// Interface, family, name, type: the beginning of each of the signals.
    private static func key(_ event: BusEvent) -> Key? {
        let values = event.arguments
        guard values.count >= 5, let interface = values[0].intValue, let family = values[1].intValue,
            let name = values[2].stringValue, values[3].stringValue == OwnService.type
        else { return nil }
        return Key(interface: interface, family: family, name: name)
    }

    private func appeared(_ event: BusEvent) {
        guard let key = Self.key(event), items[key] == nil, items.count < Self.limit,
            interfaces == [AvahiDaemon.any] || interfaces.contains(Int32(clamping: key.interface))
        else { return }
        items[key] = Item()
        let life = life
        let words: [Variant] = [
            .int32(Int32(clamping: key.interface)), .int32(Int32(clamping: key.family)), .string(key.name),
            .string(OwnService.type), .string("local"), .int32(AvahiDaemon.any), .uint32(0),
        ]
        Task {
            guard let resolver = try? await daemon.make("ServiceResolverNew", words) else { return }
            if life == self.life, items[key] != nil {
                items[key]?.resolver = resolver
            } else {
                daemon.free(resolver, "ServiceResolver")
            }
        }
    }

    private func vanished(_ event: BusEvent) {
        guard let key = Self.key(event), let item = items.removeValue(forKey: key) else { return }
        item.resolver.map { daemon.free($0, "ServiceResolver") }
        tellAll()
    }

    /// ..., domain, host, family of the address, address, port, texts, flags.
    private func resolved(_ event: BusEvent) {
        let values = event.arguments
        guard let key = Self.key(event), items[key] != nil, values.count >= 11, let address = values[7].stringValue,
            let port = values[8].intValue, let texts = values[9].byteArraysValue,
            let identifier = OwnService.keyIdentifier(in: texts)
        else { return }
        items[key]?.sighting = ServiceSighting(
            name: key.name, keyIdentifier: identifier, address: address, port: port)
        tellAll()
    }

    private func tellAll() {
        let sightings = items.values.compactMap(\.sighting)
        // IPv4 first: such an address is what people read, and know.
        tell(
            sightings.sorted {
                ($0.address.contains(":") ? 1 : 0, $0.name, $0.address)
                    < ($1.address.contains(":") ? 1 : 0, $1.name, $1.address)
            })
    }
}
