/// One way for one file's bytes, both directions; may break at any time.
protocol FilePipe: AnyObject, Sendable {
    /// What comes; ends with the way. For one reader at a time.
    var frames: FileInbox.Frames { get }
    /// Bytes of the largest piece of data that goes over it well.
    var pieceLimit: Int { get }
    /// Whether it is part of a call, whose sound and picture come first in any case.
    var isInCall: Bool { get }
    func send(_ frame: FileFrame)
    /// Closes when all is sent.
    func close()
}
