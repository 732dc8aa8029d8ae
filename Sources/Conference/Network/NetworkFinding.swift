/// A sentence for people, in English, with values at its `{named}` places; the interface translates it.
package struct Phrase: Hashable, Sendable {
    package var text: String
    package var values: [String: String]

    package init(_ text: String, _ values: [String: String] = [:]) {
        self.text = text
        self.values = values
    }

    /// In English, filled in.
    package var english: String {
        values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
}

/// One thing that a network check looks at, and what it found.
package struct NetworkFinding: Hashable, Sendable, Identifiable {
    /// What became of it.
    package enum State: String, Hashable, Sendable, CaseIterable { case running, ok, warning, failed }

    /// `interface eth0`, `listening`, `stun:stun.example.org:3478`
    package let id: String
    package let subject: Phrase
    package var state: State
    /// Empty while it is looked at.
    package var sentence: Phrase

    package init(_ id: String, _ subject: Phrase, _ state: State = .running, _ sentence: Phrase = Phrase("")) {
        self.id = id
        self.subject = subject
        self.state = state
        self.sentence = sentence
    }

    mutating func conclude(_ verdict: NetworkVerdict) {
        state = verdict.state
        sentence = verdict.sentence
    }
}

/// How a look ended.
struct NetworkVerdict: Hashable, Sendable {
    var state: NetworkFinding.State
    var sentence: Phrase

    static func ok(_ text: String, _ values: [String: String] = [:]) -> Self {
        Self(state: .ok, sentence: Phrase(text, values))
    }

    static func warning(_ text: String, _ values: [String: String] = [:]) -> Self {
        Self(state: .warning, sentence: Phrase(text, values))
    }

    static func failed(_ text: String, _ values: [String: String] = [:]) -> Self {
        Self(state: .failed, sentence: Phrase(text, values))
    }
}
