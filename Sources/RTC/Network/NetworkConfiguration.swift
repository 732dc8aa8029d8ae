import Wire

/// How a call may use the network: servers, and what of this host is told and used. Names are not looked up yet.
package struct NetworkConfiguration: Hashable, Sendable {
    /// A TURN server and its user.
    package struct Relay: Hashable, Sendable {
        /// Its kind is `turn`.
        package var uri: ICEServerURI
        package var credentials: TURNCredentials

        /// - Throws: for a URI that is malformed, or of a STUN server (`ICEServerURIError.scheme`).
        package init(uri text: String, user: String, password: String) throws(ICEServerURIError) {
            uri = try ICEServerURI(parsing: text)
            if uri.kind == .stun { throw .scheme }
            credentials = TURNCredentials(username: user, password: password)
        }
    }

    /// Their kind is `stun`; each is asked over UDP.
    package private(set) var stunServers: [ICEServerURI] = []
    package var relays: [Relay] = []
    /// W3C iceTransportPolicy `relay`.
    package var relayOnly = false
    /// Names of the interfaces that sockets may be opened on; nil for all that `NetworkInterfaces` finds fit.
    package var allowedInterfaces: Set<String>?
    /// Local UDP ports for media; nil for whatever the system gives.
    package var portRange: ClosedRange<UInt16>?

    package init() {}

    /// - Throws: for a URI that is malformed, or of a TURN server (`ICEServerURIError.scheme`).
    package mutating func addSTUNServer(_ text: String) throws(ICEServerURIError) {
        let uri = try ICEServerURI(parsing: text)
        guard uri.kind == .stun else { throw .scheme }
        stunServers.append(uri)
    }
}
