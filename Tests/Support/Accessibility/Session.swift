import Foundation
import GLibKit
import Programs

/// A running Causerie with a window, and what assistive technology sees of it.
@MainActor
package final class Session {
    package let desktop: Desktop
    package let program: RunningProgram
    private let tree: AccessibilityTree
    /// The program's place on AT-SPI's bus.
    private var known: AccessibleNode?

    /// Something that should be seen and was not, with all that was.
    package struct NotSeen: Error, CustomStringConvertible {
        let what: String
        let outline: String
        let errors: String

        package var description: String { "not seen: \(what)\nseen:\n\(outline)\nerrors:\n\(errors)" }
    }

    /// Starts the program on a desktop with accessibility; alone on the network unless it `discovers` others there.
    ///
    /// - Parameter words: what stands before the program's own words, a program's path first; nothing for none.
    package init(
        _ desktop: Desktop, _ arguments: [String], discovers: Bool = false, through words: [String] = [],
        environment: [String: String] = [:]
    ) async throws {
        self.desktop = desktop
        tree = try await AccessibilityTree.whenReady(sessionBus: desktop.bus.address)
        let before = Set(tree.applications)
        let line =
            try words + [Program.built("causerie").path] + (discovers ? [] : ["--no-discovery"]) + arguments
        program = try RunningProgram(
            URL(fileURLWithPath: line[0]), Array(line.dropFirst()),
            environment: desktop.environment.merging(environment) { $1 })
        // Two instances have one name: this is the one that was not there before.
        for _ in 0..<300 where known == nil {
            known = tree.applications.first { !before.contains($0) && $0.name == "causerie" }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits until something is there whose name or text satisfies the condition.
    package func find(
        _ what: String, role: String? = nil, _ matches: @escaping (String) -> Bool
    ) async throws -> AccessibleNode {
        for _ in 0..<300 {
            if let found = known?.find(role: role, where: matches) { return found }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NotSeen(what: what, outline: known?.outline() ?? "no program", errors: program.complained)
    }

    package func find(_ text: String) async throws -> AccessibleNode {
        try await find(text) { $0 == text }
    }

    /// Everything of the program that can be seen now.
    package func shown() -> [AccessibleNode] { known?.shown() ?? [] }

    package func button(_ name: String) async throws -> AccessibleNode {
        try await find("the button \(name)", role: "button") { $0 == name }
    }

    /// Waits until something is so.
    package func wait(for what: String, _ condition: () throws -> Bool) async throws {
        for _ in 0..<300 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NotSeen(what: what, outline: known?.outline() ?? "no program", errors: program.complained)
    }

    /// What `causeriectl` prints about this very instance.
    package func control(_ arguments: String...) throws -> String {
        let outcome = try Program.run(Program.built("causeriectl"), arguments, environment: desktop.environment)
        return (outcome.output + outcome.errors).trimmingCharacters(in: .newlines)
    }

    /// Keeps a picture of the screen for people to look at.
    package func keepPicture(_ file: URL) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        _ = try Program.run(
            Program.built("GtkTestHost"), ["screen", desktop.screen.path, file.path],
            environment: desktop.environment)
    }

    /// Asks the program to end; gives its exit status.
    package func end() async throws -> Int32 {
        program.send(SIGTERM)
        return try await program.waitForEnd()
    }
}
