import Foundation
import Programs

/// What is documented, and what the programs say of themselves, to compare the two.
enum Documents {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// A command of `causeriectl`, by its words.
    struct Command {
        var path: [String]
        var options: [String]
        var arguments: [String]
        var subcommands: [String]
    }

    /// Every command, the program itself first.
    static func commands() throws -> [Command] {
        let outcome = try Program.run(Program.built("causeriectl"), ["--experimental-dump-help"])
        let dump = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        return commands(below: [], dump?["command"] as? [String: Any] ?? [:])
    }

    private static func commands(below path: [String], _ node: [String: Any]) -> [Command] {
        // `help` is the parser's own, and has no options to speak of.
        let children = (node["subcommands"] as? [[String: Any]] ?? []).filter { $0["commandName"] as? String != "help" }
        let arguments = node["arguments"] as? [[String: Any]] ?? []
        let names = arguments.map { argument in
            (argument["names"] as? [[String: String]] ?? []).filter { $0["kind"] == "long" }
                .compactMap { $0["name"] }.map { "--" + $0 }
        }
        let command = Command(
            path: path, options: names.flatMap(\.self),
            arguments: arguments.filter { $0["kind"] as? String == "positional" }.compactMap {
                $0["valueName"] as? String
            }, subcommands: children.compactMap { $0["commandName"] as? String })
        return [command]
            + children.flatMap { commands(below: path + [$0["commandName"] as? String ?? ""], $0) }
    }

    /// The options in a help text.
    static func options(in help: String) -> Set<String> {
        Set(
            help.split { !$0.isLetter && $0 != "-" }.map(String.init).filter { word in
                word.hasPrefix("--") && word.count > 2 || word.hasPrefix("-") && word.count == 2 && word != "--"
            })
    }

    struct Property {
        var name: String
        var access: String
    }

    /// The properties of an interface, as documented.
    static func properties(of interface: String) throws -> [Property] {
        try text("Sources/Bus/Service/Interfaces/org.causerie.\(interface).xml").split(separator: "\n")
            .filter { $0.contains("<property ") }.map { line in
                let words = line.split(separator: "\"").map(String.init)
                return Property(name: words[1], access: words[5])
            }
    }
}
