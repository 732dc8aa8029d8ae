/// What a pane says and shows: every word that a person reads on it, decided without GTK.
package nonisolated struct PanePresentation: Hashable, Sendable {
    /// What fills the pane.
    package enum Page: String, Hashable, Sendable, CaseIterable {
        /// Nothing yet: the ways to begin.
        case empty
        /// A call that is over, and why.
        case ended
        /// Who it is, in place of a picture.
        case person
        case picture
    }

    /// A line over the picture that says what is not as it should be.
    package struct Notice: Hashable, Sendable {
        package var text: String
        /// Whether a person should do something about it.
        package var isWarning: Bool

        package init(_ text: String, isWarning: Bool = false) {
            self.text = text
            self.isWarning = isWarning
        }
    }

    package var page: Page = .empty
    /// Who is at the other end.
    package var name = ""
    /// The state in a word or a sentence.
    package var state = ""
    /// The user has verified who it is.
    package var isVerified = false
    /// A spinner beside the state: something is under way.
    package var isWorking = false
    package var notices: [Notice] = []
    /// How good the call is; nil while that is not known.
    package var quality: QualityMark?
    /// The own picture in its corner.
    package var showsInset = false
    /// On the ended page: whether there is an address to call again.
    package var canCallAgain = false
    /// On the ended page: whether the far side's new identity key can be trusted.
    package var canTrust = false
    /// On the empty page: where others reach this computer, or why they cannot.
    package var reachability = ""

    package init() {}
}
