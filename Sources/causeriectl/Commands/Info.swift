import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `info [STREAM]`
    struct Info: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints who is at the other end of a stream and how the call goes there.",
            discussion: "Without STREAM: the instance's profile, where it listens, and what is wrong with that.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The stream's name.") var stream: String?

        @MainActor func run(_ client: InstanceClient) throws {
            guard let stream else { return try printInstance(client) }
            let information = try client.callStream(stream, "Info").json()
            print(output.json ? information.text(pretty: true) : Table.text(Self.rows(information)))
        }

        @MainActor private func printInstance(_ client: InstanceClient) throws {
            let properties = try client.rootProperties().sorted { $0.key < $1.key }
            if output.json {
                let members = properties.map { JSONValue.Member(PropertyKey.display($0.key), JSONValue($0.value)) }
                print(JSONValue.object(members).text(pretty: true))
            } else {
                print(Table.text(properties.map { [PropertyKey.display($0.key), $0.value.text] }))
            }
        }

        /// One row for what is known, a candidate on one line: `host udp 192.168.1.7:40000`.
        private static func rows(_ information: JSONValue) -> [[String]] {
            guard case .object(let members) = information else { return [] }
            return members.map { member in
                let parts = ["type", "transport", "address"].compactMap { member.value[$0]?.humanText }
                let text = member.value == .null ? "" : member.value.humanText
                return [member.name, parts.isEmpty ? text : parts.joined(separator: " ")]
            }
        }
    }
}
