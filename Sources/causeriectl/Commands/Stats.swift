import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `stats STREAM`
    struct Stats: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a call's statistics, by the names of W3C webrtc-stats.",
            discussion: "--json: {\"state\", \"setupTime\" (ms), \"endReason\", \"report\": [...]}.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            let answer = try client.callStream(stream, "Statistics")
            let statistics = try answer.json()
            // As it came: the service's own order of members.
            print(output.json ? answer.first?.stringValue ?? "" : Self.human(statistics))
        }

        /// The call's state, then each record with its members below it.
        @MainActor private static func human(_ statistics: JSONValue) -> String {
            var rows = [["state", statistics["state"]?.humanText ?? ""]]
            if let time = statistics["setupTime"], time != .null { rows.append(["setupTime", time.humanText + " ms"]) }
            if let reason = statistics["endReason"], reason != .null { rows.append(["endReason", reason.humanText]) }
            var sections = [Table.text(rows)]
            if case .array(let records) = statistics["report"] ?? .null {
                sections += records.map(section)
            }
            return sections.joined(separator: "\n\n")
        }

        @MainActor private static func section(_ record: JSONValue) -> String {
            guard case .object(let members) = record else { return record.humanText }
            let title = [record["type"], record["kind"], record["id"]].compactMap { $0?.humanText }.joined(
                separator: " ")
            let rows = members.filter { !["type", "kind", "id"].contains($0.name) }
                .map { ["  " + $0.name, $0.value.humanText] }
            return rows.isEmpty ? title : title + "\n" + Table.text(rows)
        }
    }

    /// `devices`
    struct Devices: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the cameras, microphones and speakers that a stream may use.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions

        @MainActor func run(_ client: InstanceClient) throws {
            let devices = try client.callRoot("ListDevices").json()
            let list = devices.elements
            guard !output.json else { return print(devices.text(pretty: true)) }
            let rows = list.map { device in
                ["kind", "id", "name"].map { device[$0]?.humanText ?? "" }
                    + [device["default"] == .bool(true) ? "default" : ""]
            }
            print(Table.text([["KIND", "ID", "NAME", ""]] + rows))
        }
    }
}
