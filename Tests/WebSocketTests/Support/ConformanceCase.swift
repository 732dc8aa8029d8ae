import Testing

/// Frames that are sent to an end that echoes, and what must come back before it closes.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    var name: String
    var frames: [RawFrame]
    var replies: [Reply]
    /// How many of the frames are answered before the rest is sent: an echo may come late, a close frame must not.
    var lead = 0
    /// Each byte by itself, as a slow network gives them.
    var isChopped = false
    var testDescription: String { name }

    /// Frames that break no rule: a close frame goes after them, and comes back.
    static func good(
        _ name: String, _ frames: [RawFrame], _ replies: [Reply], isChopped: Bool = false
    ) -> ConformanceCase {
        ConformanceCase(
            name: name, frames: frames + [.close(1000)], replies: replies + [.close(1000)], lead: frames.count,
            isChopped: isChopped)
    }

    /// Frames that break one: the end closes with `code`, whatever comes after.
    static func broken(
        _ name: String, _ frames: [RawFrame], _ replies: [Reply] = [], lead: Int = 1, code: UInt16 = 1002
    ) -> ConformanceCase {
        ConformanceCase(name: name, frames: frames, replies: replies + [.close(code)], lead: replies.isEmpty ? 0 : lead)
    }
}
