/// Why calls cannot arrive although a stream waits for them.
package enum ListeningProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another program, or another instance of this one, has the port. It is tried again until it is free.
    case portInUse(Int)
    /// Ports below 1024 are for the system.
    case notPermitted(Int)
    /// In the system's words.
    case failed(String)

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .portInUse: translatable("Another program uses the port that calls arrive on.")
        case .notPermitted: translatable("This program may not use the port that calls should arrive on.")
        case .failed: translatable("The network refuses to receive calls.")
        }
    }
}
