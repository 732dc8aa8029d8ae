import RTC
import Wire

/// What is known of others' services: records with their time, from responses on the local link. Time is brought in.
struct ServiceBrowser {
    /// People at one time; a flood of names goes no further.
    static let instanceLimit = 64
    static let addressLimit = 8
    /// Seconds after which a record is forgotten, whatever it says.
    static let longestTimeToLive: UInt32 = 4500
    /// How often what is missing of an instance is asked for.
    private static let attemptLimit = 4

    private struct Instance {
        var end: Instant
        var port: UInt16 = 0
        var host: DomainName?
        var serviceEnd: Instant?
        var keyIdentifier: String?
        var hasText = false
        var attempts = 0
    }

    private struct Address {
        var address: IPAddress
        var since: Instant
        var end: Instant
    }

    private var instances: [DomainName: Instance] = [:]
    private var hosts: [DomainName: [Address]] = [:]

    /// Takes what a response says.
    ///
    /// - Parameter isLocal: whether an address is on the network that the response came from; others are not believed.
    mutating func receive(_ message: DNSMessage, at now: Instant, isLocal: (IPAddress) -> Bool) {
        guard message.isResponse else { return }
        let records = message.answers + message.additionals
        // A record counts only with the one that leads to it, in whatever order they stand.
        for record in records { takePointer(record, at: now) }
        for record in records { takeDetail(record, at: now) }
        for record in records { takeAddress(record, at: now, isLocal: isLocal) }
    }

    private mutating func takePointer(_ record: DNSRecord, at now: Instant) {
        guard record.name == CallService.typeName, case .pointer(let name) = record.value,
            name.parent == CallService.typeName
        else { return }
        guard record.timeToLive > 0 else {
            // A goodbye has a second for whoever contradicts it (RFC 6762 §10.1).
            instances[name]?.end = now + .seconds(1)
            return
        }
        if instances[name] == nil {
            guard instances.count < Self.instanceLimit else { return }
            instances[name] = Instance(end: now)
        }
        instances[name]?.end = now + Self.duration(record)
    }

    private mutating func takeDetail(_ record: DNSRecord, at now: Instant) {
        guard instances[record.name] != nil, record.timeToLive > 0 else { return }
        switch record.value {
        case .service(_, _, let port, let host):
            guard port > 0 else { return }
            instances[record.name]?.port = port
            instances[record.name]?.host = host
            instances[record.name]?.serviceEnd = now + Self.duration(record)
        case .text(let texts):
            instances[record.name]?.hasText = true
            instances[record.name]?.keyIdentifier = CallService.keyIdentifier(in: texts)
        default: return
        }
    }

    private mutating func takeAddress(_ record: DNSRecord, at now: Instant, isLocal: (IPAddress) -> Bool) {
        guard case .address(let address) = record.value, isLocal(address), !address.isLinkLocal,
            instances.values.contains(where: { $0.host == record.name })
        else { return }
        var known = hosts[record.name] ?? []
        known.removeAll { $0.address == address }
        // The host says all of its addresses within a second; older ones are no more (RFC 6762 §10.2).
        if record.isUnique {
            for index in known.indices
            where known[index].address.isIPv4 == address.isIPv4 && known[index].since + .seconds(1) < now {
                known[index].end = min(known[index].end, now + .seconds(1))
            }
        }
        if record.timeToLive > 0, known.count < Self.addressLimit {
            known.append(Address(address: address, since: now, end: now + Self.duration(record)))
        }
        hosts[record.name] = known
    }

    private static func duration(_ record: DNSRecord) -> Duration {
        .seconds(Int64(min(record.timeToLive, longestTimeToLive)))
    }

    /// Forgets what is over.
    mutating func forget(at now: Instant) {
        instances = instances.filter { $0.value.end > now }
        for (name, instance) in instances where instance.serviceEnd.map({ $0 <= now }) ?? false {
            instances[name]?.host = nil
            instances[name]?.serviceEnd = nil
        }
        let wanted = Set(instances.values.compactMap(\.host))
        hosts = hosts.filter { wanted.contains($0.key) }
        for name in hosts.keys { hosts[name]?.removeAll { $0.end <= now } }
    }

    /// When something will be forgotten.
    var nextTimeout: Instant? {
        let ends = instances.values.flatMap { [$0.end] + ($0.serviceEnd.map { [$0] } ?? []) }
        return (ends + hosts.values.flatMap { $0.map(\.end) }).min()
    }

    /// Whether something of an instance is missing that a question may bring.
    var isIncomplete: Bool { instances.values.contains { isMissing($0) && $0.attempts < Self.attemptLimit } }

    private func isMissing(_ instance: Instance) -> Bool {
        guard let host = instance.host else { return true }
        return !instance.hasText || (hosts[host] ?? []).isEmpty
    }

    /// Who is there, and what is missing of whom; with the answers that are known already (RFC 6762 §7.1).
    mutating func query(at now: Instant) -> DNSMessage {
        var message = DNSMessage(isResponse: false)
        guard let type = CallService.typeName else { return message }
        message.questions = [DNSQuestion(type, DNSRecord.Kind.pointer)]
        for (name, instance) in instances {
            let left = Self.seconds(from: now, to: instance.end)
            if left > Self.longestTimeToLive / 2, !isMissing(instance) {
                message.answers.append(DNSRecord(type, .pointer(name), timeToLive: left, isUnique: false))
            }
            guard isMissing(instance), instance.attempts < Self.attemptLimit, message.questions.count < 32 else {
                continue
            }
            instances[name]?.attempts += 1
            message.questions.append(DNSQuestion(name, DNSRecord.Kind.any))
            if let host = instance.host { message.questions.append(DNSQuestion(host, DNSRecord.Kind.any)) }
        }
        return message
    }

    private static func seconds(from now: Instant, to end: Instant) -> UInt32 {
        UInt32(clamping: max(0, end.microseconds - now.microseconds) / 1_000_000)
    }

    /// Those of whom everything is known, by name.
    var found: [FoundService] {
        instances.compactMap { name, instance in
            guard let host = instance.host, let key = instance.keyIdentifier, let label = name.firstLabel else {
                return nil
            }
            let addresses = (hosts[host] ?? []).map(\.address)
            // IPv4 first: such an address is what people read, and know.
            let sorted = addresses.sorted { ($0.isIPv4 ? 0 : 1, "\($0)") < ($1.isIPv4 ? 0 : 1, "\($1)") }
            guard !sorted.isEmpty else { return nil }
            return FoundService(name: label, keyIdentifier: key, addresses: sorted, port: instance.port)
        }.sorted { ($0.name, $0.keyIdentifier) < ($1.name, $1.keyIdentifier) }
    }
}
