import Foundation
import Programs
import Testing

@Suite("Manual pages") struct ManualTests {
    /// A page as a person reads it, without line breaks that depend on the width.
    private func page(_ name: String) throws -> String {
        let file = Documents.root.appendingPathComponent("data/man/\(name).1").path
        let outcome = try Program.run(
            Program.system("groff"), ["-man", "-Tutf8", "-P-cbou", "-rLL=10000n", "-rHY=0", file])
        #expect(outcome.status == 0)
        return outcome.output.replacing("\u{2010}", with: "-").replacing("\u{2212}", with: "-")
    }

    @Test("The formatter has nothing to complain of", arguments: ["causerie", "causeriectl", "causerie-trace"])
    func warnings(name: String) throws {
        let file = Documents.root.appendingPathComponent("data/man/\(name).1").path
        let outcome = try Program.run(Program.system("groff"), ["-man", "-ww", "-Tutf8", "-z", file])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let text = try Documents.text("data/man/\(name).1")
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"] {
            #expect(text.contains("\n.SH \(section)\n") || text.contains("\n.SH \"\(section)\"\n"), "\(section)")
        }
        // A minus that is to be typed, not a hyphen that only looks like one.
        for line in text.split(separator: "\n") { #expect(!line.contains(" --") && !line.contains("B--"), "\(line)") }
    }

    @Test("Every command of causeriectl is there with its options and arguments")
    func commands() throws {
        let lines = try page("causeriectl").split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        for command in try Documents.commands() where command.subcommands.isEmpty && !command.path.isEmpty {
            let name = command.path.joined(separator: " ")
            // A short one has its text beside it; a sentence that begins with a command's name is no entry.
            let isShort = command.arguments.isEmpty && command.path.count == 1
            let found = lines.first { $0 == name || $0.hasPrefix(name + " ") && (isShort || !$0.hasSuffix(".")) }
            guard let line = found else {
                Issue.record("\(name) is missing")
                continue
            }
            for option in command.options where option != "--profile" && option != "--help" {
                #expect(line.contains(option), "\(name) \(option)")
            }
            for argument in command.arguments where !argument.contains("|") && argument != "state" {
                let isShown = line.contains(argument) || argument == "layout" && line.contains("grid|speaker|insets")
                #expect(isShown, "\(name) \(argument)")
            }
        }
    }

    @Test("Every option of causerie is there, and no other")
    func options() throws {
        let help = try Program.run(Program.built("causerie"), ["--help"]).output
        let options = Documents.options(in: help)
        #expect(options.contains("--headless"))
        #expect(try Documents.options(in: page("causerie")) == options)
    }

    @Test("Every property on the bus is there, and whether it can be set")
    func properties() throws {
        let text = try page("causeriectl")
        let start = try #require(text.range(of: "\nPROPERTIES\n"))
        let words = text[start.upperBound...].split { !$0.isLetter && $0 != "*" }.map(String.init)
        for property in try Documents.properties(of: "Stream") {
            let name = property.name.prefix(1).lowercased() + property.name.dropFirst()
            let place = try #require(words.firstIndex(of: name), "\(name)")
            #expect((words[place + 1] == "*") == (property.access == "readwrite"), "\(name)")
        }
        for property in try Documents.properties(of: "Causerie") {
            #expect(
                words.contains(property.name.prefix(1).lowercased() + property.name.dropFirst()), "\(property.name)")
        }
    }

    @Test("Pages and completion are installed where the system looks")
    func installed() throws {
        let folder = try TemporaryFolder()
        let script = Documents.root.appendingPathComponent("data/install.sh").path
        let outcome = try Program.run(Program.system("sh"), [script, "/usr", folder.url.path, "/nowhere"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        for name in ["causerie", "causeriectl"] {
            for file in ["man/man1/\(name).1", "bash-completion/completions/\(name)"] {
                let path = folder.url.path + "/usr/share/" + file
                #expect(FileManager.default.fileExists(atPath: path), "\(file)")
            }
        }
    }
}
