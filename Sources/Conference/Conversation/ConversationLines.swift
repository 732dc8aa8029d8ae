import FoundationEssentials
import GRDB
import Logging
import RTC
import Wire

/// The lines to all correspondents, and who gets one.
@MainActor package final class ConversationLines {
    /// Says who we are, and where we can be reached.
    struct Introduction: Codable {
        var name: String?
        /// The TCP port that our calls arrive on.
        var port: Int?
        /// Our name at a server: `name@host:port`.
        var server: String?
    }

    /// Knows who is where.
    struct Surroundings {
        var introduce: () -> Introduction = { Introduction() }
        /// Where somebody may be now, the nearest first.
        var places: (ConversationRecord) -> [CallAddress] = \.places
        /// Whether an address is at the server that we are at.
        var isAtOurServer: (CallAddress) -> Bool = { _ in false }
    }

    typealias Dial = @MainActor (CallAddress, DTLSFingerprint) async throws(DialFailure) -> ConversationConnection

    let database: ProfileDatabase
    let logger: Logger
    let dial: Dial
    private let identity: DTLSFingerprint?
    private let surroundings: Surroundings
    private var lines: [Int64: ConversationLine] = [:]
    var topics: [ConversationTopicCode: any ConversationTopic] = [:]
    private(set) var isRunning = false

    /// Strangers who may wait for an answer at a time, and correspondents in all.
    static let requestLimit = 64
    static let lineLimit = 10_000

    init(
        _ database: ProfileDatabase, identity: DTLSFingerprint?, logger: Logger,
        _ surroundings: Surroundings, dial: @escaping Dial
    ) {
        self.database = database
        self.identity = identity
        self.logger = logger
        self.surroundings = surroundings
        self.dial = dial
        do {
            for record in try database.writer.read(ConversationStore.records) {
                lines[record.id] = try ConversationLine(record, lines: self)
            }
        } catch { logger.error("the conversations cannot be read: \(error)") }
    }

    package var all: [ConversationLine] { lines.values.sorted { $0.record.id < $1.record.id } }

    func line(with fingerprint: DTLSFingerprint) -> ConversationLine? {
        lines.values.first { $0.record.fingerprint == fingerprint.description }
    }

    func introduction() -> [UInt8] {
        let bytes = (try? JSONEncoder().encode(surroundings.introduce())).map { Array($0) } ?? []
        return bytes.count <= ConversationFrame.introductionLimit ? bytes : []
    }

    /// Where somebody may be now, the nearest first.
    func places(_ record: ConversationRecord) -> [CallAddress] { surroundings.places(record) }

    /// Whether our key comes before the correspondent's: both sides know both.
    func isLower(than record: ConversationRecord) -> Bool {
        (identity?.description ?? "") < record.fingerprint
    }

    // MARK: Life

    /// Begins to reach those for whom something waits.
    func start() {
        isRunning = true
        for line in lines.values { line.reach() }
    }

    func stop() {
        isRunning = false
        for line in lines.values { line.hangUp() }
    }

    // MARK: Who gets a line

    /// A way to somebody stands.
    func adopt(_ link: any ConversationLink, name: String? = nil, address: String? = nil) {
        guard isRunning, link.remoteIdentity != identity else { return link.close() }
        do {
            let line = try self.line(with: link.remoteIdentity) ?? add(link)
            guard let line, line.record.standing != .blocked else { return link.close() }
            var record = line.record
            if let name, !name.isEmpty { record.name = SignalingText.name(name) }
            if let address { record.met(at: address) }
            // Whoever is in a call with us, or whom we asked, is no stranger.
            if !link.origin.isFromOutside { record.standing = .open }
            try update(line, to: record)
            line.attach(link)
        } catch {
            logger.error("a conversation cannot be kept: \(error)")
            link.close()
        }
    }

    /// Nil when there are too many.
    private func add(_ link: any ConversationLink) throws -> ConversationLine? {
        let isStranger = link.origin.isFromOutside
        let waiting = lines.values.count { $0.record.standing == .requested }
        guard !isStranger || waiting < Self.requestLimit else {
            logger.notice("one request for a conversation too many is refused")
            return nil
        }
        return try open(link.remoteIdentity, isStranger ? .requested : .open)
    }

    /// The line to somebody, a new one if need be.
    func open(
        _ fingerprint: DTLSFingerprint, name: String = "", address: String = "",
        _ standing: ConversationRecord.Standing
    ) throws -> ConversationLine? {
        if let line = line(with: fingerprint) { return line }
        guard lines.count < Self.lineLimit, fingerprint != identity else { return nil }
        let record = try database.writer.write {
            try ConversationStore.add(fingerprint, name: name, address: address, standing, $0)
        }
        let line = try ConversationLine(record, lines: self)
        lines[record.id] = line
        return line
    }

    func update(_ line: ConversationLine, to record: ConversationRecord) throws {
        guard record != line.record else { return }
        try database.writer.write { try ConversationStore.update(record, $0) }
        line.record = record
        changed(line)
    }

    /// Forgets a correspondent with everything that was said.
    func remove(_ line: ConversationLine) throws {
        try database.writer.write { try ConversationStore.delete(line.record.id, $0) }
        line.hangUp()
        lines[line.record.id] = nil
        for topic in topics.values { topic.removed(line) }
    }

    func changed(_ line: ConversationLine) {
        for topic in topics.values { topic.changed(line) }
    }

    /// The correspondent says who they are; where they are, the connection knows better.
    func introduced(_ line: ConversationLine, _ bytes: [UInt8]) {
        guard let introduction = try? JSONDecoder().decode(Introduction.self, from: Data(bytes)) else { return }
        var record = line.record
        if let name = introduction.name, !name.isEmpty { record.name = SignalingText.name(name) }
        if line.link?.origin != .dialed, let port = introduction.port, (1...65535).contains(port),
            let address = line.link?.remoteAddress
        {
            let text = address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
            if CallAddress(text) != nil { record.address = text }
        }
        // Nobody makes us go to a server of their choice.
        if let text = introduction.server, let place = CallAddress(text), surroundings.isAtOurServer(place) {
            record.server = place.description
        }
        do {
            try update(line, to: record)
        } catch { logger.error("a conversation cannot be kept: \(error)") }
    }
}
