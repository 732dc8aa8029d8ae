import Transport

/// Somebody's service for calls, as it was found on a network of this computer's.
package struct ServiceSighting: Hashable, Sendable {
    /// The name that its owner gave it; not checked yet.
    package var name: String
    /// The first 64 bits of the key's SHA-256 digest, as 16 hexadecimal digits in lower case.
    package var keyIdentifier: String
    /// An IP address.
    package var address: String
    /// 1...65535.
    package var port: Int

    package init(name: String, keyIdentifier: String, address: String, port: Int) {
        self.name = name
        self.keyIdentifier = keyIdentifier
        self.address = address
        self.port = port
    }
}

/// What others on the network are told of this instance.
package struct OwnService: Hashable, Sendable {
    package var name: String
    package var keyIdentifier: String
    package var port: Int

    /// `key=value`, of the TXT record (RFC 6763 §6).
    package var text: [String] { CallService.text(keyIdentifier: keyIdentifier) }

    /// DNS-SD's name of what is announced.
    package static var type: String { CallService.type }

    /// The key's identifier in somebody's TXT record; nil where there is none.
    package static func keyIdentifier(in texts: [[UInt8]]) -> String? { CallService.keyIdentifier(in: texts) }

    package init(name: String, keyIdentifier: String, port: Int) {
        self.name = name
        self.keyIdentifier = keyIdentifier
        self.port = port
    }
}

/// Finds services on the networks that this computer is on, and announces ours: Avahi's daemon, or multicast DNS of our own.
@MainActor package protocol ServiceFinding: AnyObject, Sendable {
    /// Begins to look, and calls `onChange` with everybody who is there after each change; with nil when and while it cannot
    /// look, so that another takes its place.
    func start(interfaces: [String], _ onChange: @escaping ([ServiceSighting]?) -> Void)
    /// In place of what was announced; nil takes it back.
    func announce(_ service: OwnService?)
    /// Looks again, for somebody who looks at the list.
    func refresh()
    /// Takes back what was announced.
    func stop() async
}

/// How people are found on the network.
package struct DiscoveryOptions: Sendable {
    /// What is asked as long as it can look; nil for multicast DNS of our own alone.
    package var finder: (any ServiceFinding)?
    /// Where multicast DNS is spoken; nil for the usual port.
    package var port: UInt16?

    package init(finder: (any ServiceFinding)? = nil, port: UInt16? = nil) {
        self.finder = finder
        self.port = port
    }
}
