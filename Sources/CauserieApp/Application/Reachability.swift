import Conference
import GLibKit

/// Where others reach this computer, in words.
enum Reachability {
    /// For the empty page; empty when there is nothing to say yet.
    static func sentence(_ conference: Conference) -> String {
        if conference.listeningProblem != nil { return portNote(conference) }
        guard let port = conference.listeningPort else { return tr("Receiving calls is switched off.") }
        guard let address = LocalAddresses.preferred() else {
            return tr("This computer is not on a network: nobody can call it.")
        }
        let full = (address.contains(":") ? "[\(address)]" : address) + ":\(port)"
        return tr("Others reach this computer at {address}.", ["address": CallSituation.shortened(full)])
    }

    /// For the preferences.
    static func portNote(_ conference: Conference) -> String {
        if let problem = conference.listeningProblem {
            return tr("Calls cannot arrive: {reason}", ["reason": translated("\(problem)")])
        }
        guard let port = conference.listeningPort else { return tr("Receiving calls is switched off.") }
        return tr("Calls arrive on port {port}.", ["port": String(port)])
    }

    /// Of calls through a server, for the preferences.
    static func accountNote(_ rendezvous: RendezvousRegistration) -> String {
        switch rendezvous.state {
        case .off:
            return tr("Without a server, others call this computer by its address. With one, they call you by a name.")
        case .connecting: return tr("Connecting…")
        case .failed(let problem): return tr("Not connected: {reason}", ["reason": translated("\(problem)")])
        case .connected:
            let name = rendezvous.name
            guard name == rendezvous.account?.name else {
                return tr("The name is taken: others call you {name}.", ["name": name])
            }
            return tr("Connected: others call you {name}.", ["name": name])
        }
    }
}
