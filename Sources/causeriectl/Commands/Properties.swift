import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `list`
    struct List: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the streams of all windows.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Print only the names, one a line.") var names = false

        @MainActor func run(_ client: InstanceClient) throws {
            if names {
                for name in try client.streams() { print(name) }
                return
            }
            var rows = [["STREAM", "STATE", "ADDRESS", "REMOTE"]]
            var objects: [JSONValue] = []
            for name in try client.streams() {
                let properties = try client.properties(ofStream: name)
                let text = { (key: String) in properties[key]?.text ?? "" }
                let remote = text("RemoteIdentifier").isEmpty ? text("RemoteAddress") : text("RemoteIdentifier")
                rows.append([name, text("State"), text("Address"), remote])
                objects.append(Self.json(properties))
            }
            print(output.json ? JSONValue.array(objects).text(pretty: true) : Table.text(rows))
        }

        @MainActor private static func json(_ properties: [String: Variant]) -> JSONValue {
            .object(
                ["Name", "State", "EndReason", "Address", "RemoteIdentifier", "RemoteAddress"].compactMap { name in
                    properties[name].map { JSONValue.Member(PropertyKey.display(name), JSONValue($0)) }
                })
        }
    }

    /// `describe STREAM`
    struct Describe: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Prints every property of a stream.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            let properties = try client.properties(ofStream: stream)
            if output.json {
                let members = properties.map { (PropertyKey.display($0), JSONValue($1)) }
                print(JSONValue.object(Dictionary(members) { first, _ in first }).text(pretty: true))
            } else {
                let rows = properties.sorted { $0.key < $1.key }.map { [PropertyKey.display($0.key), $0.value.text] }
                print(Table.text(rows))
            }
        }
    }

    /// `get STREAM KEY`
    struct Get: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Prints one property of a stream.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The property: see describe.") var key: String

        @MainActor func run(_ client: InstanceClient) throws {
            let properties = try client.properties(ofStream: stream)
            guard let name = PropertyKey.find(key, in: properties.keys), let value = properties[name] else {
                throw ClientError.noSuchProperty(key)
            }
            let member = JSONValue.Member(PropertyKey.display(name), JSONValue(value))
            print(output.json ? JSONValue.object([member]).text(pretty: true) : value.text)
        }
    }

    /// `set STREAM KEY VALUE`
    struct Set: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes one property of a stream, in mid-call too.",
            discussion:
                "Lists are words with commas between: audio,video, or none. A value that begins with - goes after --.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The property: see describe.") var key: String
        @Argument(help: "Its new value.") var value: String

        @MainActor func run(_ client: InstanceClient) throws {
            let properties = try client.properties(ofStream: stream)
            guard let name = PropertyKey.find(key, in: properties.keys), let current = properties[name] else {
                throw ClientError.noSuchProperty(key)
            }
            let parsed: Variant
            do {
                parsed = try Variant(parsing: value, type: current.typeString)
            } catch { throw ClientError.failed("\(PropertyKey.display(name)): \(error).") }
            try client.setProperty(name, to: parsed, ofStream: stream)
        }
    }
}

extension ClientError {
    static func noSuchProperty(_ key: String) -> ClientError {
        .failed("A stream has no property \u{201C}\(key)\u{201D}; describe lists them.")
    }
}
