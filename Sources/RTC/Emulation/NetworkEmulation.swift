/// What the datagrams of a call suffer on purpose, so that anybody can hear what the far side hears.
package struct NetworkEmulation: Hashable, Sendable {
    /// Which datagrams are meant.
    package enum Direction: String, CaseIterable, Sendable { case both, sent, received }

    package var conditions: LinkConditions
    package var direction: Direction
    /// Nothing passes, in either direction.
    package var isCut: Bool

    package init(conditions: LinkConditions = .perfect, direction: Direction = .both, isCut: Bool = false) {
        self.conditions = conditions
        self.direction = direction
        self.isCut = isCut
    }

    /// Nothing is done to the network.
    package static let off = NetworkEmulation()

    package var isActive: Bool { isCut || conditions != .perfect }

    /// Of what this side sends; nil when it passes untouched.
    package var sent: LinkConditions? { conditions(.sent) }

    /// Of what this side receives; nil when it passes untouched.
    package var received: LinkConditions? { conditions(.received) }

    private func conditions(_ one: Direction) -> LinkConditions? {
        if isCut { return .cut }
        return isActive && (direction == .both || direction == one) ? conditions : nil
    }
}
