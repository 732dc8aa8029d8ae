import FoundationEssentials

/// What two sides say to each other about files on their line: JSON, so that later versions may add to it.
package struct FileControl: Hashable, Sendable {
    /// What is said of one file.
    package enum Word: Hashable, Sendable {
        case offer(FileOffer)
        case accept, decline, pause, resume, cancel, retry, done
        case fail(FileProblem)
    }

    package var transfer: ConversationIdentifier
    package var word: Word

    package init(_ transfer: ConversationIdentifier, _ word: Word) {
        self.transfer = transfer
        self.word = word
    }

    private struct Fields: Codable {
        var type: String
        var id: String
        var name: String?
        var size: Int64?
        var files: Int?
        var index: Int?
        var reason: String?
    }

    /// Nil for a type that this version does not know.
    ///
    /// - Throws: for what is malformed, or out of bounds.
    package static func parse(_ payload: [UInt8]) throws(ConversationError) -> FileControl? {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(payload)),
            let id = ConversationIdentifier(fields.id)
        else { throw ConversationError("a word about a file that is none") }
        let word: Word
        switch fields.type {
        case "file-offer": word = .offer(try offer(fields))
        case "file-accept": word = .accept
        case "file-decline": word = .decline
        case "file-pause": word = .pause
        case "file-resume": word = .resume
        case "file-cancel": word = .cancel
        case "file-retry": word = .retry
        case "file-done": word = .done
        case "file-fail": word = .fail(remote(fields.reason ?? ""))
        default: return nil
        }
        return FileControl(id, word)
    }

    private static func offer(_ fields: Fields) throws(ConversationError) -> FileOffer {
        let index = fields.index ?? 0
        guard let name = fields.name, name.utf8.count <= FileOffer.nameLimit, let size = fields.size,
            (0...FileOffer.sizeLimit).contains(size), (0...FileOffer.indexLimit).contains(index),
            (1...FileOffer.countLimit).contains(fields.files ?? 1), Int64(index) <= size,
            // What has no index is one file.
            index > 0 || fields.files ?? 1 == 1
        else { throw ConversationError("an offer of a file that is out of bounds") }
        return FileOffer(name: FileName.safe(name), size: size, fileCount: fields.files ?? 1, indexSize: index)
    }

    /// What a failure of theirs is to us.
    private static func remote(_ reason: String) -> FileProblem {
        switch FileProblem(rawValue: reason) {
        case .diskFull: .remoteDiskFull
        case .sourceChanged, .sourceMissing, .sourceUnreadable: .remoteSourceChanged
        case .hashMismatch: .hashMismatch
        case .tooManyOffers: .tooManyOffers
        default: .remoteFailed
        }
    }

    package var payload: [UInt8] {
        var fields = Fields(type: type, id: "\(transfer)")
        if case .offer(let offer) = word {
            (fields.name, fields.size) = (offer.name, offer.size)
            if offer.isFolder { (fields.files, fields.index) = (offer.fileCount, offer.indexSize) }
        }
        if case .fail(let problem) = word { fields.reason = problem.rawValue }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(fields)).map { Array($0) } ?? []
    }

    private var type: String {
        switch word {
        case .offer: "file-offer"
        case .accept: "file-accept"
        case .decline: "file-decline"
        case .pause: "file-pause"
        case .resume: "file-resume"
        case .cancel: "file-cancel"
        case .retry: "file-retry"
        case .done: "file-done"
        case .fail: "file-fail"
        }
    }
}

/// What somebody wants to send: a file, or a folder as one stream of bytes that an index begins.
package struct FileOffer: Hashable, Sendable {
    /// Safe to be used as a file's name.
    package var name: String
    /// Bytes of everything, the index included.
    package var size: Int64
    /// Files in a folder; 1 for a file.
    package var fileCount: Int
    /// Bytes of a folder's index; 0 for a file.
    package var indexSize: Int

    package init(name: String, size: Int64, fileCount: Int = 1, indexSize: Int = 0) {
        (self.name, self.size, self.fileCount, self.indexSize) = (name, size, fileCount, indexSize)
    }

    package var isFolder: Bool { indexSize > 0 }

    package static let nameLimit = 1024
    /// 8 EiB less one: what a file's length can be.
    package static let sizeLimit = Int64.max / 2
    package static let countLimit = 10_000
    package static let indexLimit = 4 << 20
}
