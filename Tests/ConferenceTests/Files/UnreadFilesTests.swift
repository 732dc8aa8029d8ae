import FoundationEssentials
import Testing

@testable import Conference

/// Files that are offered count among what nobody has looked at yet.
@MainActor @Suite("Files nobody has looked at") struct UnreadFilesTests {
    private final class Source {
        let folder: String

        init() throws {
            folder = FileManager.default.temporaryDirectory.path + "/causerie-source-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func files(_ names: String...) throws -> [String] {
            try names.map { name in
                try name.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
                return folder + "/" + name
            }
        }
    }

    /// Ann offers Bob two files, without a word.
    private func offer(_ ann: Instance, _ bob: Instance, _ source: Source) async throws -> (
        toBob: Conversation, toAnn: Conversation
    ) {
        let toBob = try await ann.conference.chat.conversation(atAddress: bob.address, in: ann.conference)
        try await ann.conference.files.send(source.files("a.txt", "b.txt"), to: toBob)
        try await until("both are offered") { bob.conference.files.transfers.count == 2 }
        return (toBob, try #require(bob.conference.chat.conversations.first))
    }

    @Test("they count, also after a restart; who looks at the conversation, or answers, has seen them")
    func counted() async throws {
        let source = try Source()
        let profile = try ScratchProfile()
        let ann = try await Instance.start("Ann")
        var bob = try await Instance.start("Bob", profile: profile)
        var toAnn = try await offer(ann, bob, source).toAnn
        #expect(toAnn.unread == 2)
        let first = try #require(bob.conference.files.transfers.last)
        try bob.conference.files.decline(first)
        #expect(toAnn.unread == 1 && !first.isUnread)
        await bob.stop()
        bob = try await Instance.start("Bob", profile: profile)
        toAnn = try #require(bob.conference.chat.conversations.first)
        #expect(toAnn.unread == 1 && bob.conference.chat.unread == 1)
        bob.conference.chat.markRead(toAnn)
        #expect(toAnn.unread == 0)
        await bob.stop()
        bob = try await Instance.start("Bob", profile: profile)
        #expect(bob.conference.chat.unread == 0)
        await bob.stop()
        await ann.stop()
    }

    @Test("a stranger who is declined is declined with all that was offered")
    func declined() async throws {
        let source = try Source()
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let (_, toAnn) = try await offer(ann, bob, source)
        #expect(toAnn.standing == .requested && toAnn.unread == 2)
        bob.conference.chat.decline(toAnn)
        #expect(bob.conference.chat.conversations.isEmpty && bob.conference.files.transfers.isEmpty)
        #expect(toAnn.unread == 0)
        try await until("Ann knows") { ann.conference.files.transfers.allSatisfy { $0.state.stage == .declined } }
        await ann.stop()
        await bob.stop()
    }
}
