import BrowserSupport
import Foundation

// How long it takes to set up a call through STUN and through TURN, by the length of the way, beside Chromium; then how
// much sound is missing when the way changes in mid-call.
// usage: SetupBench [CALLS] [stun|turn|changes]...

/// How the two homes get at each other.
enum Way: String {
    /// By the addresses that a STUN server tells.
    case stun = "STUN"
    /// By a relay alone.
    case turn = "TURN"
    /// As it comes.
    case any = "STUN and TURN"
}

@main enum SetupBench {
    /// One-way, from home to home, in milliseconds.
    private static let delays = [0, 25, 100]

    static func main() async {
        do {
            let words = CommandLine.arguments.dropFirst()
            let calls = words.compactMap { Int($0) }.first ?? 5
            let parts = words.filter { Int($0) == nil }
            let isChosen = { (part: String) in parts.isEmpty || parts.contains(part) }
            print(
                "Set-up of a call, from the wish to the first picture of the other side, each behind a router: median of \(calls)"
            )
            print("way   one-way   Causerie            by its address      Chromium            ratio")
            for way in [Way.stun, .turn] where isChosen(way.rawValue.lowercased()) {
                for delay in delays { try await compare(way, milliseconds: delay, calls: calls) }
            }
            if isChosen("changes") { try await PathChange.compareAll() }
        } catch {
            FileHandle.standardError.write(Data("SetupBench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func compare(_ way: Way, milliseconds: Int, calls: Int) async throws {
        let homes = try await TwoHomes(delay: Double(milliseconds) / 1000)
        let server = try await InternetServer(in: homes)
        let ours = try await InstanceSetup(homes, server, way)
        let named = try await median(calls) { try await ours.call(.throughServer) }
        let direct = try await median(calls) { try await ours.call(.byAddress) }
        let peer = try await BrowserSetup(homes, server, way, delay: .milliseconds(milliseconds))
        let theirs = try await median(calls) { try await peer.call() }
        await peer.stop()
        let roundTrip = Double(2 * milliseconds)
        let text = { (time: Double) in
            let multiple = roundTrip > 0 ? String(format: " (%.1f RTT)", time / roundTrip) : ""
            return (String(format: "%.0f ms", time) + multiple).padding(toLength: 20, withPad: " ", startingAt: 0)
        }
        print(
            way.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
                + "\(milliseconds) ms".padding(toLength: 10, withPad: " ", startingAt: 0) + text(named) + text(direct)
                + text(theirs) + String(format: "%.2f", named / theirs))
        withExtendedLifetime((homes, server)) {}
    }

    private static func median(_ count: Int, _ measure: () async throws -> Double) async throws -> Double {
        var times: [Double] = []
        for _ in 0..<count { times.append(try await measure()) }
        return times.sorted()[count / 2]
    }
}
