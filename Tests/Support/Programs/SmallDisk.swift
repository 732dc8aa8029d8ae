import Foundation

/// A disk of a few megabytes for one program, which only that program sees: it can be filled, and gets room again.
package final class SmallDisk {
    private let folder: URL
    private let megabytes: Int

    /// Whether this process may make one: it takes the rights of an administrator, which some containers withhold.
    package static let isAvailable: Bool = {
        guard let unshare = try? Program.system("unshare") else { return false }
        let mount = try? Program.run(unshare, ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"])
        return mount?.status == 0
    }()

    /// - Parameter folder: is there already, and is empty.
    package init(at folder: URL, megabytes: Int) {
        self.folder = folder
        self.megabytes = megabytes
    }

    /// What stands before a program's own words to run it with the disk.
    package var words: [String] {
        get throws {
            let script = "mount -t tmpfs -o size=\(megabytes)m none \"$0\" && exec \"$@\""
            return [try Program.system("unshare").path, "--mount", "/bin/sh", "-c", script, folder.path]
        }
    }

    /// As the program sees it.
    private func filler(of program: RunningProgram) -> String {
        "/proc/\(program.processIdentifier)/root\(folder.path)/filler"
    }

    package func fill(for program: RunningProgram) throws {
        // In large pieces, then in small ones: not a page is left.
        for size in ["64k", "1"] {
            _ = try Program.run(
                Program.system("dd"),
                [
                    "if=/dev/zero", "of=\(filler(of: program))", "bs=\(size)", "oflag=append", "conv=notrunc",
                    "status=none",
                ])
        }
    }

    package func empty(for program: RunningProgram) throws {
        try FileManager.default.removeItem(atPath: filler(of: program))
    }

    /// What a file holds, by its path within the folder; nil when there is none.
    package func text(of path: String, for program: RunningProgram) -> String? {
        try? String(
            contentsOfFile: "/proc/\(program.processIdentifier)/root\(folder.path)/\(path)", encoding: .utf8)
    }
}
