import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Conference

/// The port of an instance against whoever connects without end.
@MainActor @Suite("Floods", .serialized) struct FloodTests {
    /// Resident memory of this process, bytes.
    private func resident() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try (#require(Int(fields[1]))) * sysconf(Int32(_SC_PAGESIZE))
    }

    @Test(
        "a thousand connections that say nothing are bounded in number, time and memory; a running call is not harmed")
    func thousand() async throws {
        let ann = try await Instance.start("Ann")
        let bob = try await Instance.start("Bob")
        try await ann.call(bob)
        let port = try #require(bob.conference.listeningPort)
        let before = try resident()
        let group = MultiThreadedEventLoopGroup.singleton
        var open: [any Channel] = []
        for _ in 0..<10 {
            let attempts = (0..<100).map { _ in
                ClientBootstrap(group: group.next()).connectTimeout(.seconds(1)).connect(host: "127.0.0.1", port: port)
            }
            for attempt in attempts { if let channel = try? await attempt.get() { open.append(channel) } }
        }
        ann.stream.stop(.audio, .sent)
        try await until("words of the call still cross") { bob.stream.remoteStopped == .audio }
        #expect(bob.log.contains("a connection too many"))
        #expect(bob.log.count(of: "a connection too many") < 100, "the log is no victim")
        #expect(try resident() - before < 64 << 20)
        for channel in open { channel.close(promise: nil) }
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        // And who calls now gets through.
        let eve = try await Instance.start("Eve")
        eve.stream.connect(to: bob.address)
        try await eve.wait(.ended(.busy))
        for instance in [ann, bob, eve] { await instance.stop() }
    }

    @Test("sockets of listener and calls close in programs that are started meanwhile")
    func childProcesses() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        try await ann.call(bob)
        let port = try #require(bob.conference.listeningPort)
        let sockets = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
            .filter { Self.ports(of: $0).contains(port) }
        #expect(sockets.count >= 3, "the listener and both ends of the call")
        for descriptor in sockets {
            #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "\(descriptor): \(Self.ports(of: descriptor))")
        }
        await ann.stop()
        await bob.stop()
    }

    /// Of both ends of a socket, as far as it has any.
    private static func ports(of descriptor: Int32) -> [Int] {
        [getsockname, getpeername].compactMap { name in
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    guard name(descriptor, generic, &length) == 0 else { return nil }
                    guard [AF_INET, AF_INET6].contains(Int32(generic.pointee.sa_family)) else { return nil }
                    // The port stands at the same place in both families.
                    return generic.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        Int(UInt16(bigEndian: $0.pointee.sin_port))
                    }
                }
            }
        }
    }
}
