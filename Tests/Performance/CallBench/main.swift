import Foundation

// Compares a call between two instances with the same call between two Chromium processes, in one run.
// usage: CallBench [SECONDS]

/// One line of the table: ours, the peer's, and the ratio.
func row(_ name: String, _ ours: Double, _ peer: Double, digits: Int) -> String {
    let text = { (value: Double) in String(format: "%.\(digits)f", value) }
    let ratio = peer > 0 ? String(format: "%.2f", ours / peer) : "-"
    return [name, text(ours), text(peer), ratio].map { $0.padding(toLength: 24, withPad: " ", startingAt: 0) }.joined()
}

let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 10
do {
    for shape in CallShape.all {
        let ours = try await InstanceCall.measure(shape, seconds: seconds)
        let peer = try await BrowserCall.measure(shape, seconds: seconds)
        print("\n\(shape.name)".padding(toLength: 25, withPad: " ", startingAt: 0), "Causerie", "Chromium", "ratio")
        print(row("set-up time, ms", ours.setupTime, peer.setupTime, digits: 0))
        print(row("CPU s/s a side", ours.cpu, peer.cpu, digits: 3))
        print(row("memory, MB (PSS)", ours.megabytes, peer.megabytes, digits: 0))
        print(row("frames a second", ours.framesPerSecond, peer.framesPerSecond, digits: 1))
        print(row("freezes", ours.freezes, peer.freezes, digits: 0))
        print(row("video, kbit/s", ours.kilobitsPerSecond, peer.kilobitsPerSecond, digits: 0))
        print("glass to glass, ms      \(ours.glassToGlass.map { String(format: "%.1f", $0) } ?? "-")")
    }
} catch {
    FileHandle.standardError.write(Data("CallBench: \(error)\n".utf8))
    exit(1)
}
