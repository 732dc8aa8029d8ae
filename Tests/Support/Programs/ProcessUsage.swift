import Foundation

/// What a process and all its descendants have used, read from `/proc`.
package struct ProcessUsage: Sendable {
    /// User and system time, seconds, of the processes alive now.
    package var cpuSeconds: Double
    /// Proportional set size, MB: memory shared between processes is counted once.
    package var megabytes: Double

    package static func of(tree root: Int32) -> ProcessUsage {
        let tree = descendants(of: root)
        return ProcessUsage(
            cpuSeconds: tree.reduce(0) { $0 + cpuSeconds(of: $1) },
            megabytes: tree.reduce(0) { $0 + proportionalSize(of: $1) })
    }

    private static func descendants(of root: Int32) -> [Int32] {
        var children: [Int32: [Int32]] = [:]
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = Int32(entry), let parent = fields(of: process)?[1], let parent = Int32(parent) else {
                continue
            }
            children[parent, default: []].append(process)
        }
        var found = [root]
        var index = 0
        while index < found.count {
            found += children[found[index]] ?? []
            index += 1
        }
        return found
    }

    /// The fields of `/proc/PID/stat` after the name, which may hold spaces.
    private static func fields(of process: Int32) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func cpuSeconds(of process: Int32) -> Double {
        guard let fields = fields(of: process), fields.count > 12, let user = Double(fields[11]),
            let system = Double(fields[12])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func proportionalSize(of process: Int32) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
        return Double(line?.split(separator: " ").dropFirst().first ?? "0").map { $0 / 1024 } ?? 0
    }
}
