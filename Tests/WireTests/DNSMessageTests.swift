import TestSupport
import Testing

@testable import Wire

@Suite("Messages of DNS-SD") struct DNSMessageTests {
    private static func name(_ labels: String...) throws -> DomainName {
        try #require(DomainName(labels: labels.map { Array($0.utf8) }))
    }

    /// What a service of calls says of itself.
    private static func announcement() throws -> DNSMessage {
        let type = try name("_causerie", "_tcp", "local")
        let instance = try #require(type.prefixed(by: "Élodie. Desk"))
        let host = try name("host", "local")
        var message = DNSMessage(isResponse: true)
        message.answers = [
            DNSRecord(type, .pointer(instance), timeToLive: 4500, isUnique: false),
            DNSRecord(
                instance, .service(priority: 0, weight: 0, port: 29172, host: host), timeToLive: 120, isUnique: true),
            DNSRecord(
                instance, .text(["txtvers=1", "id=0123456789abcdef"].map { Array($0.utf8) }), timeToLive: 4500,
                isUnique: true),
        ]
        message.additionals = [
            DNSRecord(host, .address(.v4(0xC0A8_0107)), timeToLive: 120, isUnique: true),
            DNSRecord(host, .address(.v6(0xFD00 << 48, 7)), timeToLive: 120, isUnique: true),
            DNSRecord(host, .other(type: 47, [1, 2, 3]), timeToLive: 120, isUnique: true),
        ]
        return message
    }

    @Test("what is written is read again, in every type of record")
    func roundTrip() throws {
        var message = try Self.announcement()
        #expect(try DNSMessage(parsing: message.serialized()) == message)
        message = DNSMessage(id: 9, isResponse: false)
        message.questions = [
            DNSQuestion(try Self.name("a", "local"), DNSRecord.Kind.any, wantsUnicast: true),
            DNSQuestion(try Self.name("b", "local"), DNSRecord.Kind.pointer),
        ]
        message.authorities = try Self.announcement().answers
        #expect(try DNSMessage(parsing: message.serialized()) == message)
    }

    @Test("names in values are compressed by others: those of PTR and SRV are found all the same")
    func compression() throws {
        var bytes: [UInt8] = []
        for word in [0, 0x8400, 0, 2, 0, 0] as [UInt16] { bytes.write(word) }
        // At 12: the type; its PTR is `A` before it.
        bytes += [9] + Array("_causerie".utf8) + [4] + Array("_tcp".utf8) + [5] + Array("local".utf8) + [0]
        bytes += [0, 12, 0, 1, 0, 0, 0x11, 0x94, 0, 4, 1, UInt8(ascii: "A"), 0xC0, 12]
        // The instance is where that value began; its host is `h` before `local`.
        let instance = UInt8(bytes.count - 4)
        bytes += [
            0xC0, instance, 0, 33, 0x80, 1, 0, 0, 0, 120, 0, 10, 0, 0, 0, 0, 0x71, 0xF4, 1, UInt8(ascii: "h"), 0xC0, 27,
        ]
        let message = try DNSMessage(parsing: bytes)
        let type = try Self.name("_causerie", "_tcp", "local")
        #expect(message.answers.first?.value == .pointer(try #require(type.prefixed(by: "A"))))
        #expect(
            message.answers.last?.value
                == .service(priority: 0, weight: 0, port: 29172, host: try Self.name("h", "local")))
    }

    @Test("a name points to itself, forward, in a ring or is too long: it is refused")
    func hostileNames() throws {
        let head: [UInt8] = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        let rest: [UInt8] = [0, 12, 0, 1, 0, 0, 0, 1, 0, 2, 0xC0, 12]
        for name in [[0xC0, 12], [0xC0, 40], [1, 97, 0xC0, 12], [0xC0, 14, 0xC0, 12], [0x80, 1], [0x40]] as [[UInt8]] {
            #expect(throws: WireError.self) { try DNSMessage(parsing: head + name + rest) }
        }
        let label: [UInt8] = [63] + Array(repeating: 97, count: 63)
        let long: [UInt8] = label + label + label + label + [0]
        #expect(throws: WireError.self) { try DNSMessage(parsing: head + long + rest) }
        #expect(DomainName(labels: Array(repeating: Array(repeating: 97, count: 63), count: 4)) == nil)
        #expect(DomainName(labels: [Array(repeating: 97, count: 64)]) == nil && DomainName(labels: [[]]) == nil)
    }

    @Test("too many records, a value cut short and an error are refused; another class is left out")
    func limits() throws {
        let full = try Self.announcement().serialized()
        for count in 12..<full.count { #expect((try? DNSMessage(parsing: Array(full.prefix(count)))) == nil) }
        var many = DNSMessage(isResponse: true)
        many.answers = Array(repeating: try Self.announcement().answers[0], count: 129)
        #expect(throws: WireError.tooMany("DNS records")) { try DNSMessage(parsing: many.serialized()) }
        #expect(throws: WireError.self) { try DNSMessage(parsing: [0, 0, 0x84, 3] + Array(repeating: 0, count: 8)) }
        let chaos: [UInt8] = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 3, 0, 0, 0, 9, 0, 0]
        #expect(try DNSMessage(parsing: chaos).answers.isEmpty)
        #expect((try? DNSMessage(parsing: Array(repeating: 0, count: 9001))) == nil)
    }

    @Test("names are alike whatever the case of ASCII letters, and no other way")
    func comparing() throws {
        #expect(try Self.name("ANN", "Local") == Self.name("ann", "local"))
        #expect(try Self.name("É", "local") != Self.name("é", "local"))
        #expect(try Self.name("a", "b") != Self.name("a.b"))
        #expect(try Self.name("a", "local").parent == Self.name("local"))
        #expect(try #require(DomainName(labels: [[0xFF]])).firstLabel == nil)
    }

    @Test("damaged messages are read or refused, and what is read is written the same")
    func damage() throws {
        var fuzzer = Fuzzer(seed: 6763)
        let good = try Self.announcement().serialized()
        for _ in 0..<4000 {
            var bytes = good
            fuzzer.damage(&bytes)
            guard let message = try? DNSMessage(parsing: bytes) else { continue }
            let written = message.serialized()
            #expect(try DNSMessage(parsing: written).serialized() == written)
        }
    }
}
