import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `presence [STATUS]`
    struct Presence: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets what your contacts see of you.",
            discussion: """
                available, away, do-not-disturb (every call is turned away) or invisible (nobody is told anything, nor asked how \
                they are). Without a word it prints which.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "available, away, do-not-disturb or invisible.") var status: String?

        @MainActor func run(_ client: InstanceClient) throws {
            if let status { return try client.setPeopleProperty("Status", to: .string(status)) }
            let now = try client.peopleProperties()["Status"]?.text ?? ""
            print(output.json ? JSONValue.object([JSONValue.Member("status", .string(now))]).text(pretty: true) : now)
        }
    }
}
