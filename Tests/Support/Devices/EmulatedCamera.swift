import Foundation
import Programs

/// A camera that is a file. Its behaviour can be changed at any time, also while somebody looks through it.
package final class EmulatedCamera {
    /// A size of a pixel format: `YUYV` or `MJPG`.
    package struct Mode {
        package var format: String
        package var width: Int
        package var height: Int
        package var framesPerSecond: Int

        package init(_ format: String, _ width: Int, _ height: Int, _ framesPerSecond: Int) {
            self.format = format
            self.width = width
            self.height = height
            self.framesPerSecond = framesPerSecond
        }
    }

    /// What can be wrong with a camera, or special about it.
    package enum Trait: Hashable {
        /// Another program holds it.
        case busy
        /// Nothing works any more, as when the cable is pulled while the device is open.
        case unplugged
        /// Taking a picture fails every time.
        case failing
        /// No more pictures.
        case stall
        /// Takes no pictures: the second node that cameras have.
        case metadata
        /// Only each so many-th picture is good; the others are rubbish.
        case broken(Int)
        /// Only each so many-th picture is whole; the others are cut short.
        case small(Int)
        /// Has any size up to that of a mode, and tells it as a range.
        case ranged
        /// Does not tell its sizes and rates.
        case mute
        /// So many bytes behind every uncompressed line.
        case padding(Int)
        /// Shows the uncompressed pictures of a file, in its own format and size, again and again.
        case film(String)

        fileprivate var line: String {
            switch self {
            case .busy: "busy 1"
            case .unplugged: "unplugged 1"
            case .failing: "failing 1"
            case .stall: "stall 1"
            case .metadata: "metadata 1"
            case .broken(let each): "broken \(each)"
            case .small(let each): "small \(each)"
            case .ranged: "ranged 1"
            case .mute: "mute 1"
            case .padding(let bytes): "padding \(bytes)"
            case .film(let path): "film \(path)"
            }
        }
    }

    package let folder: String
    package let path: String
    private let card: String
    private let modes: [Mode]
    private var traits: Set<Trait> = []

    /// - Parameter folder: stands for `/dev`.
    package init(
        in folder: TemporaryFolder, number: Int = 0, card: String = "Test camera",
        modes: [Mode] = [Mode("YUYV", 640, 480, 30), Mode("YUYV", 320, 240, 30)], traits: Set<Trait> = []
    ) throws {
        self.folder = folder.url.path
        path = "\(folder.url.path)/video\(number)"
        self.card = card
        self.modes = modes
        try plugIn(traits)
    }

    /// The node appears.
    package func plugIn(_ traits: Set<Trait> = []) throws {
        try change(traits)
        try Data(CameraPlugin.magic.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// The node goes, and whoever has it open gets nothing but errors.
    package func pullOut() throws {
        try change(traits.union([.unplugged]))
        try FileManager.default.removeItem(atPath: path)
    }

    /// From now on it is like this.
    package func change(_ traits: Set<Trait>) throws {
        self.traits = traits
        let lines =
            ["card \(card)"] + modes.map { "mode \($0.format) \($0.width) \($0.height) \($0.framesPerSecond)" }
            + traits.map(\.line)
        // At once and whole, since the plugin may be reading.
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: URL(fileURLWithPath: path + ".control"), options: .atomic)
    }

    /// How often this process has it open.
    package var openings: Int {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") else { return -1 }
        return names.count { name in
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            else { return false }
            // A pulled-out node is "(deleted)" to those that still have it.
            return target == path || target == path + " (deleted)"
        }
    }
}
