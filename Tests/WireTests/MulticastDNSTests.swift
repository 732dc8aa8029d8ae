import TestSupport
import Testing

@testable import Wire

@Suite("Multicast DNS") struct MulticastDNSTests {
    private static let name = "1f4712db-ea17-4bcf-a596-105139dfd8bf.local"
    private static let source = TransportAddress(.v4(0xC0A8_0107), port: 5353)

    /// A name, uncompressed.
    private static func labels(_ name: String) -> [UInt8] {
        name.utf8.split(separator: UInt8(ascii: ".")).flatMap { [UInt8($0.count)] + $0 } + [0]
    }

    private static func record(
        _ name: [UInt8], type: UInt16, value: [UInt8], timeToLive: UInt32 = 120, recordClass: UInt16 = 0x8001
    ) -> [UInt8] {
        var bytes = name
        bytes.write(type)
        bytes.write(recordClass)
        bytes.write(timeToLive)
        bytes.write(UInt16(value.count))
        return bytes + value
    }

    private static func response(
        _ records: [[UInt8]], questions: [[UInt8]] = [], id: UInt16 = 0, flags: UInt16 = 0x8400
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in [id, flags, UInt16(questions.count), UInt16(records.count), 0, 0] { bytes.write(word) }
        return bytes + questions.flatMap { $0 } + records.flatMap { $0 }
    }

    private func query() throws -> MulticastDNSQuery { try #require(MulticastDNSQuery(name: Self.name, id: 7)) }

    @Test("a query asks for A and AAAA of one name")
    func question() throws {
        let bytes = try query().serialized()
        let one = Self.labels(Self.name)
        #expect(bytes == [0, 7, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0] + one + [0, 1, 0, 1] + one + [0, 28, 0, 1])
    }

    @Test(
        "only a browser's disguise is asked for",
        arguments: [
            "printer.local", "1f4712db-ea17-4bcf-a596-105139dfd8bf.example", "", ".local", "a.b.local",
            "1f4712db-ea17-4bcf-a596-105139dfd8bg.local", "1f4712dbea174bcfa596105139dfd8bf.local",
            "1f4712db-ea17-4bcf-a596-105139dfd8bf.local.local",
        ])
    func otherNames(name: String) { #expect(MulticastDNSQuery(name: name, id: 7) == nil) }

    @Test("addresses of both families come from answers with our id or none, in any case of letters")
    func answers() throws {
        let name = Self.labels(Self.name.uppercased())
        let six: [UInt8] = [0x20, 1, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [1]
        let records = [
            Self.record(name, type: 1, value: [192, 168, 1, 7]),
            // Compressed: the first record's name.
            Self.record([0xC0, 12], type: 28, value: six),
            Self.record([0xC0, 12], type: 1, value: [192, 168, 1, 7]),
            Self.record([0xC0, 12], type: 16, value: [3, 97, 98, 99]),
        ]
        let expected: [IPAddress] = [.v4(0xC0A8_0107), .v6(0x2001_0DB8_0000_0000, 1)]
        for id in [0, 7] as [UInt16] {
            #expect(try query().addresses(in: Self.response(records, id: id), from: Self.source) == expected)
        }
        // A legacy answer repeats the question (RFC 6762 §6.7).
        let question = name + [0, 1, 0, 1]
        let legacy = Self.response(
            [Self.record([0xC0, 12], type: 1, value: [10, 0, 0, 9])], questions: [question], id: 7)
        #expect(try query().addresses(in: legacy, from: Self.source) == [.v4(0x0A00_0009)])
    }

    @Test("what does not match is no answer")
    func mismatches() throws {
        let name = Self.labels(Self.name)
        let right = Self.record(name, type: 1, value: [10, 0, 0, 9])
        let query = try query()
        #expect(query.addresses(in: Self.response([right], id: 8), from: Self.source).isEmpty, "another id")
        let elsewhere = TransportAddress(Self.source.ip, port: 5354)
        #expect(query.addresses(in: Self.response([right]), from: elsewhere).isEmpty, "another port")
        for flags in [0x0000, 0x8403, 0xA400] as [UInt16] {
            #expect(query.addresses(in: Self.response([right], flags: flags), from: Self.source).isEmpty, "\(flags)")
        }
        let other = Self.labels("2f4712db-ea17-4bcf-a596-105139dfd8bf.local")
        let wrong = [
            Self.record(other, type: 1, value: [10, 0, 0, 9]),
            Self.record(name, type: 1, value: [10, 0, 0, 9], timeToLive: 0),
            Self.record(name, type: 1, value: [10, 0, 0, 9], recordClass: 3),
            // One label that reads like two.
            Self.record([42] + Self.name.utf8 + [0], type: 1, value: [10, 0, 0, 9]),
        ]
        #expect(query.addresses(in: Self.response(wrong), from: Self.source).isEmpty)
    }

    @Test("pointers that lead nowhere, round in circles or forward are refused")
    func pointers() {
        for pointer in [[0xC0, 12], [0xC0, 200], [0xC0, 14], [0x80, 1], [0x40]] as [[UInt8]] {
            let bytes = Self.response([Self.record(pointer, type: 1, value: [1, 2, 3, 4])])
            #expect(throws: WireError.self, "\(pointer)") { try MulticastDNSResponse(parsing: bytes) }
        }
    }

    @Test("caps hold: records, length of a name, length of a message, addresses of a wrong size")
    func caps() {
        let many = Array(repeating: Self.record([0], type: 1, value: [1, 2, 3, 4]), count: 129)
        let label = [63] + [UInt8](repeating: 97, count: 63)
        let long = label + label + label + label + label + [0]
        for records in [
            many, [Self.record(long, type: 1, value: [1, 2, 3, 4])], [Self.record([0], type: 1, value: [1])],
        ] {
            #expect(throws: WireError.self) { try MulticastDNSResponse(parsing: Self.response(records)) }
        }
        let huge = [UInt8](repeating: 0, count: 9001)
        #expect(throws: WireError.tooMany("DNS bytes")) { try MulticastDNSResponse(parsing: huge) }
    }

    @Test("no mutilation of an answer traps", arguments: UInt64(1)...20)
    func mutilated(seed: UInt64) throws {
        let name = Self.labels(Self.name)
        let good = Self.response([
            Self.record(name, type: 1, value: [192, 168, 1, 7]),
            Self.record([0xC0, 12], type: 1, value: [1, 2, 3, 4]),
        ])
        var fuzzer = Fuzzer(seed: seed)
        let query = try query()
        for _ in 0..<500 {
            var bytes = good
            fuzzer.damage(&bytes)
            #expect(query.addresses(in: bytes, from: Self.source).count <= 2)
        }
        for end in good.indices { #expect(query.addresses(in: Array(good[..<end]), from: Self.source).isEmpty) }
    }
}
