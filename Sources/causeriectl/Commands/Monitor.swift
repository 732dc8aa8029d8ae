import ArgumentParser
import BusClient
import GLibKit
import Glibc

extension Causeriectl {
    /// `monitor`
    struct Monitor: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what happens, as it happens, until interrupted.",
            discussion: """
                State changes, incoming calls, messages, files, streams and windows that come, go and change. With --json, one object a line.
                Ends with status 3 when the instance ends.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Print every changed property too.") var properties = false

        @MainActor func run(_ client: InstanceClient) throws {
            // GIO ignores it; but `monitor | head -1` shall end as any filter does.
            signal(SIGPIPE, SIG_DFL)
            var failure: ClientError?
            let events = client.onStreamEvent { stream, event in
                if let line = line(stream, event) { printNow(line) }
            }
            let changes = client.onRootEvent { event in
                if let line = rootLine(event) { printNow(line) }
            }
            let files = client.onFilesEvent { event in
                if let line = fileLine(event) { printNow(line) }
            }
            let end = client.onEnd {
                failure = .notRunning("The instance has ended.")
                MainLoop.quit()
            }
            let signals = [SIGINT, SIGTERM].map { EventSource.onUnixSignal($0) { MainLoop.quit() } }
            for stream in try client.streams() {
                let state = try client.properties(ofStream: stream)["State"]?.text ?? ""
                printNow(text(stream, "State", [("state", .string(state))], human: state))
            }
            withExtendedLifetime((events, changes, files, end, signals)) { MainLoop.run() }
            if let failure { throw failure }
        }

        @MainActor private func line(_ stream: String, _ event: BusEvent) -> String? {
            let words = event.arguments.map(\.text)
            switch (event.interface, event.signal) {
            case (BusAddress.streamInterface, "StateChanged") where words.count == 3:
                let members = [("state", words[0]), ("endReason", words[1]), ("message", words[2])]
                let human = words[0] + (words[2].isEmpty ? "" : ": " + words[2])
                return text(
                    stream, event.signal, members.filter { !$0.1.isEmpty }.map { ($0, .string($1)) }, human: human)
            case (BusAddress.streamInterface, "IncomingStream") where words.count == 2:
                return text(
                    stream, event.signal, [("identifier", .string(words[0])), ("address", .string(words[1]))],
                    human: "call from \(words[0]) (\(words[1]))")
            case (_, "PropertiesChanged") where properties && event.arguments.count == 3:
                let changed = event.arguments[1].dictionaryValue ?? [:]
                let members = changed.sorted { $0.key < $1.key }.map { (PropertyKey.display($0.key), $0.value) }
                return text(
                    stream, event.signal, members.map { ($0, JSONValue($1)) },
                    human: members.map { "\($0)=\($1.text)" }.joined(separator: " "))
            default: return nil
            }
        }

        @MainActor private func fileLine(_ event: BusEvent) -> String? {
            switch event.signal {
            case "FileOffered":
                guard let file = JSONValue(parsing: event.arguments.first?.text ?? "") else { return nil }
                return line(
                    event, [("file", file)],
                    human: "file from \(FileLine.shown(file, "with")): \(FileLine.shown(file, "name"))")
            case "FileProgress" where event.arguments.count == 6:
                let names = ["id", "state", "bytesDone", "size", "bytesPerSecond", "message"]
                let words = event.arguments.map(\.text)
                return line(
                    event, zip(names, event.arguments).map { ($0, JSONValue($1)) },
                    human: "file \(words[0].prefix(8)): \(words[1]) \(words[2])/\(words[3])")
            default: return nil
            }
        }

        /// What the instance itself tells.
        @MainActor private func rootLine(_ event: BusEvent) -> String? {
            guard event.signal != "PropertiesChanged" else {
                guard properties, event.arguments.count == 3 else { return nil }
                let changed = (event.arguments[1].dictionaryValue ?? [:]).sorted { $0.key < $1.key }
                return line(
                    event, changed.map { (PropertyKey.display($0.key), JSONValue($0.value)) },
                    human: changed.map { "\(PropertyKey.display($0.key))=\($0.value.text)" }.joined(separator: " "))
            }
            if event.signal == "MessageReceived", event.arguments.count == 5 {
                let words = event.arguments.map(\.text)
                let names = ["fingerprint", "name", "text", "id", "standing"]
                return line(
                    event, zip(names, words).map { ($0, .string($1)) },
                    human: "message from \(words[1]): \(ChatLine.shown(words[2]))")
            }
            guard let (kind, action) = Self.rootSignals[event.signal] else { return nil }
            let name = kind == "stream" ? event.arguments.streamName() : event.arguments.first?.text ?? ""
            return line(event, [(kind, .string(name))], human: "\(kind) \(name): \(action)")
        }

        private static let rootSignals = [
            "StreamAdded": ("stream", "added"), "StreamRemoved": ("stream", "removed"),
            "WindowAdded": ("window", "added"), "WindowRemoved": ("window", "removed"),
            "WindowChanged": ("window", "changed"),
        ]

        @MainActor private func line(_ event: BusEvent, _ members: [(String, JSONValue)], human: String) -> String {
            guard output.json else { return human }
            let head = [JSONValue.Member("event", .string(event.signal))]
            return JSONValue.object(head + members.map { JSONValue.Member($0, $1) }).text()
        }

        @MainActor private func text(
            _ stream: String, _ event: String, _ members: [(String, JSONValue)], human: String
        ) -> String {
            guard output.json else { return "\(stream): \(human)" }
            let head = [JSONValue.Member("stream", .string(stream)), JSONValue.Member("event", .string(event))]
            return JSONValue.object(head + members.map { JSONValue.Member($0, $1) }).text()
        }

        /// Each line at once, to a pipe too.
        @MainActor private func printNow(_ line: String) {
            print(line)
            fflush(nil)
        }
    }
}
