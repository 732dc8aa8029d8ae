import BusClient
import Conference
import RTC

nonisolated extension JSONValue {
    /// A stream's statistics: `{"state", "setupTime", "endReason", "report": [...]}`; `setupTime` in milliseconds and
    /// `endReason` are null where there is none.
    package init(_ statistics: StreamStatistics) {
        self = .object([
            Member("state", .string(statistics.state.word)),
            Member("setupTime", statistics.setupTime.map { .number(Double($0)) } ?? .null),
            Member("endReason", statistics.endReason.map { .string($0.code) } ?? .null),
            Member("report", .array(statistics.report.map { JSONValue($0) })),
        ])
    }

    /// A W3C webrtc-stats dictionary, `type` and `id` first.
    init(_ record: StatisticsRecord) {
        let members = record.members.filter { $0.key != "type" && $0.key != "id" }.sorted { $0.key < $1.key }
        let head = [Member("type", .string(record.type)), Member("id", .string(record.id))]
        self = .object(head + members.map { Member($0.key, JSONValue($0.value)) })
    }

    private init(_ value: StatisticsValue) {
        self =
            switch value {
            case .integer(let number): .integer(number)
            case .number(let number): .number(number)
            case .text(let text): .string(text)
            case .flag(let flag): .bool(flag)
            case .record(let record):
                .object(record.sorted { $0.key < $1.key }.map { Member($0.key, .number($0.value)) })
            }
    }
}
