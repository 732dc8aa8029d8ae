import ArgumentParser
import BusClient
import GLibKit

/// `on` or `off`.
enum SwitchWord: String, ExpressibleByArgument, CaseIterable {
    case on, off
}

extension Causeriectl {
    /// `do-not-disturb [on|off]`
    struct DoNotDisturb: InstanceCommand {
        static let configuration = CommandConfiguration(
            commandName: "do-not-disturb", abstract: "Turns every call away as if all streams were busy, or not.",
            discussion: "Without a word it prints which.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "on or off.") var state: SwitchWord?

        @MainActor func run(_ client: InstanceClient) throws {
            if let state {
                try client.setRootProperty("DoNotDisturb", to: .bool(state == .on))
            } else {
                let isOn = try client.rootProperties()["DoNotDisturb"]?.boolValue == true
                let member = JSONValue.Member("doNotDisturb", .bool(isOn))
                print(output.json ? JSONValue.object([member]).text(pretty: true) : isOn ? "on" : "off")
            }
        }
    }
}
