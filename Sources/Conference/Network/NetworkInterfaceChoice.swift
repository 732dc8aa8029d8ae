import Transport

/// A network interface of this computer that calls could use.
package struct NetworkInterfaceChoice: Hashable, Sendable {
    package var name: String
    package var addresses: [String]

    package init(name: String, addresses: [String]) {
        self.name = name
        self.addresses = addresses
    }

    /// Those that are there now.
    package static func present() -> [NetworkInterfaceChoice] {
        let interfaces = (try? NetworkInterfaces.list()) ?? []
        return interfaces.map { NetworkInterfaceChoice(name: $0.name, addresses: $0.addresses.map { "\($0)" }) }
    }
}
