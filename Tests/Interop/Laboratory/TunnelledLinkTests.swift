import Foundation
import LinkSupport
import Programs
import Testing

/// The link that calls are measured on; how long anything takes on it is not said here.
@Suite(
    "A link between two networks", .serialized,
    .enabled(if: TunnelledLink.isPossible, "it takes root and TUN devices"))
struct TunnelledLinkTests {
    private static let port: UInt16 = 4000

    @Test("What is sent arrives at the other end, in its order, though the way changes meanwhile")
    func order() async throws {
        let link = try await TunnelledLink.start(.init(bitsPerSecond: 5_000_000, queue: 2, delay: 0.05))
        let far = try await socket(at: .far, of: link)
        let near = try await socket(at: .near, of: link)
        // So few that a socket holds them all until we come to read.
        for number in 0..<30 { send(number, from: near, to: .far) }
        try await link.set(.init(bitsPerSecond: 20_000_000, queue: 2), .forward)
        for number in 30..<60 { send(number, from: near, to: .far) }
        var arrived: [Int] = []
        while arrived.count < 60, let number = receive(far) { arrived.append(number) }
        #expect(arrived == Array(0..<60))
        // The way back is another.
        send(7, from: far, to: .near)
        #expect(receive(near) == 7)
        for descriptor in [near, far] { close(descriptor) }
    }

    @Test("A link that loses all lets nothing through, and one that is whole again carries the next")
    func loss() async throws {
        let link = try await TunnelledLink.start()
        let far = try await socket(at: .far, of: link)
        let near = try await socket(at: .near, of: link)
        try await link.set(.cut, .forward)
        for number in 0..<50 { send(number, from: near, to: .far) }
        // A command is taken when all that came before it is.
        try await link.set(.perfect)
        send(50, from: near, to: .far)
        #expect(receive(far) == 50)
        for descriptor in [near, far] { close(descriptor) }
    }

    @Test("A full queue drops its tail, and the report says how long it was")
    func queue() async throws {
        let link = try await TunnelledLink.start(.init(bitsPerSecond: 100_000, queue: 0.5))
        let far = try await socket(at: .far, of: link)
        let near = try await socket(at: .near, of: link)
        // 2 Mbit into 50 kbit of room: it stays full while it is filled, however slow we are.
        for number in 0..<250 { send(number, from: near, to: .far) }
        try await link.set(.perfect)
        send(250, from: near, to: .far)
        var arrived: [Int] = []
        while arrived.last != 250, let number = receive(far) { arrived.append(number) }
        #expect(arrived == arrived.sorted() && arrived.count < 200 && arrived.count >= 5, "\(arrived)")
        var reports: [LinkReport] = []
        for _ in 0..<3000 where (reports.last?.droppedCount ?? 0) + arrived.count != 251 {
            try await Task.sleep(for: .milliseconds(10))
            reports = link.reports(.forward)
        }
        #expect((reports.last?.droppedCount ?? 0) + arrived.count == 251)
        #expect(link.reports(.backward).allSatisfy { $0.droppedCount == 0 })
        for descriptor in [near, far] { close(descriptor) }
    }

    @Test("Who runs at an end is ended when the link's owner is gone, and so is the link")
    func ending() async throws {
        // An owner that is killed leaves the forwarder with a standard input at its end.
        let forwarder = try RunningProgram(Program.built("LinkForwarder"), takesInput: true)
        try await forwarder.wait(for: "ready\n")
        let network = "/proc/\(forwarder.processIdentifier)/fd/\(TunnelledLink.End.far.descriptor)"
        let guest = try RunningProgram(
            Program.system("nsenter"), ["--net=\(network)", "--", "sh", "-c", "echo inside; exec sleep 600"])
        try await guest.wait(for: "inside\n")
        forwarder.endInput()
        #expect(try await forwarder.waitForEnd() == 0)
        #expect(try await guest.waitForEnd() == 128 + SIGKILL)
    }

    // MARK: Sockets

    private func socket(at end: TunnelledLink.End, of link: TunnelledLink) async throws -> Int32 {
        try await NetworkThread.run(in: link.path(of: end)) {
            let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            var limit = timeval(tv_sec: 30, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            try Self.withAddress(of: end) { address, length in
                guard bind(descriptor, address, length) == 0 else { throw Unbound(code: errno) }
            }
            return descriptor
        }
    }

    struct Unbound: Error { let code: Int32 }

    private static func withAddress(
        of end: TunnelledLink.End, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
    ) rethrows {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, end.address, &address.sin_addr)
        try withUnsafePointer(to: address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A datagram of 1000 bytes with a number in it.
    private func send(_ number: Int, from descriptor: Int32, to end: TunnelledLink.End) {
        var bytes = [UInt8](repeating: 0, count: 1000)
        bytes[0] = UInt8(number >> 8)
        bytes[1] = UInt8(number & 0xFF)
        Self.withAddress(of: end) { address, length in
            #expect(sendto(descriptor, bytes, bytes.count, 0, address, length) == bytes.count)
        }
    }

    private func receive(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 2000)
        return recv(descriptor, &bytes, bytes.count, 0) == 1000 ? Int(bytes[0]) << 8 | Int(bytes[1]) : nil
    }
}
