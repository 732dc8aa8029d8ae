import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `people [--add PERSON]`
    struct People: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists who is on this network.",
            discussion: """
                Those whose Causerie takes calls there and announces it. Who is listed is proved by a call alone. With --add, \
                makes one of them a contact and prints its id.
                """)
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Option(help: ArgumentHelp("Make this one a contact: a name or an id of the list.", valueName: "person"))
        var add: String?

        @MainActor func run(_ client: InstanceClient) throws {
            if let add {
                return print(try client.callPeople("AddContactOnNetwork", [.string(add)]).first?.stringValue ?? "")
            }
            let people = try client.callPeople("ListPeopleOnNetwork").json()
            if output.json { return print(people.text(pretty: true)) }
            let rows = people.elements.map { person in
                ["name", "address", "contact", "id"].map { person.text(of: $0) }
            }
            print(Table.text([["NAME", "ADDRESS", "CONTACT", "ID"]] + rows))
        }
    }
}
