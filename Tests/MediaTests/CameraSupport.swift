import Devices
import Testing

@testable import Media

typealias Mode = EmulatedCamera.Mode

/// A colour as I420 has it.
struct Colour: Equatable {
    var y, u, v: UInt8

    func isClose(to other: Colour) -> Bool {
        abs(Int(y) - Int(other.y)) <= 8 && abs(Int(u) - Int(other.u)) <= 8 && abs(Int(v) - Int(other.v)) <= 8
    }
}

extension [Colour] {
    func isClose(to others: [Colour]) -> Bool {
        count == others.count && zip(self, others).allSatisfy { $0.isClose(to: $1) }
    }
}

/// White, red, green and blue: what the emulated camera sees, in BT.601 as all of WebRTC expects it.
let bars = [
    Colour(y: 235, u: 128, v: 128), Colour(y: 81, u: 90, v: 240), Colour(y: 145, u: 54, v: 34),
    Colour(y: 41, u: 240, v: 110),
]

extension VideoFrame {
    /// In the middle of each of the four bars.
    var barColours: [Colour] {
        (0..<4).map { bar in
            let (x, row) = (width * (2 * bar + 1) / 8, height / 2)
            let chroma = row / 2 * chromaStride + x / 2
            return Colour(y: luma(x: x, y: row), u: u[chroma], v: v[chroma])
        }
    }
}

extension CameraDriver {
    /// The next good picture; waits ten seconds at most.
    func picture() throws -> VideoFrame {
        let end = MediaClock.now + 10_000_000
        var frame: VideoFrame?
        while frame == nil, MediaClock.now < end { frame = try nextFrame() }
        return try #require(frame)
    }
}

/// Waits, generously, for something to become true.
func eventually(_ name: String, _ condition: () throws -> Bool) async throws {
    for _ in 0..<2_000 {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("nothing came of: \(name)")
}
