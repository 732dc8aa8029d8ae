import RTC
import Testing

@testable import Conference

@Suite("Short authentication strings") struct ShortAuthenticationStringTests {
    private static func key(_ byte: UInt8) -> DTLSFingerprint {
        DTLSFingerprint(algorithm: .sha256, bytes: Array(repeating: byte, count: 32))
    }

    private static func side(_ identity: UInt8, _ media: UInt8...) -> ShortAuthenticationString.Side {
        ShortAuthenticationString.Side(identity: key(identity), media: media.map(key))
    }

    @Test("is the same from both sides, and of five groups of four digits")
    func same() throws {
        let one = try #require(ShortAuthenticationString(Self.side(1, 2), Self.side(3, 4)))
        #expect(one == ShortAuthenticationString(Self.side(3, 4), Self.side(1, 2)))
        let groups = one.description.split(separator: " ")
        #expect(groups.count == 5 && groups.allSatisfy { $0.count == 4 && $0.allSatisfy(\.isNumber) })
        #expect(one.description == "2734 3745 6215 5961 6897", "for ever: both sides compute it")
    }

    @Test("differs by each of the four keys, by which is whose, and by one that is offered besides")
    func different() throws {
        let sides = [
            (Self.side(1, 2), Self.side(3, 4)), (Self.side(9, 2), Self.side(3, 4)), (Self.side(1, 9), Self.side(3, 4)),
            (Self.side(1, 2), Self.side(9, 4)), (Self.side(1, 2), Self.side(3, 9)), (Self.side(1, 4), Self.side(3, 2)),
            (Self.side(2, 1), Self.side(3, 4)), (Self.side(1, 2, 9), Self.side(3, 4)),
        ]
        let strings = try sides.map { try #require(ShortAuthenticationString($0.0, $0.1)).description }
        #expect(Set(strings).count == sides.count)
        #expect(ShortAuthenticationString(Self.side(1), Self.side(3, 4)) == nil)
    }

    @Test("comes out evenly: every digit about as often at each place")
    func even() throws {
        var counts = Array(repeating: Array(repeating: 0, count: 10), count: 20)
        for number in 0..<2000 {
            let bytes = Array(repeating: UInt8(number % 256), count: 31) + [UInt8(number / 256)]
            let key = DTLSFingerprint(algorithm: .sha256, bytes: bytes)
            let one = ShortAuthenticationString.Side(identity: key, media: [Self.key(2)])
            let string = try #require(ShortAuthenticationString(one, Self.side(3, 4)))
            for (place, digit) in string.description.filter({ $0 != " " }).enumerated() {
                counts[place][digit.wholeNumberValue ?? 0] += 1
            }
        }
        for count in counts.joined() { #expect((120...280).contains(count)) }
    }

    @Test("keys are read from a description, wherever and however many")
    func described() {
        let (a, b) = (Self.key(1), Self.key(2))
        let text = "v=0\r\na=fingerprint:\(a)\r\nm=audio 9 x 0\r\na=fingerprint:\(b)\r\na=fingerprint:sha-1 00\r\n"
        #expect(DTLSFingerprint.all(in: text) == [a, b])
        #expect(DTLSFingerprint.all(in: "v=0\r\n").isEmpty)
    }
}
