import Glibc
import TestSupport
import Testing
import Wire

@testable import RTC

extension SCTPTests {
    /// SCTP and DCEP of a far side that has all keys.
    @Suite("Data channels and a hostile far side") struct HostileChannelTests {
        private func sctp(_ header: [UInt8], _ chunks: [UInt8]) -> [UInt8] {
            var packet = header + [0, 0, 0, 0] + chunks
            var sum = UInt32.max
            for byte in packet {
                sum ^= UInt32(byte)
                for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82F6_3B78 }
            }
            for index in 0..<4 { packet[8 + index] = UInt8(truncatingIfNeeded: ~sum >> UInt32(8 * index)) }
            return packet
        }

        private func chunk(_ type: UInt8, flags: UInt8 = 0, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
            var bytes: [UInt8] = [type, flags]
            bytes.write(UInt16(truncatingIfNeeded: length ?? body.count + 4))
            bytes += body
            bytes.pad(toMultipleOf: 4)
            return bytes
        }

        private static let ports: [UInt8] = [0x13, 0x88, 0x13, 0x88]

        // CVE-2019-20503 and CVE-2020-15969 (usrsctp): INIT, its addresses, and associations begun over and over.
        @Test(
            "a thousand INITs are answered at most once each, and sound, picture and channel go on",
            arguments: [false, true])
        func initFlood(malformed: Bool) throws {
            let call = try HostileCall(seed: 920, data: true)
            var random = Fuzzer(seed: 920)
            var answers = 0
            _ = call.takeTransmits()
            for index in 0..<1000 {
                var body: [UInt8] = random.bytes(4)
                body.write(UInt32(100_000))
                body.write(malformed ? UInt16(index % 3) : 10)
                body.write(malformed ? UInt16(index % 2) : 10)
                body += random.bytes(4)
                // Addresses that are longer or shorter than they say, among others.
                let parameters: [[UInt8]] = [
                    [], chunkParameter(5, [1, 2, 3, 4]), chunkParameter(12, [0, 5]),
                    chunkParameter(0x8008, [130, 192]),
                    chunkParameter(6, [1, 2]), chunkParameter(5, [], length: 400),
                    chunkParameter(11, []), chunkParameter(0x8008, random.bytes(40)),
                ]
                body += parameters[index % (malformed ? parameters.count : 4)]
                call.deliver(applicationData: sctp(Self.ports + [0, 0, 0, 0], chunk(1, body)))
                call.deliver(applicationData: sctp(Self.ports + random.bytes(4), chunk(10, random.bytes(200))))
                answers += call.takeTransmits().filter { DatagramKind($0) == .dtls }.count
            }
            #expect(answers <= 2 * 1000 + 50)
            try call.expectUnharmed()
            // usrsctp gives an association up whose far side begins anew with nonsense: that is told, and only that ends.
            let isClosed = call.call.called.channelEvents.contains(.associationClosed)
            #expect(malformed || !isClosed)
            if !isClosed { try call.expectMessages() }
        }

        private func chunkParameter(_ type: UInt16, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.write(type)
            bytes.write(UInt16(length ?? body.count + 4))
            bytes += body
            bytes.pad(toMultipleOf: 4)
            return bytes
        }

        // CVE-2020-6831 (usrsctp): an overflow in the check of chunks.
        @Test("chunks of every type with every length wrong, under a tag that is not the association's, change nothing")
        func chunkLengths() throws {
            let call = try HostileCall(seed: 921, data: true)
            var random = Fuzzer(seed: 921)
            for type in UInt8.min...UInt8.max {
                for length in [0, 1, 3, 4, 5, 8, 16, 17, 20, 1000, 65_535] {
                    let body = chunk(
                        type, flags: UInt8(truncatingIfNeeded: random.next()), random.bytes(16), length: length)
                    call.deliver(applicationData: sctp(Self.ports + [9, 9, 9, 9], body))
                    call.deliver(applicationData: body)
                }
            }
            try call.expectUnharmed()
            try call.expectMessages()
        }

        // CVE-2020-6514 (usrsctp in WebRTC): the cookie of INIT-ACK shows where an object lies in memory.
        @Test("no address of ours is in what a handshake sends")
        func cookieHoldsNoPointer() throws {
            let sides = [DTLSRole.client, .server].map {
                DataChannelTransport(role: $0, remotePort: 5000, maxMessageSize: 1000)
            }
            for side in sides { side.start(at: .zero) }
            var packets: [[UInt8]] = []
            for _ in 0..<10 {
                for (index, side) in sides.enumerated() {
                    while let packet = side.pollTransmit() {
                        packets.append(packet)
                        sides[1 - index].receive(packet, at: .zero)
                    }
                }
            }
            #expect(packets.contains { $0.count > 200 }, "an INIT-ACK with its cookie")
            let heap = try Self.writableMemory()
            for packet in packets where packet.count >= 8 {
                for start in 0...packet.count - 8 {
                    let word = packet[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                    #expect(!heap.contains { $0.contains(word) }, "at \(start) of \(packet.count) bytes")
                }
            }
        }

        /// Where this process has its heap.
        private static func writableMemory() throws -> [Range<UInt64>] {
            let file = try #require(fopen("/proc/self/maps", "r"))
            defer { fclose(file) }
            var ranges: [Range<UInt64>] = []
            var line = [CChar](repeating: 0, count: 4096)
            while fgets(&line, CInt(line.count), file) != nil {
                let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                let fields = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
                let bounds = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
                guard fields[1].hasPrefix("rw"), bounds.count == 2, fields.count == 5 || fields[5] == "[heap]" else {
                    continue
                }
                // A sanitizer's shadow is no heap, and covers nearly every number; what lies below 4 GiB is of its kind too,
                // for the program is position independent.
                guard bounds[0] >= 1 << 32, bounds[1] > bounds[0], bounds[1] - bounds[0] <= 1 << 30 else { continue }
                ranges.append(bounds[0]..<bounds[1])
            }
            return ranges
        }

        @Test(
            "openings of every kind of nonsense end as closed channels; the table keeps its cap, and true ones still open"
        )
        func openings() throws {
            let victim = DataChannelTransport(role: .server, remotePort: 5000, maxMessageSize: 262_144)
            let attacker = SCTPAssociation()
            var now = Instant(microseconds: 1_000_000)
            var random = Fuzzer(seed: 922)
            var events: [DataChannelEvent] = []
            func carry() {
                for _ in 0..<6 {
                    for packet in attacker.takePackets() { victim.receive(packet, at: now) }
                    while let packet = victim.pollTransmit() { attacker.receive(packet, at: now) }
                    while attacker.pollEvent() != nil {}
                    while let event = victim.pollEvent() { events.append(event) }
                    now = now + .milliseconds(5)
                    attacker.handleTimeout(at: now)
                    victim.handleTimeout(at: now)
                }
            }
            attacker.connect(remotePort: 5000, at: now)
            victim.start(at: now)
            for _ in 0..<20 { carry() }
            let valid = DCEPMessage.open(label: "l", protocolName: "p", isOrdered: true, .lifetime(.max)).bytes
            for round in 0..<3000 {
                var bytes = valid
                if round % 3 != 0 { random.damage(&bytes) }
                if bytes.isEmpty { bytes = [3] }
                _ = attacker.send(
                    bytes, stream: Int(random.next() % 900), ppid: [50, 50, 51, 53, 56, 57, 0, .max][round % 8],
                    isOrdered: round % 2 == 0, reliability: .full, value: 0)
                if round % 10 == 0 { carry() }
            }
            for _ in 0..<50 { carry() }
            let open = events.count { if case .opened = $0 { true } else { false } }
            let closed = events.count { if case .closed = $0 { true } else { false } }
            #expect(open > 0 && open - closed <= 256)
            let footprint = Footprint(of: victim)
            #expect(footprint.largestTable.count <= 256, "\(footprint.largestTable)")
            #expect(!events.contains(.associationClosed))
            try victim.send(text: "x", on: Footprint.firstOpen(events), at: now)
        }
    }
}

extension Footprint {
    /// A channel that was opened and not closed again.
    fileprivate static func firstOpen(_ events: [DataChannelEvent]) -> Int {
        var open: Set<Int> = []
        for event in events {
            switch event {
            case .opened(let id, _): open.insert(id)
            case .closed(let id): open.remove(id)
            default: break
            }
        }
        return open.min() ?? -1
    }
}
