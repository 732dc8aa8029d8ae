import Foundation
import Programs

// Compares causerie-server with nginx's nchan and Python's websockets, messages with a size header with Python's asyncio,
// and causerie-trace with socat, in one run.
// usage: SocketBench [servers [causerie|nchan|python]...] [frames] [relay]

func line(_ cells: [String]) {
    print(cells.map { $0.padding(toLength: 22, withPad: " ", startingAt: 0) }.joined())
    fflush(nil)
}

func figure(_ value: Double, _ digits: Int = 0) -> String { String(format: "%.\(digits)f", value) }

func compareServers() throws {
    line(["", "KB/idle client", "connects/s", "broadcast, msg/s", "echo p50, us", "echo p99, us"])
    // All of them, unless some are named.
    let named = Contender.allCases.filter { words.contains("\($0)") }
    for contender in named.isEmpty ? Contender.allCases : named {
        let figures = try ServerFigures.measure(contender, idle: 10_000)
        line([
            contender.rawValue, figure(figures.kilobytesPerClient, 1), figure(figures.connectRate),
            figure(figures.broadcastRate), figure(figures.echoMedian), figure(figures.echo99),
        ])
    }
}

func compareFrames() throws {
    line(["size header", "MB/s", "1000 msg/s", "Python: MB/s", "1000 msg/s"])
    let own = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    for (size, total) in [(100, 40 << 20), (4096, 400 << 20), (65_536, 1 << 30)] {
        let ours = try FrameBench.measure(own, ["serve"], size: size, total: total)
        let peer = try FrameBench.measure(
            Program.system("python3"), [Contender.peer.path, "frames"], size: size, total: total)
        line(["\(size) bytes", figure(ours.0), figure(ours.1), figure(peer.0), figure(peer.1)])
    }
}

func compareRelays() throws {
    line(["relay, MB/s", "causerie-trace", "socat", "ratio"])
    for (name, log, option, total) in [
        ("no log", "none", "", 2 << 30), ("text", "text", "-v", 20 << 20), ("hexadecimal", "hex", "-x", 20 << 20),
    ] {
        // The better of two: another program's moment must not decide.
        let ours = try (0..<2).map { _ in try RelayBench.measure(total: total, RelayBench.trace(log: log)) }.max() ?? 0
        let peer = try (0..<2).map { _ in try RelayBench.measure(total: total, RelayBench.socat(option)) }.max() ?? 0
        line([name, figure(ours), figure(peer), figure(ours / peer, 2)])
    }
}

// Ten thousand clients are as many descriptors, on both sides.
var limit = rlimit()
getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
limit.rlim_cur = min(limit.rlim_max, 20_000)
setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)

let words = CommandLine.arguments.dropFirst()
do {
    if words.first == "serve", let port = words.last.flatMap({ Int($0) }) { try await FrameBench.serve(port: port) }
    if words.isEmpty || words.contains("servers") { try compareServers() }
    if words.isEmpty || words.contains("frames") { try compareFrames() }
    if words.isEmpty || words.contains("relay") { try compareRelays() }
} catch {
    FileHandle.standardError.write(Data("SocketBench: \(error)\n".utf8))
    exit(1)
}
