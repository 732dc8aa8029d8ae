import CNetworks
import Foundation
import LinkSupport
import Programs

/// One end of the link: a network with a TUN device as its only way out.
final class Computer {
    struct Failed: Error {
        let step: String
        let errors: String
    }

    let tunnel: Int32
    /// Tells this network from all others.
    private let identity: ino_t
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// This process is in the new network afterwards.
    init(_ end: TunnelledLink.End) throws {
        guard CNetworks_leave() == 0 else { throw Self.failure("unshare") }
        let network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)
        var status = stat()
        // The descriptor with the number that all know is closed with this process, and with it goes the network.
        guard network >= 0, fstat(network, &status) == 0, dup2(network, end.descriptor) >= 0 else {
            throw Self.failure("/proc/self/ns/net")
        }
        close(network)
        _ = fcntl(end.descriptor, F_SETFD, FD_CLOEXEC)
        identity = status.st_ino
        // A name that programs take for a cable, not for a tunnel to a place of work.
        tunnel = CNetworks_open_tunnel("eth0")
        guard tunnel >= 0 else { throw Self.failure("/dev/net/tun") }
        for words in [
            // What the system announces by itself would stand among the packets of those who talk.
            ["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"], ["ip", "link", "set", "lo", "up"],
            ["ip", "address", "add", "\(end.address)/24", "dev", "eth0"],
            ["ip", "link", "set", "eth0", "txqueuelen", "10000", "up"],
        ] {
            let outcome = try Program.run(Program.system(words[0]), Array(words.dropFirst()))
            guard outcome.status == 0 else {
                throw Failed(step: words.joined(separator: " "), errors: outcome.errors)
            }
        }
    }

    private static func failure(_ step: String) -> Failed {
        Failed(step: step, errors: String(cString: strerror(errno)))
    }

    /// The next packet that somebody here sends; nil when there is none.
    func read() -> [UInt8]? {
        let count = Glibc.read(tunnel, &buffer, buffer.count)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// One that the system cannot take is lost, as on any network.
    func write(_ packet: [UInt8]) { _ = Glibc.write(tunnel, packet, packet.count) }

    /// Ends all programs in this network; the owner that should have done it is gone.
    func endEverybody() {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = pid_t(entry), process != getpid() else { continue }
            var status = stat()
            if stat("/proc/\(process)/ns/net", &status) == 0, status.st_ino == identity { kill(process, SIGKILL) }
        }
    }
}
