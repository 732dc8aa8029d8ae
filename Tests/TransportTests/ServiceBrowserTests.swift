import RTC
import Testing
import Wire

@testable import Transport

/// What is believed of others' services, in virtual time.
@Suite("Finding services") struct ServiceBrowserTests {
    private let type: DomainName

    init() throws { type = try #require(CallService.typeName) }

    private func announcement(
        _ name: String = "Ann", address: IPAddress = .v4(0x0A07_0001), timeToLive: UInt32 = 120,
        text: String = "id=0123456789abcdef"
    ) throws -> DNSMessage {
        let instance = try #require(type.prefixed(by: name))
        let host = try #require(DomainName("host", "local"))
        var message = DNSMessage(isResponse: true)
        // The wrong way round: order means nothing.
        message.answers = [
            DNSRecord(host, .address(address), timeToLive: timeToLive, isUnique: true),
            DNSRecord(
                instance, .text(["txtvers=1", text].map { Array($0.utf8) }), timeToLive: timeToLive, isUnique: true),
            DNSRecord(
                instance, .service(priority: 0, weight: 0, port: 29172, host: host), timeToLive: timeToLive,
                isUnique: true),
            DNSRecord(type, .pointer(instance), timeToLive: timeToLive, isUnique: false),
        ]
        return message
    }

    @Test("somebody is there until the time is over or a goodbye comes")
    func life() throws {
        var browser = ServiceBrowser()
        browser.receive(try announcement(), at: .zero) { _ in true }
        #expect(browser.found.map(\.name) == ["Ann"])
        browser.forget(at: .zero + .seconds(119))
        #expect(browser.found.count == 1 && browser.nextTimeout == .zero + .seconds(120))
        browser.forget(at: .zero + .seconds(120))
        #expect(browser.found.isEmpty && browser.nextTimeout == nil)
        browser.receive(try announcement(), at: .zero) { _ in true }
        browser.receive(try announcement(timeToLive: 0), at: .zero) { _ in true }
        browser.forget(at: .zero + .milliseconds(1001))
        #expect(browser.found.isEmpty)
    }

    @Test("addresses off the link, of nobody asked for, and texts without a key are not taken")
    func disbelief() throws {
        var browser = ServiceBrowser()
        browser.receive(try announcement(), at: .zero) { _ in false }
        #expect(browser.found.isEmpty && browser.isIncomplete)
        browser = ServiceBrowser()
        browser.receive(try announcement(address: .v4(0xA9FE_0101)), at: .zero) { _ in true }
        #expect(browser.found.isEmpty, "link-local addresses cannot be called")
        for text in ["id=0123", "id=0123456789abcdeg", "key=0123456789abcdef"] {
            browser = ServiceBrowser()
            browser.receive(try announcement(text: text), at: .zero) { _ in true }
            #expect(browser.found.isEmpty)
        }
        browser = ServiceBrowser()
        var lone = try announcement()
        lone.answers.removeLast()
        browser.receive(lone, at: .zero) { _ in true }
        #expect(browser.nextTimeout == nil, "without the record that leads there nothing is kept")
        var query = try announcement()
        query.isResponse = false
        browser.receive(query, at: .zero) { _ in true }
        #expect(browser.found.isEmpty)
    }

    @Test("a flood of names and of addresses ends at a bound")
    func flood() throws {
        var browser = ServiceBrowser()
        for number in 0..<1000 {
            let address = IPAddress.v4(0x0A07_0000 + UInt32(number))
            browser.receive(try announcement("n\(number)", address: address), at: .zero) { _ in true }
        }
        #expect(browser.found.count == ServiceBrowser.instanceLimit)
        #expect(browser.found.allSatisfy { $0.addresses.count <= ServiceBrowser.addressLimit })
        #expect(browser.query(at: .zero).serialized().count < MulticastDNSResponse.maximumByteCount)
    }

    @Test("what is missing is asked for, a few times; what is known is said with the question")
    func questions() throws {
        var browser = ServiceBrowser()
        #expect(browser.query(at: .zero).questions == [DNSQuestion(type, DNSRecord.Kind.pointer)])
        var partly = try announcement()
        partly.answers = Array(partly.answers.suffix(1))
        browser.receive(partly, at: .zero) { _ in true }
        let instance = try #require(type.prefixed(by: "Ann"))
        for _ in 0..<4 {
            #expect(browser.isIncomplete)
            #expect(browser.query(at: .zero).questions.contains(DNSQuestion(instance, DNSRecord.Kind.any)))
        }
        #expect(!browser.isIncomplete && browser.query(at: .zero).questions.count == 1)
        browser.receive(try announcement(timeToLive: 4500), at: .zero) { _ in true }
        #expect(browser.query(at: .zero).answers.count == 1)
        #expect(browser.query(at: .zero + .seconds(4000)).answers.isEmpty, "it is about to be over")
    }

    @Test(
        "a network contains what its mask says", arguments: [(24, true, false), (32, false, false), (16, true, true)])
    func networks(prefix: Int, sameLast: Bool, sameThird: Bool) {
        let networks = LocalNetworks([.init(interface: "eth0", address: .v4(0x0A07_0101), prefixLength: prefix)])
        #expect((networks.interface(for: .v4(0x0A07_0102)) == "eth0") == sameLast)
        #expect((networks.interface(for: .v4(0x0A07_0202)) == "eth0") == sameThird)
        #expect(networks.interface(for: .v4(0x0B00_0001)) == nil && networks.interface(for: .v6(1, 1)) == nil)
        #expect(networks.interface(for: .v4(0x7F00_0001)) == "lo" && networks.interface(for: .v4(0x0A07_0101)) == "lo")
    }
}
