import RTC
import Testing

@testable import Conference

/// A sender with a window over a link in virtual time: pieces queue behind each other and behind what others send.
private struct Link {
    var window = FileWindow(isYielding: true)
    let bytesPerSecond: Double
    let delay: Double
    /// The share of the link that others take; they come first.
    var others = 0.0
    private var now = Instant.zero
    private var free = Instant.zero
    private var sent: Int64 = 0
    private var acknowledged: Int64 = 0
    private var arrivals: [(at: Instant, end: Int64)] = []
    private(set) var longestQueue = 0.0

    init(bytesPerSecond: Double, delay: Double) {
        self.bytesPerSecond = bytesPerSecond
        self.delay = delay
    }

    /// - Returns: bytes a second that arrived.
    mutating func run(seconds: Double, warmUp: Double = 0) -> Double {
        let end = now + .microseconds(Int64(seconds * 1_000_000))
        let begin = now + .microseconds(Int64(warmUp * 1_000_000))
        let before = acknowledged
        longestQueue = 0
        while now < end {
            while sent - acknowledged + Int64(window.pieceLimit) <= Int64(window.limit) {
                let piece = window.pieceLimit
                sent += Int64(piece)
                let seconds = Double(piece) / (bytesPerSecond * (1 - others))
                free = max(free, now) + .microseconds(Int64(seconds * 1_000_000))
                if now >= begin { longestQueue = max(longestQueue, (free - now).inSeconds) }
                arrivals.append((free + .microseconds(Int64(delay * 1_000_000)), sent))
                window.sent(piece, through: sent, at: now)
            }
            guard let next = arrivals.first else { break }
            arrivals.removeFirst()
            now = next.at
            acknowledged = next.end
            window.acknowledged(next.end, at: now)
        }
        return Double(acknowledged - before) / seconds
    }
}

@Suite struct FileWindowTests {
    @Test(
        "It fills a link that is free, and adds little delay to it",
        arguments: [(1_250_000.0, 0.04), (12_500_000, 0.01)])
    func fills(rate: Double, delay: Double) {
        var link = Link(bytesPerSecond: rate, delay: delay)
        _ = link.run(seconds: 5)
        let reached = link.run(seconds: 20)
        #expect(reached > 0.8 * rate, "\(reached) of \(rate)")
        #expect(link.longestQueue < 0.06, "\(link.longestQueue) s of queue")
    }

    @Test("It gives way when others come, and takes the link again when they are gone")
    func yields() {
        var link = Link(bytesPerSecond: 1_250_000, delay: 0.02)
        _ = link.run(seconds: 10)
        link.others = 0.8
        _ = link.run(seconds: 5)
        _ = link.run(seconds: 10)
        #expect(link.longestQueue < 0.25, "\(link.longestQueue) s of queue")
        link.others = 0
        _ = link.run(seconds: 5)
        #expect(link.run(seconds: 10) > 0.8 * 1_250_000)
    }

    @Test("Over a fast link its pieces are as large as a message may be, over a slow one they stay small")
    func pieces() {
        var fast = Link(bytesPerSecond: 100_000_000, delay: 0.01)
        _ = fast.run(seconds: 5)
        #expect(fast.window.pieceLimit == FileWindow.longestPiece)
        #expect(fast.run(seconds: 5) > 80_000_000)
        var slow = Link(bytesPerSecond: 250_000, delay: 0.02)
        _ = slow.run(seconds: 10)
        #expect(slow.window.pieceLimit == FileWindow.piece)
    }

    @Test("Without a call it is as large as can be, and a call makes it small at once")
    func calls() {
        var window = FileWindow(isYielding: false)
        #expect(window.limit == FileWindow.full)
        window.isYielding = true
        #expect(window.limit == 4 * FileWindow.piece && window.pieceLimit == FileWindow.piece)
    }

    @Test("A limit of bytes a second holds for all files together")
    func pace() {
        let pace = FilePace()
        pace.setLimit(1000)
        var now = Instant.zero
        var sent = 0
        while now < .zero + .seconds(10) {
            now = now + pace.take(100, at: now)
            sent += 100
        }
        #expect((9_900...10_200).contains(sent))
        pace.setLimit(0)
        #expect(pace.take(1 << 30, at: now) == .zero)
    }
}
