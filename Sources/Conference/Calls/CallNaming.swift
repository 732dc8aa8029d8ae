/// How far the two sides of a call have come in giving it an identifier, by which it can be taken up again on another
/// connection.
///
/// The caller chooses it, and nobody else can guess it. A far side that repeats it knows how to go on; older versions and
/// browsers do not.
struct CallNaming: Sendable {
    private enum State: Hashable {
        /// Calls of older versions and of browsers.
        case unnamed
        /// Ours, not confirmed yet.
        case offered(String)
        case agreed(String)
    }

    /// What a message that came in turns out to be.
    enum Verdict: Hashable {
        /// Of this call.
        case ours
        /// Of this call, and the first that repeats or brings its identifier.
        case agreed
        /// The first of a far side that knows nothing of identifiers.
        case nameless
        /// Of another call that is under way: it goes on here.
        case resumes
        /// Of another call: nothing for this one.
        case foreign
    }

    private var state: State
    private var isFirst = true

    /// - Parameter own: the identifier that we give to a call of ours; nil for calls that come in.
    init(own: String?) { state = own.map { .offered($0) } ?? .unnamed }

    /// Once both sides know it.
    var agreed: String? {
        if case .agreed(let identifier) = state { identifier } else { nil }
    }

    /// What goes with our messages; nil while the far side knows nothing of it.
    var written: String? {
        switch state {
        case .unnamed: nil
        case .offered(let identifier), .agreed(let identifier): identifier
        }
    }

    /// Learns from the first message whether the far side knows of identifiers.
    mutating func recognise(_ envelope: SignalingEnvelope) -> Verdict {
        defer { isFirst = false }
        switch state {
        case .agreed(let identifier): return envelope.call == nil || envelope.call == identifier ? .ours : .foreign
        case .offered(let identifier):
            guard let name = envelope.call else {
                state = .unnamed
                return .nameless
            }
            guard name == identifier else { return .foreign }
            state = .agreed(name)
            return .agreed
        case .unnamed:
            guard isFirst, let name = envelope.call else { return envelope.call == nil ? .ours : .foreign }
            if envelope.message == .delivery(.resume) { return .resumes }
            state = .agreed(name)
            return .agreed
        }
    }
}
