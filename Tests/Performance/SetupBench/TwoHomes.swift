import Foundation
import LinkSupport
import Programs

/// Two computers, each behind a router that translates addresses as most homes' do, and a server on the Internet between
/// them. The line of each home takes its time; the server is as far from both, and the homes are twice as far apart.
final class TwoHomes {
    enum Home: String, CaseIterable {
        case ann, bob

        /// On the Internet.
        var outerAddress: String { self == .ann ? "203.0.113.10" : "203.0.113.20" }
        /// Its own, which nobody outside knows.
        var address: String { self == .ann ? "10.1.0.2" : "10.2.0.2" }
        fileprivate var exchange: String { self == .ann ? "192.0.2.1" : "192.0.2.2" }
        fileprivate var other: Home { self == .ann ? .bob : .ann }
    }

    struct Failed: Error {
        let command: String
        let errors: String
    }

    static let serverAddress = "203.0.113.1"

    private let lines: [Home: TunnelledLink]

    /// - Parameter delay: from one home to the other, one way, in seconds.
    init(delay: Double) async throws {
        var lines: [Home: TunnelledLink] = [:]
        for home in Home.allCases { lines[home] = try await TunnelledLink.start(.init(delay: delay / 2)) }
        self.lines = lines
        try joinExchanges()
        for home in Home.allCases { try connect(home) }
    }

    /// Between a computer, `near`, and the Internet.
    func line(_ home: Home) throws -> TunnelledLink {
        guard let line = lines[home] else { throw Failed(command: "", errors: "no line to \(home)") }
        return line
    }

    // MARK: Building

    /// The far ends of both lines are the Internet; the server is at the first.
    private func joinExchanges() throws {
        let (ann, bob) = (try line(.ann), try line(.bob))
        try run(
            ann, .far, "ip", "link", "add", "wan", "type", "veth", "peer", "name", "wan", "netns", bob.path(of: .far))
        for home in Home.allCases {
            let line = try line(home)
            try run(line, .far, "sysctl", "-qw", "net.ipv4.ip_forward=1")
            try run(line, .far, "ip", "address", "add", "\(home.exchange)/30", "dev", "wan")
            try run(line, .far, "ip", "link", "set", "wan", "up")
            try run(line, .far, "ip", "route", "add", home.outerAddress, "dev", "eth0")
        }
        for home in Home.allCases {
            try run(line(home), .far, "ip", "route", "add", home.other.outerAddress, "via", home.other.exchange)
        }
        try run(ann, .far, "ip", "address", "add", "\(Self.serverAddress)/32", "dev", "lo")
        try run(bob, .far, "ip", "route", "add", Self.serverAddress, "via", Home.ann.exchange)
        // What has no place here is lost on its way, as on the Internet: a relay that is told at once that it cannot send to a
        // home's inner address ends the allocation.
        try run(ann, .far, "ip", "route", "add", "default", "dev", "lo")
    }

    /// The computer and its router are one network: what leaves it is translated at its edge.
    private func connect(_ home: Home) throws {
        let line = try line(home)
        try run(line, .near, "ip", "address", "flush", "dev", "eth0")
        try addAddress(home.address, to: home)
        try run(line, .near, "ip", "route", "add", "default", "dev", "eth0")
        try run(line, .near, "nft", "add table ip nat")
        try run(line, .near, "nft", "add chain ip nat out { type nat hook postrouting priority 100; }")
        try run(line, .near, "nft", "add chain ip nat in { type nat hook prerouting priority -100; }")
        try run(line, .near, "nft", "add rule ip nat out oifname eth0 snat to \(home.outerAddress)")
    }

    /// A TCP port of the home's router that leads to the computer, as people set it up by hand.
    func forward(port: Int, to home: Home) throws {
        try run(
            line(home), .near, "nft",
            "add rule ip nat in ip daddr \(home.outerAddress) tcp dport \(port) dnat to \(home.address)")
    }

    // MARK: Changing

    /// As when the computer gets another network.
    func addAddress(_ address: String, to home: Home) throws {
        // By itself, so that it does not go with another.
        try run(line(home), .near, "ip", "address", "add", "\(address)/32", "dev", "eth0")
    }

    func removeAddress(_ address: String, from home: Home) throws {
        try run(line(home), .near, "ip", "address", "delete", "\(address)/32", "dev", "eth0")
    }

    /// Whether the home's UDP gets to the server alone.
    func setBlocked(_ isBlocked: Bool, _ home: Home) throws {
        let line = try line(home)
        guard isBlocked else { return try run(line, .near, "nft", "delete table ip block") }
        try run(line, .near, "nft", "add table ip block")
        for (hook, field) in [("output", "daddr"), ("input", "saddr")] {
            try run(line, .near, "nft", "add chain ip block \(hook) { type filter hook \(hook) priority 0; }")
            try run(
                line, .near, "nft",
                "add rule ip block \(hook) ip \(field) != \(Self.serverAddress) meta l4proto udp drop")
        }
    }

    private func run(_ line: TunnelledLink, _ end: TunnelledLink.End, _ command: String...) throws {
        let words = try line.words(at: end) + [Program.system(command[0]).path] + command.dropFirst()
        let outcome = try Program.run(URL(fileURLWithPath: words[0]), Array(words.dropFirst()))
        guard outcome.status == 0 else { throw Failed(command: command.joined(separator: " "), errors: outcome.errors) }
    }

    // MARK: Using

    /// What stands before a program's own words to run it in a home.
    func words(in home: Home) throws -> [String] { try line(home).words(at: .near) }

    /// The same on the server.
    var serverWords: [String] { get throws { try line(.ann).words(at: .far) } }
}
