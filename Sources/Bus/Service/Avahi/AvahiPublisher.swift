import Conference
import GLibKit

/// Our service in Avahi's daemon: one entry group, which is filled anew when what is announced changes or another has the
/// name already.
final class AvahiPublisher {
    /// AVAHI_ENTRY_GROUP_COLLISION.
    private static let collision = 3
    /// Names that are tried.
    private static let attemptLimit = 20

    private let daemon: AvahiDaemon
    private var service: OwnService?
    private var interfaces: [Int32] = []
    private var name = ""
    private var attempts = 0
    private var group: ObjectPath?
    private var states: BusSubscription?
    private var work: Task<Void, Never>?

    init(_ daemon: AvahiDaemon) { self.daemon = daemon }

    /// In place of what was announced before; nil takes it back.
    func publish(_ service: OwnService?, by interfaces: [Int32]) {
        guard service != self.service || interfaces != self.interfaces || (service != nil && group == nil) else {
            return
        }
        self.service = service
        self.interfaces = interfaces
        name = service?.name.label ?? ""
        attempts = 0
        update()
    }

    /// The daemon has gone, and what it had of us with it.
    func forget() {
        group = nil
        service = nil
    }

    func stop() async {
        publish(nil, by: [])
        await work?.value
        states = nil
    }

    /// One change after the other.
    private func update() {
        let earlier = work
        work = Task {
            await earlier?.value
            await fill()
        }
    }

    private func fill() async {
        if states == nil {
            states = daemon.subscribe("EntryGroup", "StateChanged") { [weak self] event in
                guard let self, event.path == group, event.arguments.first?.intValue == Self.collision else { return }
                collided()
            }
        }
        if let old = group {
            // With goodbyes to everybody.
            group = nil
            _ = try? await daemon.call(old, "EntryGroup", "Free")
        }
        guard let service, daemon.isRunning else { return }
        do {
            let group = try await daemon.make("EntryGroupNew")
            self.group = group
            for index in interfaces {
                let words: [Variant] = [
                    .int32(index), .int32(AvahiDaemon.any), .uint32(0), .string(name), .string(OwnService.type),
                    .string(""), .string(""), .uint16(UInt16(clamping: service.port)),
                    .byteArrays(service.text.map { Array($0.utf8) }),
                ]
                _ = try await daemon.call(group, "EntryGroup", "AddService", words)
            }
            _ = try await daemon.call(group, "EntryGroup", "Commit")
        } catch {
            if (error as? GLibError)?.busName == "org.freedesktop.Avahi.CollisionError" { collided() }
        }
    }

    /// Another has the name: the daemon knows the next one.
    private func collided() {
        guard attempts < Self.attemptLimit, service != nil else { return }
        attempts += 1
        Task {
            let answer = try? await daemon.call(.root, "Server", "GetAlternativeServiceName", [.string(name)])
            guard let other = answer?.first?.stringValue, service != nil else { return }
            name = other
            update()
        }
    }
}

extension String {
    /// As much as one label of a name takes (RFC 6763 §4.1.1).
    fileprivate var label: String {
        var label = self
        while label.utf8.count > 63 { label.removeLast() }
        return label
    }
}
