import Foundation
import Programs
import Testing

/// Computers and routers of their own inside this one: network namespaces, joined as two homes on the Internet are.
///
/// `wan` is the Internet, 203.0.113.0/24, with 203.0.113.1 for servers. `ann` and `bob` are each behind a router of their
/// own, or right on the Internet. All goes with the object.
final class NetworkLaboratory {
    /// What a home's router does with UDP; names of RFC 3489, behaviour of RFC 4787.
    enum Router: String, CaseIterable, Sendable {
        /// The computer has an address of the Internet.
        case none
        /// One outer port for each inner one, open to everybody.
        case fullCone
        /// The same, open to those addresses that were written to.
        case addressRestricted
        /// The same, open to those addresses and ports that were written to; most homes have this.
        case portRestricted
        /// Another outer port for each destination.
        case symmetric
        /// As `portRestricted` for TCP; no UDP passes.
        case withoutUDP
    }

    enum Home: String, CaseIterable, Sendable {
        case ann, bob

        /// On the Internet: the router's, or the computer's own.
        var outerAddress: String { self == .ann ? "203.0.113.10" : "203.0.113.20" }
        fileprivate var network: String { self == .ann ? "10.1.0" : "10.2.0" }
    }

    static let serverAddress = "203.0.113.1"

    /// Whether this machine lets us: it takes root, and the tools.
    static let isPossible: Bool = {
        guard geteuid() == 0, (try? Program.system("nft")) != nil, let ip = try? Program.system("ip") else {
            return false
        }
        let name = "causerie-probe-\(getpid())"
        guard (try? Program.run(ip, ["netns", "add", name]))?.status == 0 else { return false }
        defer { _ = try? Program.run(ip, ["netns", "delete", name]) }
        let nft = (try? Program.system("nft").path) ?? ""
        return (try? Program.run(ip, ["netns", "exec", name, nft, "add table ip probe"]))?.status == 0
    }()

    struct Failed: Error {
        let command: String
        let errors: String
    }

    private let prefix = "causerie-\(getpid())-\(UInt16.random(in: 0...999))-"
    private var namespaces: [String] = []

    init() throws {
        do {
            try addNamespace("wan")
            try inside("wan", "ip", "link", "add", "lan", "type", "bridge")
            try inside("wan", "ip", "address", "add", "\(Self.serverAddress)/24", "dev", "lan")
            try inside("wan", "ip", "address", "add", "203.0.113.2/24", "dev", "lan")
            try inside("wan", "ip", "link", "set", "lan", "up")
            // What has no way on the Internet is lost on it, without a word.
            let nowhere = ["ip", "neighbour", "add", "203.0.113.254", "lladdr", "02:00:00:00:00:fe", "dev", "lan"]
            try inside("wan", nowhere)
            try inside("wan", "ip", "route", "add", "default", "via", "203.0.113.254")
        } catch {
            clean()
            throw error
        }
    }

    deinit { clean() }

    private func clean() {
        for name in namespaces { _ = try? Program.run(Program.system("ip"), ["netns", "delete", name]) }
    }

    // MARK: Building

    /// Puts a home on the Internet. `forwarded` is a TCP port that its router lets in, as people set it up by hand.
    func connect(_ home: Home, by router: Router) throws {
        try addNamespace(home.rawValue)
        guard router != .none else {
            return try wire("wan", "to-\(home)", address: nil, to: home.rawValue, "eth0", address: home.outerAddress)
        }
        let gateway = "\(home)-router"
        try addNamespace(gateway)
        try wire("wan", "to-\(home)", address: nil, to: gateway, "outer", address: home.outerAddress)
        try wire(
            gateway, "inner", address: "\(home.network).1", to: home.rawValue, "eth0", address: "\(home.network).2")
        try inside(home.rawValue, "ip", "route", "add", "default", "via", "\(home.network).1")
        try inside(gateway, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        try translate(home, gateway, router)
    }

    /// A TCP port of the home's router that leads to the computer, as people set it up by hand.
    func forward(port: Int, to home: Home) throws {
        let target = "\(home.network).2:\(port)"
        try inside("\(home)-router", "nft", "add rule ip nat in iifname outer tcp dport \(port) dnat to \(target)")
    }

    private func translate(_ home: Home, _ gateway: String, _ router: Router) throws {
        let nft = { (rule: String) in try self.inside(gateway, "nft", rule) }
        try nft("add table ip nat")
        try nft("add chain ip nat out { type nat hook postrouting priority 100; }")
        try nft("add chain ip nat in { type nat hook prerouting priority -100; }")
        // An early packet of the far side must not take the port that ours will have.
        try nft("add chain ip nat own { type filter hook input priority 0; }")
        try nft("add rule ip nat own iifname outer meta l4proto udp drop")
        let toInside = "meta l4proto udp dnat to \(home.network).2"
        switch router {
        case .none, .portRestricted: break
        case .fullCone: try nft("add rule ip nat in iifname outer \(toInside)")
        case .addressRestricted:
            try nft("add set ip nat known { type ipv4_addr; flags dynamic,timeout; timeout 2m; }")
            try nft("add chain ip nat note { type filter hook postrouting priority 50; }")
            try nft("add rule ip nat note oifname outer meta l4proto udp add @known { ip daddr }")
            try nft("add rule ip nat in iifname outer ip saddr @known \(toInside)")
        case .symmetric:
            try nft("add rule ip nat out oifname outer meta l4proto udp masquerade fully-random")
        case .withoutUDP:
            try nft("add chain ip nat through { type filter hook forward priority 0; }")
            try nft("add rule ip nat through meta l4proto udp drop")
        }
        try nft("add rule ip nat out oifname outer masquerade")
    }

    private func addNamespace(_ name: String) throws {
        try Self.run(Program.system("ip"), ["netns", "add", prefix + name])
        namespaces.append(prefix + name)
        try inside(name, "ip", "link", "set", "lo", "up")
    }

    /// A cable between two of them; one in `wan` goes into its switch.
    private func wire(
        _ one: String, _ oneEnd: String, address: String?, to other: String, _ otherEnd: String,
        address otherAddress: String
    ) throws {
        try inside(
            one, "ip", "link", "add", oneEnd, "type", "veth", "peer", "name", otherEnd, "netns", prefix + other)
        if let address {
            try inside(one, "ip", "address", "add", "\(address)/24", "dev", oneEnd)
        } else {
            try inside(one, "ip", "link", "set", oneEnd, "master", "lan")
        }
        try inside(other, "ip", "address", "add", "\(otherAddress)/24", "dev", otherEnd)
        try inside(one, "ip", "link", "set", oneEnd, "up")
        try inside(other, "ip", "link", "set", otherEnd, "up")
    }

    // MARK: Using

    /// What stands before a program's own words to run it on one of the computers: `wan`, `ann`, `bob`.
    func words(on computer: String) throws -> [String] {
        [try Program.system("ip").path, "netns", "exec", prefix + computer]
    }

    /// Runs one of the system's tools on one of the computers.
    func inside(_ computer: String, _ command: String...) throws { try inside(computer, command) }

    private func inside(_ computer: String, _ command: [String]) throws {
        let line = try words(on: computer) + [Program.system(command[0]).path] + command.dropFirst()
        try Self.run(URL(fileURLWithPath: line[0]), Array(line.dropFirst()))
    }

    /// Whether something on a computer takes connections at a port.
    func isListening(on computer: String, port: Int) throws -> Bool {
        let words = try words(on: computer)
        let table = try Program.run(
            URL(fileURLWithPath: words[0]), Array(words.dropFirst()) + ["/bin/cat", "/proc/net/tcp"])
        let end = String(format: ":%04X 00000000:0000 0A", port)
        return table.output.contains(end)
    }

    private static func run(_ program: URL, _ arguments: [String]) throws {
        let outcome = try Program.run(program, arguments)
        guard outcome.status == 0 else {
            throw Failed(command: arguments.joined(separator: " "), errors: outcome.errors)
        }
    }
}
