/// One W3C webrtc-stats dictionary: `type`, `id` and members by the identifiers of that specification.
package struct StatisticsRecord: Hashable, Sendable {
    package var type: String
    package var id: String
    package var members: [String: StatisticsValue]

    package init(type: String, id: String, members: [String: StatisticsValue] = [:]) {
        self.type = type
        self.id = id
        self.members = members
    }

    package subscript(name: String) -> StatisticsValue? {
        get { members[name] }
        set { members[name] = newValue }
    }
}

/// A value in a statistics dictionary.
package enum StatisticsValue: Hashable, Sendable {
    case integer(Int64)
    case number(Double)
    case text(String)
    case flag(Bool)
    /// W3C `record<DOMString, double>`.
    case record([String: Double])

    package var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .text, .flag, .record: nil
        }
    }
}

extension StatisticsValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral
{
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}
