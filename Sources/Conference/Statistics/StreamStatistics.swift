import RTC

/// A stream's figures at one moment, as `causeriectl stats` prints them.
package struct StreamStatistics: Sendable {
    package var state: StreamState
    /// From `connect` (or the answer) to the first remote picture, ms.
    package var setupTime: Double?
    package var endReason: EndReason?
    /// W3C webrtc-stats dictionaries.
    package var report: [StatisticsRecord]

    package init(state: StreamState, setupTime: Double?, endReason: EndReason?, report: [StatisticsRecord]) {
        self.state = state
        self.setupTime = setupTime
        self.endReason = endReason
        self.report = report
    }
}

/// `{"state", "setupTime", "endReason", "report": [...]}`; what there is not is null.
extension StreamStatistics: Encodable {
    private enum Key: String, CodingKey { case state, setupTime, endReason, report }

    private struct Record: Encodable {
        let record: StatisticsRecord

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: MemberKey.self)
            for (name, value) in record.members { try Self.encode(value, MemberKey(name), in: &container) }
            try container.encode(record.type, forKey: MemberKey("type"))
            try container.encode(record.id, forKey: MemberKey("id"))
        }

        private static func encode(
            _ value: StatisticsValue, _ key: MemberKey, in container: inout KeyedEncodingContainer<MemberKey>
        ) throws {
            switch value {
            case .integer(let number): try container.encode(number, forKey: key)
            // JSON has no infinity.
            case .number(let number): try container.encode(number.isFinite ? number : nil, forKey: key)
            case .text(let text): try container.encode(text, forKey: key)
            case .flag(let flag): try container.encode(flag, forKey: key)
            case .record(let record): try container.encode(record.filter(\.value.isFinite), forKey: key)
            }
        }
    }

    private struct MemberKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(state.word, forKey: .state)
        try container.encode(setupTime, forKey: .setupTime)
        try container.encode(endReason?.code, forKey: .endReason)
        try container.encode(report.map(Record.init), forKey: .report)
    }
}
