import Programs
import Transport
import Wire

extension RelayServer {
    /// On an address of this machine that is not loopback; nil on a machine without a network, which has nothing to relay
    /// to.
    convenience init?(_ users: Users, options: [String] = []) throws {
        let own = try NetworkInterfaces.addresses(withLoopback: false).first { !$0.isLoopback && $0.isIPv4 }
        guard let address = own?.description else { return nil }
        try self.init(users, at: address, options: options)
    }
}
