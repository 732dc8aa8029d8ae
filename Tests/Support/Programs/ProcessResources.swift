import Foundation

/// What one process holds now, read from `/proc`.
package struct ProcessResources: Sendable, CustomStringConvertible {
    package var descriptors: Int
    package var threads: Int
    /// Memory of its own that belongs to no file, MB: what a leak fills.
    package var megabytes: Double

    package init(of process: Int32) throws {
        let count = { (folder: String) in
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/\(folder)").count
        }
        descriptors = try count("fd")
        threads = try count("task")
        let text = try String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("Pss_Anon:") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Double($0) }
        guard let kilobytes else { throw Unreadable(text: text) }
        megabytes = kilobytes / 1024
    }

    package struct Unreadable: Error { let text: String }

    package var description: String {
        "\(descriptors) descriptors, \(threads) threads, \(megabytes.formatted(.number.precision(.fractionLength(1)))) MB"
    }

    /// So that freed memory is not spread over an arena for each thread there ever was, which looks like a leak.
    package static let steadyMemory = ["MALLOC_ARENA_MAX": "1"]
}
