import TestSupport
import Testing
import Wire

@Suite("ICE candidate attribute") struct ICECandidateTests {
    @Test("Chromium's host candidate is read with its generation, other extensions skipped")
    func chromium() throws {
        let candidate = try ICECandidate(
            parsing: "candidate:842163049 1 udp 1677729535 192.0.2.7 51234 typ srflx raddr 0.0.0.0 rport 0 "
                + "generation 0 ufrag EsAw network-id 1 network-cost 10")
        #expect(candidate.foundation == "842163049")
        #expect(candidate.component == 1)
        #expect(candidate.transport == .udp)
        #expect(candidate.priority == 1_677_729_535)
        #expect(candidate.transportAddress?.description == "192.0.2.7:51234")
        #expect(candidate.type == .srflx)
        #expect(candidate.relatedAddress?.description == "0.0.0.0:0")
        #expect(candidate.usernameFragment == "EsAw")
    }

    @Test("Firefox's upper-case protocol, multicast-DNS names, TCP and IPv6 are read")
    func firefox() throws {
        let hidden = try ICECandidate(
            parsing: "a=candidate:0 1 UDP 2122252543 8A7D2F0A-1b2c-4d3e-8f90-123456789abc.local 49152 typ host")
        #expect(hidden.address == .name("8a7d2f0a-1b2c-4d3e-8f90-123456789abc.local", port: 49152))
        #expect(hidden.transportAddress == nil)
        let tcp = try ICECandidate(
            parsing: "candidate:2 1 TCP 2105524479 10.0.0.1 9 typ host tcptype active")
        #expect(tcp.transport == .tcp && tcp.tcpType == .active)
        let v6 = try ICECandidate(parsing: "1 1 udp 2130706431 2001:db8::5 5000 typ host")
        #expect(v6.transportAddress?.description == "[2001:db8::5]:5000")
    }

    @Test("what is written is read back the same")
    func roundTrip() throws {
        let base = TransportAddress(.v4(0x0A00_0001), port: 5000)
        let candidates = [
            ICECandidate(foundation: "1", priority: 1, address: .ip(base), type: .host),
            ICECandidate(
                foundation: "a+/9", component: 256, priority: 0x7FFF_FFFF,
                address: .ip(TransportAddress(.v6(0x2001_0DB8_0000_0000, 1), port: 65535)), type: .relay,
                relatedAddress: base, usernameFragment: "ab/+"),
            ICECandidate(
                foundation: "x", transport: .tcp, priority: 7, address: .name("some-name.local", port: 9), type: .host,
                tcpType: .simultaneousOpen),
        ]
        for candidate in candidates {
            #expect(try ICECandidate(parsing: candidate.attributeValue) == candidate)
            #expect(try ICECandidate(parsing: "a=" + candidate.attributeValue) == candidate)
        }
        #expect(candidates[0].attributeValue == "candidate:1 1 udp 1 10.0.0.1 5000 typ host")
    }

    @Test(
        "what breaks the grammar or the caps is refused",
        arguments: [
            "", "candidate:", "candidate:1 1 udp 1 10.0.0.1 5000", "candidate:1 1 udp 1 10.0.0.1 5000 typ",
            "candidate:1 1 udp 0 10.0.0.1 5000 typ host",  // priority 0
            "candidate:1 1 udp 2147483648 10.0.0.1 5000 typ host",
            "candidate:1 1 udp -1 10.0.0.1 5000 typ host", "candidate:1 1 udp +1 10.0.0.1 5000 typ host",
            "candidate:1 1 udp 99999999999999999999 10.0.0.1 5000 typ host",
            "candidate:1 0 udp 1 10.0.0.1 5000 typ host", "candidate:1 257 udp 1 10.0.0.1 5000 typ host",
            "candidate:1 1 udp 1 10.0.0.1 0 typ host", "candidate:1 1 udp 1 10.0.0.1 65536 typ host",
            "candidate:1 1 sctp 1 10.0.0.1 5000 typ host", "candidate:1 1 udp 1 10.0.0.1 5000 typ bogus",
            "candidate:1 1 udp 1 10.0.0.1 5000 type host", "candidate:1 1 udp 1 10.0.0.256 5000 typ host",
            "candidate:1 1 udp 1 fe80::1%eth0 5000 typ host", "candidate:1 1 udp 1 example.org 5000 typ host",
            "candidate:1 1 udp 1 .local 5000 typ host", "candidate:1 1 udp 1 a.b.local 5000 typ host",
            "candidate:1 1 udp 1 -a.local 5000 typ host", "candidate:1 1 tcp 1 10.0.0.1 9 typ host",
            "candidate:1 1 tcp 1 10.0.0.1 9 typ host tcptype none",
            "candidate:1 1 udp 1 10.0.0.1 5000 typ host tcptype active",
            "candidate:1 1 udp 1 10.0.0.1 5000 typ host generation",
            "candidate:1  1 udp 1 10.0.0.1 5000 typ host", "candidate:1 1 udp 1 10.0.0.1 5000 typ host ",
            "candidate:1 1 udp 1 10.0.0.1 5000 typ host\r\na=x 1", "candidate:1 1 udp 1 10.0.0.1 5000 typ host\n",
            "candidate:1 1 udp 1 10.0.0.1 5000 typ host ufrag a:b",
            "candidate:é 1 udp 1 10.0.0.1 5000 typ host", "candidate:a:b 1 udp 1 10.0.0.1 5000 typ host",
            "candidate:123456789012345678901234567890123 1 udp 1 10.0.0.1 5000 typ host",
            "candidate:1 1 udp 1 10.0.0.1 5000 typ host a " + String(repeating: "x", count: 500),
        ])
    func refused(_ text: String) {
        #expect(throws: WireError.self) { try ICECandidate(parsing: text) }
    }

    @Test("priorities follow RFC 8445's formula, and kinds keep their order")
    func priorities() {
        #expect(ICECandidate.priority(.host, localPreference: 65535) == 2_130_706_431)
        let order = [ICECandidateType.host, .prflx, .srflx, .relay].map {
            ICECandidate.priority($0, localPreference: 9)
        }
        #expect(order == order.sorted(by: >))
        #expect(ICECandidate.priority(.relay, localPreference: 0, component: 1) == 255)
        #expect(ICECandidate.priority(.relay, localPreference: 0, component: 256) == 0)
    }

    @Test("foundations differ by type, base and server, and by nothing else")
    func foundations() {
        let (a, b) = (IPAddress.v4(1), IPAddress.v4(2))
        #expect(ICECandidate.foundation(.host, base: a) == ICECandidate.foundation(.host, base: a))
        let all = [
            ICECandidate.foundation(.host, base: a), ICECandidate.foundation(.host, base: b),
            ICECandidate.foundation(.srflx, base: a), ICECandidate.foundation(.srflx, base: a, server: b),
        ]
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { (1...32).contains($0.utf8.count) })
    }

    @Test("no mutation of a candidate traps")
    func fuzz() {
        var random = Fuzzer(seed: 8839)
        let base = Array(
            "candidate:1 1 udp 2130706431 2001:db8::5 5000 typ srflx raddr 10.0.0.1 rport 9 ufrag abc".utf8)
        var understood = 0
        for _ in 0..<20_000 {
            var bytes = base
            for _ in 0..<(1 + random.next() % 3) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(Array(" :0129az.%-".utf8)[Int(random.next() % 11)], at: index)
                }
            }
            let candidate = try? ICECandidate(parsing: String(decoding: bytes, as: UTF8.self))
            guard let candidate else { continue }
            understood += 1
            #expect((try? ICECandidate(parsing: candidate.attributeValue)) == candidate)
        }
        #expect(understood > 100)
    }
}
