import Devices
import Foundation
import LinkSupport
import Programs

// Compares a call between two instances with the same call between two Chromium processes, in one run; then what one
// sender spends on several correspondents; how long sound takes from mouth to ear; links that are worse than loopback.
// usage: CallBench [SECONDS] [call|mesh|mouth [ours]|link [ours] [narrow|lossy|stepped]...]

/// One line of the table: ours, the peer's, and the ratio.
func row(_ name: String, _ ours: Double, _ peer: Double, digits: Int) -> String {
    let text = { (value: Double) in String(format: "%.\(digits)f", value) }
    let ratio = peer > 0 ? String(format: "%.2f", ours / peer) : "-"
    return [name, text(ours), text(peer), ratio].map { $0.padding(toLength: 24, withPad: " ", startingAt: 0) }.joined()
}

func compareCalls(seconds: Double) async throws {
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
}

/// One sender, one size, more and more who get it.
func compareMeshes(seconds: Double) async throws {
    let shape = CallShape.all[0]
    print("\nSender to several, \(shape.name)")
    print("to   CPU s/s (of one)  MB    encoders  frames/s    Chromium: CPU s/s (of one)  MB    frames/s")
    var first: (ours: MeshFigures, peer: MeshFigures)?
    for count in [1, 2, 4] {
        let ours = try await InstanceMesh.measure(shape, correspondents: count, seconds: seconds)
        let peer = try await BrowserMesh.measure(shape, correspondents: count, seconds: seconds)
        let one = first ?? (ours, peer)
        first = one
        print(
            String(
                format:
                    "%d    %.3f (%.2f)      %4.0f  %.0f         %4.1f                  %.3f (%.2f)      %4.0f  %4.1f",
                count, ours.cpu, ours.cpu / one.ours.cpu, ours.megabytes, ours.encoders ?? 0, ours.framesPerSecond,
                peer.cpu, peer.cpu / one.peer.cpu, peer.megabytes, peer.framesPerSecond))
    }
}

/// How long a word takes from one person to the other, sound devices included.
func compareMouths(isAlone: Bool) async throws {
    print("\nMouth to ear, ms, \(MouthBench.words) words")
    let ours = try await MouthBench.measureInstances()
    print("Causerie: \(ours.delay); the buffers' middle by its own account: \(ours.stages)")
    print("Speech through the same call: \(ours.speech)")
    guard !isAlone else { return }
    let peer = try await MouthBench.measureBrowsers()
    print("Chromium: \(peer)")
    print("mouth to ear, ms: Causerie \(ours.delay), Chromium \(peer), aim 60")
}

/// What both do with a link that is worse than loopback.
func compareLinks(_ words: ArraySlice<String>) async throws {
    guard TunnelledLink.isPossible else { return print("\nOver a real link: it takes root and TUN devices") }
    if let obstacle = CameraPlugin.obstacle { return print("\nOver a real link: \(obstacle)") }
    let folder = try TemporaryFolder()
    let bench = try LinkBench(in: folder)
    let chosen = LinkScenario.allCases.filter { words.contains($0.rawValue) }
    print("\nOver a link of its own, both ways at once, \(LinkBench.shape.name)")
    for scenario in chosen.isEmpty ? LinkScenario.allCases : chosen {
        let ours = try await bench.measure(scenario, bench.startInstances)
        print(scenario.title.padding(toLength: 22, withPad: " ", startingAt: 0), "Causerie:", scenario.text(ours))
        guard !words.contains("ours") else { continue }
        let peer = try await bench.measure(scenario, bench.startBrowsers)
        print("".padding(toLength: 22, withPad: " ", startingAt: 0), "Chromium:", scenario.text(peer))
        print("".padding(toLength: 22, withPad: " ", startingAt: 0), "aim:     ", scenario.aim)
    }
}

let words = CommandLine.arguments.dropFirst()
let seconds = words.compactMap(Double.init).first ?? 10
do {
    let isAll = ["call", "mesh", "mouth", "link"].allSatisfy { !words.contains($0) }
    if isAll || words.contains("call") { try await compareCalls(seconds: seconds) }
    if isAll || words.contains("mesh") { try await compareMeshes(seconds: seconds) }
    if isAll || words.contains("mouth") { try await compareMouths(isAlone: words.contains("ours")) }
    if isAll || words.contains("link") { try await compareLinks(words) }
} catch {
    FileHandle.standardError.write(Data("CallBench: \(error)\n".utf8))
    exit(1)
}
