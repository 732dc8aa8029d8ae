import RTC
import Testing

@testable import Conference

/// One side of a conversation in virtual time: a session, and the disk that outlives it.
struct ConversationSide {
    var session: ConversationSession
    private(set) var disk: (position: ConversationSession.Position, pending: [ConversationMessage])
    private(set) var received: [[UInt8]] = []
    /// Ours of which the far side said that it has them.
    private(set) var acknowledged = 0
    private(set) var violations: [String] = []
    private(set) var refusals: [ConversationRefusal] = []
    var refusesNext: ConversationRefusal.Reason?
    private var random: RandomSource

    init(seed: UInt64) {
        random = .seeded(seed)
        let position = ConversationSession.Position(epoch: .random(&random))
        disk = (position, [])
        session = ConversationSession(position: position, pending: [], random: random.fork())
    }

    /// As after kill -9: what is on the disk is all there is.
    mutating func restart() {
        session = ConversationSession(position: disk.position, pending: disk.pending, random: random.fork())
    }

    /// The disk as it was earlier, as from a backup.
    mutating func restore(_ old: (position: ConversationSession.Position, pending: [ConversationMessage])) {
        disk = old
        restart()
    }

    mutating func write(_ payload: [UInt8], at now: Instant, isKilledBeforeSending: Bool = false) {
        let message = session.message(id: .random(&random), payload)
        disk.pending.append(message)
        disk.position.next = message.sequence + 1
        if isKilledBeforeSending { restart() } else { session.enqueue(message, at: now) }
    }

    /// Does what the session wants, and gives the frames to be sent.
    mutating func settle(isKilledAfterKeeping: Bool = false) -> [ConversationFrame] {
        var frames: [ConversationFrame] = []
        while true {
            while let output = session.poll() {
                switch output {
                case .send(let frame): frames.append(frame)
                case .deliver(let message):
                    if let reason = refusesNext {
                        refusesNext = nil
                        session.refuse(reason, for: .seconds(1))
                        if reason == .unacceptable { session.committed() }
                        continue
                    }
                    received.append(message.payload)
                    disk.position = session.positionWhenCommitted
                    if isKilledAfterKeeping {
                        restart()
                        return []
                    }
                    session.committed()
                case .acknowledged(let sequence):
                    acknowledged += disk.pending.count { $0.sequence <= sequence }
                    disk.pending.removeAll { $0.sequence <= sequence }
                case .restarted: disk = (session.position, session.pending)
                case .transient, .introduced: break
                case .refused(let refusal): refusals.append(refusal)
                case .violation(let reason): violations.append(reason)
                }
            }
            session.flushAcknowledgement()
            disk.position.receivedEpoch = session.position.receivedEpoch
            disk.position.received = max(session.position.received, 0)
            guard let output = session.poll() else { return frames }
            if case .send(let frame) = output { frames.append(frame) }
        }
    }
}

/// Two sides and the way between them.
struct ConversationPair {
    var sides: [ConversationSide]
    private(set) var now = Instant.zero
    var loss = 0.0
    private var random: RandomSource
    private var isLinked = false
    /// What is on its way: at most once, in order.
    private var flying: [(to: Int, at: Instant, frame: ConversationFrame)] = []

    init(seed: UInt64) {
        random = .seeded(seed)
        sides = [ConversationSide(seed: seed &+ 1000), ConversationSide(seed: seed &+ 2000)]
    }

    mutating func link() {
        isLinked = true
        for index in 0...1 {
            sides[index].session.linked(at: now)
            send(from: index)
        }
    }

    mutating func cut() {
        isLinked = false
        flying = []
        for index in 0...1 { sides[index].session.unlinked() }
    }

    mutating func send(from index: Int, isKilledAfterKeeping: Bool = false) {
        for frame in sides[index].settle(isKilledAfterKeeping: isKilledAfterKeeping)
        where isLinked && random.fraction() >= loss {
            // Through the bytes, as over a network.
            guard let parsed = try? ConversationFrame.parse(frame.bytes) else { continue }
            flying.append((1 - index, now + .milliseconds(20), parsed))
        }
    }

    /// Lets so much time go by.
    mutating func run(for duration: Duration, killing: Int? = nil) {
        let end = now + duration
        while true {
            let timers = sides.compactMap(\.session.nextTimeout)
            guard let next = (flying.map(\.at) + timers).min(), next <= end else { break }
            now = max(now, next)
            while let index = flying.firstIndex(where: { $0.at <= now }) {
                let (to, _, frame) = flying.remove(at: index)
                sides[to].session.receive(frame, at: now)
                send(from: to, isKilledAfterKeeping: to == killing)
                if to == killing { return cut() }
            }
            for index in 0...1 {
                sides[index].session.handleTimeout(at: now)
                send(from: index)
            }
        }
        now = end
    }
}

extension RandomSource {
    /// Evenly spread in 0..<1.
    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
