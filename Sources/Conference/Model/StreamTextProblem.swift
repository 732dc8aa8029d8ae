/// Why a stream cannot have a name, or another text.
package enum StreamTextProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case nameEmpty
    case nameTaken
    /// Longer than 128 characters, or made of what cannot be shown.
    case nameUnusable
    case addressInvalid
    /// The stream is in a call, and its address is the call's.
    case addressInUse

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .nameEmpty: translatable("A stream needs a name.")
        case .nameTaken: translatable("Another stream has this name.")
        case .nameUnusable: translatable("A name has up to 128 characters that can be shown.")
        case .addressInvalid: translatable("This is not an address that can be called.")
        case .addressInUse: translatable("Hang up before you change the address.")
        }
    }
}

extension Stream {
    /// Gives the stream another name. A running call does not notice.
    package func rename(to text: String) throws(StreamTextProblem) {
        let name = SignalingText.name(text)
        guard !text.isEmpty else { throw .nameEmpty }
        guard !name.isEmpty, name == text else { throw .nameUnusable }
        guard name != self.name else { return }
        guard conference?.stream(named: name) == nil else { throw .nameTaken }
        self.name = name
    }

    /// Sets the name that is shown to the person called.
    package func identify(as text: String) throws(StreamTextProblem) {
        let name = SignalingText.name(text)
        guard name == text else { throw .nameUnusable }
        identifier = name
    }

    /// Notes an address without calling it; the empty text for none. `connect(to:)` calls.
    package func note(address text: String) throws(StreamTextProblem) {
        guard text.isEmpty || conference?.canCall(text) ?? (CallAddress(text) != nil) else { throw .addressInvalid }
        guard text != lastAddress else { return }
        guard !state.isBusy else { throw .addressInUse }
        lastAddress = text
    }
}
