/// Somebody who is on this network now.
package struct PersonOnNetwork: Identifiable, Hashable, Sendable {
    /// The key's identifier: who it is, as far as is known before a call has proved it.
    package let id: String
    /// The contact's name where it is one, else the name that is announced.
    package var name: String
    /// As a call takes it: `192.168.1.7:29172`.
    package var address: String
    /// The contact that it is, by the key or by the address.
    package var contactID: String?

    package init(id: String, name: String, address: String, contactID: String? = nil) {
        self.id = id
        self.name = name
        self.address = address
        self.contactID = contactID
    }
}
