import NIOCore

/// What the compressed messages of one sender say (RFC 7692), as far as a trace shows it: their size and their beginning.
///
/// However much a few bytes stand for, no more than some hundred kilobytes are held.
struct MessageExpansion {
    /// Bytes of a message that are shown.
    static let shown = 4_096
    /// A message that says more is not followed to its end; the later ones, which may refer to it, cannot be told.
    static let most = 64 << 20
    /// Compressed bytes that are expanded at once: deflate makes at most about a thousand of one.
    private static let step = 256

    private let inflater: Inflater
    private var isText = false
    private var beginning = ByteBuffer()
    private var count = 0
    private var fault: TraceName.Fault?

    /// Nil without memory.
    init?(_ parameters: DeflateParameters, of sender: WebSocketRole) {
        guard
            let inflater = Inflater(
                windowBits: parameters.windowBits(of: sender), keepsContext: parameters.keepsContext(of: sender))
        else { return nil }
        self.inflater = inflater
    }

    mutating func begin(isText: Bool) {
        self.isText = isText
        beginning.clear()
        count = 0
    }

    /// Some of a message's payload, unmasked.
    mutating func add(_ part: ByteBuffer) {
        var rest = part
        while fault == nil, rest.readableBytes > 0,
            let piece = rest.readSlice(length: min(rest.readableBytes, Self.step))
        {
            run { (inflater, output) throws(Inflater.Failure) in
                try inflater.expand(piece, into: &output, limit: Self.most)
            }
        }
    }

    /// What the message says, once all of it has come.
    mutating func finish() -> TraceName {
        if fault == nil {
            run { (inflater, output) throws(Inflater.Failure) in try inflater.finish(into: &output, limit: Self.most) }
        }
        if let fault { return .unreadable(fault) }
        let rest = count > beginning.readableBytes ? "…" : ""
        let bytes = Array(buffer: beginning)
        let what = isText ? String(decoding: bytes, as: UTF8.self) : bytes.map(hexadecimal).joined(separator: " ")
        return .expanded(isText: isText, size: count, beginning: what + rest)
    }

    private mutating func run(_ body: (Inflater, inout ByteBuffer) throws(Inflater.Failure) -> Void) {
        var output = ByteBuffer()
        do throws(Inflater.Failure) {
            try body(inflater, &output)
        } catch {
            fault = .notDeflate
        }
        count += output.readableBytes
        if count > Self.most { fault = .tooLong }
        let room = min(Self.shown - beginning.readableBytes, output.readableBytes)
        if let slice = output.readSlice(length: room) { beginning.writeImmutableBuffer(slice) }
    }
}
