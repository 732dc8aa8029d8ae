import Conference
import GLibKit
import GtkKit

/// Contacts made and verified from a window, and offered while an address is typed.
extension WindowController {
    func addContact(of stream: Stream) {
        do throws(ContactProblem) {
            let contact = try application.conference.addContact(of: stream)
            view.showToast(tr("{name} is one of your contacts now.", ["name": contact.name]))
            update()
        } catch { view.showToast(translated(error.description)) }
    }

    func verify(_ stream: Stream) {
        guard let digits = stream.verification else { return }
        VerifyDialog.present(
            name: CallSituation.name(of: stream), digits: digits.description, over: view.window
        ) { [weak self, weak stream] in
            // Whoever has hung up meanwhile is not who the digits were compared with any more.
            guard let self, let stream, stream.verification == digits else { return }
            do throws(ContactProblem) {
                try application.conference.verify(stream)
                view.showToast(tr("{name} is verified.", ["name": CallSituation.name(of: stream)]))
            } catch { view.showToast(translated(error.description)) }
        }
    }

    /// Contacts and addresses called last that begin, or go on, as it is typed.
    func suggestions(for text: String) -> [AddressSuggestion] {
        let conference = application.conference
        let people = conference.contacts.search(text).prefix(AddressSuggestion.limit).map { contact in
            AddressSuggestion(
                title: contact.name, detail: PersonItem(contact, conference.contacts.presences[contact.id]).detail,
                text: contact.callText(conference))
        }
        let known = Set(people.map(\.text))
        let recent = application.preferences.recentAddresses.filter { address in
            !known.contains(address) && address.lowercased().contains(text.lowercased())
                && conference.contact(calledBy: address) == nil
        }
        let addresses = recent.map { AddressSuggestion(title: $0, detail: tr("Called before"), text: $0) }
        return Array((people + addresses).prefix(AddressSuggestion.limit))
    }
}
