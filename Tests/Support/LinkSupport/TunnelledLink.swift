import Foundation
import Programs

/// Two networks of their own, joined by a link of a known rate, delay and loss; real programs run at its ends.
///
/// The link is a program, `LinkForwarder`, that reads IP packets from a TUN device at either end, holds each back as long as
/// it takes, and writes it to the other. All goes with this object, or when the process that owns it is killed: the
/// forwarder then ends what still runs in the two networks, and itself.
package final class TunnelledLink {
    /// The computers that it joins.
    package enum End: String, CaseIterable, Sendable {
        case near, far

        package var address: String { self == .near ? "10.77.0.1" : "10.77.0.2" }
    }

    package enum Direction: String, CaseIterable, Codable, Sendable {
        /// From `near` to `far`.
        case forward
        case backward
    }

    /// What a packet meets on its way in one direction: first the bottleneck's queue, then the way itself.
    package struct Conditions: Codable, Hashable, Sendable {
        /// Whole IP packets are counted; nil for no bottleneck.
        package var bitsPerSecond: Double?
        /// What the bottleneck's queue holds before it drops the tail, seconds at its rate.
        package var queue = 0.3
        /// One-way, seconds.
        package var delay = 0.0
        /// Probability that a packet is lost, 0...1, and the mean number lost in a row.
        package var loss = 0.0
        package var lossBurst = 1.0

        package init(
            bitsPerSecond: Double? = nil, queue: Double = 0.3, delay: Double = 0, loss: Double = 0,
            lossBurst: Double = 1
        ) {
            self.bitsPerSecond = bitsPerSecond
            self.queue = queue
            self.delay = delay
            self.loss = loss
            self.lossBurst = lossBurst
        }

        package static let perfect = Conditions()
        /// Nothing arrives.
        package static let cut = Conditions(loss: 1)
    }

    /// Whether this machine lets us: it takes the rights of an administrator, and the kernel's TUN devices.
    package static let isPossible: Bool = {
        guard PrivateNetwork.isAvailable, let forwarder = try? Program.built("LinkForwarder") else { return false }
        return (try? Program.run(forwarder, ["--try"]))?.status == 0
    }()

    private let forwarder: RunningProgram
    private var commandCount = 0

    /// The same conditions both ways.
    package static func start(_ conditions: Conditions = .perfect) async throws -> TunnelledLink {
        let forwarder = try RunningProgram(Program.built("LinkForwarder"), takesInput: true)
        try await forwarder.wait(for: "ready\n")
        let link = TunnelledLink(forwarder: forwarder)
        try await link.set(conditions)
        return link
    }

    private init(forwarder: RunningProgram) { self.forwarder = forwarder }

    /// The forwarder ends who is still there, and then itself.
    deinit {
        forwarder.endInput()
        for _ in 0..<2000 where forwarder.isRunning { usleep(1000) }
    }

    /// For packets that come from now on; with another rate or queue, those in the queue too. Returns once it is so.
    package func set(_ conditions: Conditions, _ direction: Direction? = nil) async throws {
        let line = try JSONEncoder().encode(LinkCommand(direction: direction, conditions: conditions))
        commandCount += 1
        try forwarder.write(String(decoding: line, as: UTF8.self) + "\n")
        try await forwarder.wait(for: "done \(commandCount)\n")
    }

    /// What stands before a program's own words to run it at one end.
    package func words(at end: End) throws -> [String] {
        [try Program.system("nsenter").path, "--net=\(path(of: end))", "--"]
    }

    /// The network of an end as a file, for setns(2).
    package func path(of end: End) -> String { "/proc/\(forwarder.processIdentifier)/fd/\(end.descriptor)" }

    /// What has passed one way so far, a report each tenth of a second.
    package func reports(_ direction: Direction) -> [LinkReport] {
        let decoder = JSONDecoder()
        return forwarder.printed.split(separator: "\n").compactMap {
            guard let report = try? decoder.decode(LinkReport.self, from: Data($0.utf8)) else { return nil }
            return report.direction == direction ? report : nil
        }
    }
}

extension TunnelledLink.End {
    /// Under which number the forwarder keeps the network of this end.
    package var descriptor: Int32 { self == .near ? 100 : 101 }
}
