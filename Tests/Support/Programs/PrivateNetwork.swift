import Foundation

/// A network of its own for the programs of one test (network_namespaces(7)): addresses come and go in it, and nobody else
/// notices. It goes with its owner.
package final class PrivateNetwork {
    /// Holds the namespace open.
    private let holder: RunningProgram

    /// Whether this process may make one: it takes the rights of an administrator, which some containers withhold.
    package static let isAvailable: Bool = {
        guard let unshare = try? Program.system("unshare"), let ip = try? Program.system("ip") else { return false }
        let outcome = try? Program.run(unshare, ["--net", ip.path, "link", "set", "lo", "up"])
        return outcome?.status == 0
    }()

    /// With loopback and the given addresses, all of this very machine: what is sent to one of them arrives.
    package static func start(_ addresses: String...) async throws -> PrivateNetwork {
        let script = "ip link set lo up && echo ready && exec sleep 300"
        let holder = try RunningProgram(Program.system("unshare"), ["--net", "sh", "-c", script])
        try await holder.wait(for: "ready")
        let network = PrivateNetwork(holder: holder)
        for address in addresses { try network.add(address) }
        return network
    }

    private init(holder: RunningProgram) { self.holder = holder }

    package struct Failed: Error { let errors: String }

    package func add(_ address: String) throws { try ip("address", "add", address, "dev", "lo") }

    package func remove(_ address: String) throws { try ip("address", "delete", address, "dev", "lo") }

    /// A cable to another network: each side has an interface of that name, with its address.
    package func connect(to other: PrivateNetwork, by name: String, _ own: String, _ others: String) throws {
        let far = String(other.holder.processIdentifier)
        try ip("link", "add", name, "type", "veth", "peer", "name", name, "netns", far)
        for (side, address) in [(self, own), (other, others)] {
            try side.ip("address", "add", address, "dev", name)
            try side.ip("link", "set", name, "up")
        }
    }

    /// A way out of it, by an interface of that name to which every other destination is routed: to a router that answers
    /// nobody.
    package func addWayOut(to router: PrivateNetwork, by name: String) throws {
        try connect(to: router, by: name, "203.0.113.2/24", "203.0.113.1/24")
        try ip("route", "add", "default", "via", "203.0.113.1")
        try run("nft", "add table inet counting")
        try run("nft", "add counter inet counting out")
        try run("nft", "add chain inet counting leaving { type filter hook output priority 0; }")
        // What programs send: the system by itself announces its groups and addresses.
        try run(
            "nft", "add rule inet counting leaving oifname \(name) meta l4proto { tcp, udp } counter name out")
    }

    /// Packets that programs have sent by the way out since the last look.
    package func leaving() throws -> Int {
        let words = try run("nft", "reset counter inet counting out").split(whereSeparator: \.isWhitespace)
        guard let place = words.firstIndex(of: "packets"), place + 1 < words.count else { return -1 }
        return Int(words[place + 1]) ?? -1
    }

    /// With loopback down nothing is carried at all, though all addresses stay.
    package func setUp(_ isUp: Bool) throws { try ip("link", "set", "lo", isUp ? "up" : "down") }

    /// Nothing arrives any more, and nobody is told: as behind a router whose line is cut.
    package func setBlackHole(_ isOn: Bool) throws {
        guard isOn else {
            try run("nft", "delete", "table", "inet", "hole")
            return
        }
        try run(
            "nft", "add table inet hole; add chain inet hole in { type filter hook input priority 0; policy drop; }")
    }

    /// As on a machine on which somebody has switched IPv6 off.
    package func disableIPv6() throws {
        try run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
    }

    /// What stands before a program's own words to run it in the network.
    package var words: [String] {
        get throws { [try Program.system("nsenter").path, "--net=/proc/\(holder.processIdentifier)/ns/net", "--"] }
    }

    private func ip(_ arguments: String...) throws { try run("ip", arguments) }

    @discardableResult private func run(_ program: String, _ arguments: String...) throws -> String {
        try run(program, arguments)
    }

    /// Runs a program of the system's in the network to its end; what it printed.
    @discardableResult private func run(_ program: String, _ arguments: [String]) throws -> String {
        let line = try words + [Program.system(program).path] + arguments
        let outcome = try Program.run(URL(fileURLWithPath: line[0]), Array(line.dropFirst()))
        guard outcome.status == 0 else { throw Failed(errors: outcome.errors) }
        return outcome.output
    }
}
