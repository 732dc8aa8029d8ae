import NIOCore
import Testing

@testable import Conference

@Suite struct FileInboxTests {
    private static let piece = FileFrame.data(ByteBuffer(repeating: 7, count: 64 << 10))

    @Test("what nobody takes is bounded in bytes, and then nothing more is of use")
    func bytes() async {
        let inbox = FileInbox(underWay: 1 << 20)
        var count = 0
        while inbox.receive(Self.piece) { count += 1 }
        // What an honest sender has under way, and the longest frame.
        #expect(count == ((1 << 20) + FileFrame.limit) / (64 << 10))
        #expect(!inbox.receive(.start(0)))
        // What came before is still read, and then it ends.
        var read = 0
        for await _ in inbox.frames { read += 1 }
        #expect(read == count)
    }

    @Test("what is taken makes room: any amount goes through")
    func room() async {
        let inbox = FileInbox(underWay: 1 << 20)
        var frames = inbox.frames.makeAsyncIterator()
        for _ in 0..<1000 {
            #expect(inbox.receive(Self.piece))
            #expect(await frames.next() == Self.piece)
        }
        // Another reader goes on where the first has stopped.
        #expect(inbox.receive(.end([UInt8](repeating: 1, count: 32))))
        for await frame in inbox.frames {
            #expect(frame == .end([UInt8](repeating: 1, count: 32)))
            break
        }
    }

    @Test("frames without bytes are bounded, too, and what is no frame ends it")
    func frames() {
        let inbox = FileInbox(underWay: 1 << 20)
        var count = 0
        while inbox.receive(.received(0)) { count += 1 }
        #expect((1000...10_000).contains(count))
        let other = FileInbox(underWay: 1 << 20)
        #expect(!other.receive([0]))
        #expect(!other.receive(.received(0)))
    }
}
