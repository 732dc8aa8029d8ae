import RTC
import Testing
import Wire

@testable import Transport

/// Claiming, announcing and answering, in virtual time.
@Suite("Announcing a service") struct ServiceAdvertiserTests {
    private static let address = IPAddress.v4(0x0A07_0001)
    private static let announcement = ServiceAnnouncement(
        name: "Ann", port: 29172, keyIdentifier: "0123456789abcdef")
    private let type: DomainName

    init() throws { type = try #require(CallService.typeName) }

    /// Takes steps until there is nothing more to send; what was sent, and when.
    private func run(_ advertiser: inout ServiceAdvertiser, from start: Instant = .zero) -> [(Instant, DNSMessage)] {
        var sent: [(Instant, DNSMessage)] = []
        while let due = advertiser.nextTimeout, sent.count < 20 {
            if let message = advertiser.message([Self.address]) { sent.append((due, message)) }
            advertiser.sent(at: due)
        }
        return sent
    }

    private func query(_ name: DomainName, _ kind: UInt16, id: UInt16 = 0) -> DNSMessage {
        var query = DNSMessage(id: id, isResponse: false)
        query.questions = [DNSQuestion(name, kind)]
        return query
    }

    @Test("three probes, then two announcements a second apart, with everything that it takes to call")
    func announcing() throws {
        var advertiser = ServiceAdvertiser(Self.announcement, after: .milliseconds(100), at: .zero)
        let sent = run(&advertiser)
        #expect(sent.map { $0.0.microseconds / 1000 } == [100, 350, 600, 850, 1850])
        #expect(sent.prefix(3).allSatisfy { !$0.1.isResponse && $0.1.authorities.count == 1 })
        let found = try #require(sent.last?.1)
        #expect(found.isResponse && advertiser.phase == .announced)
        var browser = ServiceBrowser()
        browser.receive(found, at: .zero) { _ in true }
        #expect(
            browser.found == [
                FoundService(name: "Ann", keyIdentifier: "0123456789abcdef", addresses: [Self.address], port: 29172)
            ])
        let goodbye = try #require(advertiser.goodbye([Self.address]))
        #expect(!goodbye.answers.isEmpty && goodbye.answers.allSatisfy { $0.timeToLive == 0 })
        #expect(ServiceAdvertiser(Self.announcement, after: .zero, at: .zero).goodbye([]) == nil)
    }

    @Test("it answers for its type, its name and its host, not before the name is its own, and not what is known")
    func answering() throws {
        var advertiser = ServiceAdvertiser(Self.announcement, after: .zero, at: .zero)
        let asked = query(type, DNSRecord.Kind.pointer)
        #expect(advertiser.answer(asked, [Self.address], isLegacy: false) == nil)
        _ = run(&advertiser)
        let answer = try #require(advertiser.answer(asked, [Self.address], isLegacy: false))
        #expect(answer.answers.count == 1 && answer.additionals.count == 3)
        var knowing = asked
        knowing.answers = answer.answers
        #expect(advertiser.answer(knowing, [Self.address], isLegacy: false) == nil)
        knowing.answers[0].timeToLive = 100
        #expect(advertiser.answer(knowing, [Self.address], isLegacy: false) != nil)
        let instance = try #require(advertiser.instance)
        #expect(
            advertiser.answer(query(instance, DNSRecord.Kind.any), [Self.address], isLegacy: false)?.answers.count == 2)
        let host = try #require(DomainName("causerie-0123456789abcdef", "local"))
        #expect(advertiser.answer(query(host, DNSRecord.Kind.aaaa), [Self.address], isLegacy: false) == nil)
        #expect(advertiser.answer(query(host, DNSRecord.Kind.a), [Self.address], isLegacy: false) != nil)
        let stranger = try #require(DomainName("printer", "local"))
        #expect(advertiser.answer(query(stranger, DNSRecord.Kind.any), [Self.address], isLegacy: false) == nil)
        // One-shot askers have their id and question back, for ten seconds, and no bit that they do not know.
        let legacy = try #require(advertiser.answer(query(type, 12, id: 77), [Self.address], isLegacy: true))
        #expect(legacy.id == 77 && legacy.questions == asked.questions)
        #expect((legacy.answers + legacy.additionals).allSatisfy { $0.timeToLive <= 10 && !$0.isUnique })
    }

    @Test("a name that another has gets a number, while it is claimed and later")
    func conflicts() throws {
        var advertiser = ServiceAdvertiser(Self.announcement, after: .zero, at: .zero)
        var other = ServiceAdvertiser(
            ServiceAnnouncement(name: "ann", port: 1, keyIdentifier: "ffffffffffffffff"), after: .zero, at: .zero)
        let theirs = try #require(run(&other).last?.1)
        advertiser.receive(theirs, at: .zero)
        #expect(advertiser.instance?.firstLabel == "Ann (2)" && advertiser.phase == .probing(left: 3))
        _ = run(&advertiser)
        advertiser.receive(theirs, at: .zero)
        #expect(advertiser.instance?.firstLabel == "Ann (2)", "it is no longer about us")
        var own = DNSMessage(isResponse: true)
        own.answers = try #require(advertiser.answer(query(type, 12), [Self.address], isLegacy: false)).additionals
        advertiser.receive(own, at: .zero)
        #expect(advertiser.phase == .announced, "what we say ourselves is no conflict")
    }

    @Test("of two that claim a name at one moment, one waits")
    func ties() throws {
        var one = ServiceAdvertiser(Self.announcement, after: .zero, at: .zero)
        var two = ServiceAdvertiser(
            ServiceAnnouncement(name: "Ann", port: 29173, keyIdentifier: "ffffffffffffffff"), after: .zero, at: .zero)
        let (first, second) = (try #require(one.message([])), try #require(two.message([])))
        one.receive(second, at: .zero)
        two.receive(first, at: .zero)
        #expect(one.nextTimeout == .zero + .seconds(1) && two.nextTimeout == .zero)
    }

    @Test("a long name is cut between characters", arguments: [1, 2])
    func longNames(number: Int) {
        let label = CallService.label(String(repeating: "é", count: 80), number: number)
        #expect(label.utf8.count <= 63 && label.utf8.count > 60 && !label.contains("\u{FFFD}"))
    }
}
