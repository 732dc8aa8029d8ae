import ArgumentParser
import BusClient
import GLibKit

extension Causeriectl {
    /// `contacts list|others|show|add|add-caller|edit|remove|verify|import|export`
    struct Contacts: CommandGroup {
        static let configuration = CommandConfiguration(
            abstract: "Shows and changes the address book.",
            discussion: "CONTACT is a contact's name, whatever the case of its letters.",
            subcommands: [
                List.self, Others.self, Show.self, Add.self, AddCaller.self, Edit.self, Remove.self, Verify.self,
                Import.self, Export.self,
            ])
    }
}

extension JSONValue {
    /// A member as people read it; empty where there is none.
    func text(of name: String) -> String {
        guard let value = self[name], value != .null else { return "" }
        return value.humanText
    }
}

extension Causeriectl.Contacts {
    /// `contacts list [SEARCH]`
    struct List: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the contacts, and whether each can be reached.",
            discussion: "With words to search for: those that have each of them in name, address or note.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Print only the names, one a line.") var names = false
        @Argument(help: "Words to search for.") var search: [String] = []

        @MainActor func run(_ client: InstanceClient) throws {
            let text = search.joined(separator: " ")
            let contacts = try client.callPeople("ListContacts", [.string(text)]).json()
            if output.json { return print(contacts.text(pretty: true)) }
            if names { return contacts.elements.forEach { print($0.text(of: "name")) } }
            let rows = contacts.elements.map { contact in
                [
                    contact.text(of: "name"), contact.text(of: "address"), contact.text(of: "presence"),
                    contact["verified"] == .bool(true) ? "verified" : "",
                ]
            }
            print(Table.text([["NAME", "ADDRESS", "PRESENCE", "KEY"]] + rows))
        }
    }

    /// `contacts others`
    struct Others: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists who else is at the server: those who are no contacts.",
            discussion: "Each can be called, written to and made a contact by the address that is printed.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions

        @MainActor func run(_ client: InstanceClient) throws {
            let users = try client.callPeople("ListServerUsers", []).json()
            if output.json { return print(users.text(pretty: true)) }
            let rows = users.elements.map { [$0.text(of: "name"), $0.text(of: "address")] }
            print(Table.text([["NAME", "ADDRESS"]] + rows))
        }
    }

    /// `contacts show CONTACT`
    struct Show: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints everything known of a contact, and what became of its keys.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The contact's name.") var contact: String

        @MainActor func run(_ client: InstanceClient) throws {
            let answer = try client.callPeople("DescribeContact", [.string(contact)]).json()
            guard !output.json, case .object(let members) = answer else {
                return print(answer.text(pretty: true))
            }
            print(Table.text(members.filter { $0.name != "trust" }.map { [$0.name, answer.text(of: $0.name)] }))
            let events = answer["trust"]?.elements ?? []
            guard !events.isEmpty else { return }
            print("")
            print(Table.text(events.map { event in ["date", "what", "fingerprint"].map { event.text(of: $0) } }))
        }
    }

    /// `contacts add NAME ADDRESS`
    struct Add: InstanceCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a contact and prints its id.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The contact's name, of no other one.") var name: String
        @Argument(help: "host, host:port, [v6]:port or name@server.") var address: String
        @Option(help: "Any text.") var note = ""
        @Option(help: "A PNG or JPEG file.") var photo: String?

        @MainActor func run(_ client: InstanceClient) throws {
            let path = photo.map(FilePath.absolute) ?? ""
            let words = [name, address, note, path].map { Variant.string($0) }
            print(try client.callPeople("AddContact", words).first?.stringValue ?? "")
        }
    }

    /// `contacts add-caller STREAM`
    struct AddCaller: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes whoever is at the other end of a stream a contact and prints its id.",
            discussion: "Or whoever was in the stream's last call.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The stream's name.") var stream: String

        @MainActor func run(_ client: InstanceClient) throws {
            print(try client.callPeople("AddContactOfStream", [.string(stream)]).first?.stringValue ?? "")
        }
    }

    /// `contacts edit CONTACT [--name N] [--address A] [--note T] [--photo FILE | --no-photo]`
    struct Edit: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes a contact.", discussion: "What is not named stays. The key that is known stays, too.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The contact's name.") var contact: String
        @Option(help: "Another name.") var name: String?
        @Option(help: "Another address.") var address: String?
        @Option(help: "Another note.") var note: String?
        @Option(help: "A PNG or JPEG file.") var photo: String?
        @Flag(help: "Take the picture away.") var noPhoto = false

        func validate() throws {
            if noPhoto, photo != nil { throw ValidationError("Either --photo or --no-photo.") }
            if name == nil, address == nil, note == nil, photo == nil, !noPhoto {
                throw ValidationError("Nothing is to be changed.")
            }
        }

        @MainActor func run(_ client: InstanceClient) throws {
            var changes: [String: Variant] = [:]
            for (key, value) in [("Name", name), ("Address", address), ("Note", note)] {
                if let value { changes[key] = .string(value) }
            }
            if noPhoto { changes["Photo"] = .string("") }
            if let photo { changes["Photo"] = .string(FilePath.absolute(photo)) }
            try client.callPeople("EditContact", [.string(contact), .dictionary(changes)])
        }
    }

    /// `contacts remove CONTACT`
    struct Remove: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a contact.", discussion: "The calls with it stay in the history.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The contact's name.") var contact: String

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callPeople("RemoveContact", [.string(contact)])
        }
    }

    /// `contacts verify CONTACT [--revoke]`
    struct Verify: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Notes that you have compared a call's digits with this person.",
            discussion: "The digits are what info prints as verification during the call: the same on both sides.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The contact's name.") var contact: String
        @Flag(help: "Take it back.") var revoke = false

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callPeople("VerifyContact", [.string(contact), .bool(!revoke)])
        }
    }

    /// `contacts import FILE`
    struct Import: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds the people of a vCard file, of version 3.0 or 4.0.",
            discussion: "Who is known already, and who has no address of Causerie's, is left out.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The file.") var file: String

        @MainActor func run(_ client: InstanceClient) throws {
            let result = try client.callPeople("ImportContacts", [.string(FilePath.absolute(file))]).json()
            guard !output.json else { return print(result.text(pretty: true)) }
            let text = { (name: String) in result.text(of: name) }
            print(
                "\(text("added")) added, \(text("known")) known already, \(text("withoutAddress")) without an address, "
                    + "\(text("withoutPhoto")) without their picture")
        }
    }

    /// `contacts export FILE [--version 3.0|4.0]`
    struct Export: InstanceCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes every contact to a vCard file, in place of one that is there.")
        @ParentCommand var root: Causeriectl
        @OptionGroup var instance: InstanceOptions
        @Argument(help: "The file.") var file: String
        @Option(help: "The version of vCard: 3.0 or 4.0.") var version = "4.0"

        @MainActor func run(_ client: InstanceClient) throws {
            try client.callPeople("ExportContacts", [.string(FilePath.absolute(file)), .string(version)])
        }
    }
}
