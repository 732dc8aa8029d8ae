import RTC
import Wire

/// Our service on the local link: claimed by probes, announced, defended and answered for (RFC 6762 §8, §6). Time and chance
/// are brought in; each interface has its own addresses, so messages are made by `records`.
struct ServiceAdvertiser {
    enum Phase: Hashable {
        /// Probes that are left; the name may still be another's.
        case probing(left: Int)
        /// Announcements that are left.
        case announcing(left: Int)
        case announced
    }

    /// RFC 6762 §10: 120 s for what names a host, 75 minutes for the rest.
    private static let hostTimeToLive: UInt32 = 120
    private static let otherTimeToLive: UInt32 = 4500
    /// Answers to askers that have a port of their own (§6.7).
    private static let legacyTimeToLive: UInt32 = 10
    /// After so many conflicts the next attempt waits (§8.1).
    private static let conflictLimit = 15

    let announcement: ServiceAnnouncement
    private(set) var phase = Phase.probing(left: 3)
    private(set) var nextTimeout: Instant?
    /// Behind the name where another has it already.
    private var number = 1
    private var conflicts = 0

    /// - Parameter delay: up to 250 ms (§8.1).
    init(_ announcement: ServiceAnnouncement, after delay: Duration, at now: Instant) {
        self.announcement = announcement
        nextTimeout = now + delay
    }

    var instance: DomainName? {
        CallService.typeName?.prefixed(by: CallService.label(announcement.name, number: number))
    }

    /// Nobody else's: it is made of our key's identifier.
    private var host: DomainName? { CallService.domain?.prefixed(by: "causerie-\(announcement.keyIdentifier)") }

    // MARK: Messages

    private func service(_ instance: DomainName, _ host: DomainName) -> DNSRecord {
        DNSRecord(
            instance, .service(priority: 0, weight: 0, port: announcement.port, host: host),
            timeToLive: Self.hostTimeToLive, isUnique: true)
    }

    private func text(_ instance: DomainName) -> DNSRecord {
        let texts = CallService.text(keyIdentifier: announcement.keyIdentifier).map { Array($0.utf8) }
        return DNSRecord(instance, .text(texts), timeToLive: Self.otherTimeToLive, isUnique: true)
    }

    private func hostRecords(_ host: DomainName, _ addresses: [IPAddress]) -> [DNSRecord] {
        addresses.map { DNSRecord(host, .address($0), timeToLive: Self.hostTimeToLive, isUnique: true) }
    }

    /// Everything that is said of us on a network where we have these addresses.
    private func all(_ addresses: [IPAddress]) -> [DNSRecord] {
        guard let type = CallService.typeName, let instance, let host else { return [] }
        return [
            DNSRecord(type, .pointer(instance), timeToLive: Self.otherTimeToLive, isUnique: false),
            service(instance, host), text(instance),
        ] + hostRecords(host, addresses)
    }

    /// What is to be sent now to the group, if anything.
    func message(_ addresses: [IPAddress]) -> DNSMessage? {
        guard let instance, let host else { return nil }
        switch phase {
        case .probing:
            var probe = DNSMessage(isResponse: false)
            probe.questions = [DNSQuestion(instance, DNSRecord.Kind.any)]
            probe.authorities = [service(instance, host)]
            return probe
        case .announcing:
            var response = DNSMessage(isResponse: true)
            response.answers = all(addresses)
            return response
        case .announced: return nil
        }
    }

    /// Takes everything back (§10.1). Nil before anybody was told.
    func goodbye(_ addresses: [IPAddress]) -> DNSMessage? {
        if case .probing = phase { return nil }
        var response = DNSMessage(isResponse: true)
        response.answers = all(addresses).map { record in
            var record = record
            record.timeToLive = 0
            return record
        }
        return response
    }

    /// The step is done: `message` was sent everywhere.
    mutating func sent(at now: Instant) {
        switch phase {
        case .probing(let left):
            phase = left > 1 ? .probing(left: left - 1) : .announcing(left: 2)
            nextTimeout = now + .milliseconds(250)
        case .announcing(let left):
            phase = left > 1 ? .announcing(left: left - 1) : .announced
            nextTimeout = left > 1 ? now + .seconds(1) : nil
        case .announced: nextTimeout = nil
        }
    }

    // MARK: Answering

    /// The answer to a query; nil where it does not ask for us, or its asker knows.
    ///
    /// - Parameter isLegacy: whether the asker has a port of its own, and gets the answer there alone (§6.7).
    func answer(_ query: DNSMessage, _ addresses: [IPAddress], isLegacy: Bool) -> DNSMessage? {
        if case .probing = phase { return nil }
        guard !query.isResponse, let type = CallService.typeName else { return nil }
        var answers: [DNSRecord] = []
        for question in query.questions {
            for record in records(for: question, addresses) where !answers.contains(record) {
                answers.append(record)
            }
        }
        // What is known for at least half of its time is not said again (§7.1).
        answers.removeAll { record in
            query.answers.contains {
                $0.name == record.name && $0.value == record.value && $0.timeToLive >= record.timeToLive / 2
            }
        }
        guard !answers.isEmpty else { return nil }
        var response = DNSMessage(id: isLegacy ? query.id : 0, isResponse: true)
        response.answers = answers
        if answers.contains(where: { $0.type == DNSRecord.Kind.pointer || $0.type == DNSRecord.Kind.service }) {
            response.additionals = all(addresses).filter { $0.name != type && !answers.contains($0) }
        }
        if isLegacy {
            response.questions = query.questions
            response.answers = response.answers.map(Self.legacy)
            response.additionals = response.additionals.map(Self.legacy)
        }
        return response
    }

    private func records(for question: DNSQuestion, _ addresses: [IPAddress]) -> [DNSRecord] {
        if let all = CallService.allTypes, let type = CallService.typeName, question.name == all,
            question.type == DNSRecord.Kind.pointer
        {
            return [DNSRecord(all, .pointer(type), timeToLive: Self.otherTimeToLive, isUnique: false)]
        }
        return all(addresses).filter {
            $0.name == question.name && (question.type == DNSRecord.Kind.any || question.type == $0.type)
        }
    }

    /// Short-lived, and without the bit that such askers do not know (§6.7).
    private static func legacy(_ record: DNSRecord) -> DNSRecord {
        var record = record
        record.timeToLive = min(record.timeToLive, legacyTimeToLive)
        record.isUnique = false
        return record
    }

    // MARK: Conflicts

    /// Takes what others say of our name: another has it (§9), or claims it at this very moment (§8.2).
    mutating func receive(_ message: DNSMessage, at now: Instant) {
        guard let instance, let host else { return }
        let ours = service(instance, host)
        let differs = { (record: DNSRecord) in
            record.name == instance && record.type == DNSRecord.Kind.service && record.value != ours.value
        }
        if message.isResponse {
            if (message.answers + message.additionals).contains(where: { differs($0) && $0.timeToLive > 0 }) {
                rename(at: now)
            }
        } else if case .probing = phase, let other = message.authorities.first(where: differs),
            ours.data.lexicographicallyPrecedes(other.data)
        {
            // The later one wins; if it means it, its announcement will be a conflict.
            phase = .probing(left: 3)
            nextTimeout = now + .seconds(1)
        }
    }

    private mutating func rename(at now: Instant) {
        conflicts += 1
        number += 1
        if number > 99 { number = 2 }
        phase = .probing(left: 3)
        nextTimeout = now + (conflicts > Self.conflictLimit ? .seconds(5) : .milliseconds(250))
    }
}
