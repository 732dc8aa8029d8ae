import NIOCore

@testable import Conference

/// What a correspondent says about files, and what a server brings of somebody else's.
enum FileTargets {
    /// The first byte is the kind, as on the wire.
    static func frame(_ bytes: [UInt8]) {
        guard let frame = try? FileFrame(parsing: ByteBuffer(bytes: bytes)) else { return }
        var written = frame.head
        if case .data(let data) = frame { written.writeImmutableBuffer(data) }
        precondition((try? FileFrame(parsing: written)) == frame)
    }

    /// A folder's index, with the offer that it would be true of: otherwise hardly any gets past its sums.
    static func index(_ bytes: [UInt8]) {
        guard let index = try? FileIndex(parsing: bytes, of: offer(of: bytes)) else { return }
        precondition(index.bytes == bytes)
        let root = "/root"
        let layout = FileLayout(index: index, size: bytes.count, head: "/head", root: root)
        precondition(layout.size >= Int64(bytes.count))
        var end: Int64 = 0
        for (number, segment) in layout.segments.enumerated() {
            // One after the other, and each below the folder.
            precondition(segment.start == end && segment.size >= 0)
            end = segment.end
            let isBelow = segment.path.hasPrefix(root + "/") && !segment.path.split(separator: "/").contains("..")
            precondition(number == 0 || isBelow)
        }
        for folder in layout.folders {
            precondition(
                folder == root || folder.hasPrefix(root + "/") && !folder.split(separator: "/").contains(".."))
        }
    }

    private static func offer(of bytes: [UInt8]) -> FileOffer {
        var rest = bytes[...]
        var (size, count) = (Int64(bytes.count), 0)
        while rest.count >= 10 {
            size &+= Int64(bitPattern: rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
            let length = rest.dropFirst(8).prefix(2).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(10)
            if rest.prefix(length).last != UInt8(ascii: "/") { count += 1 }
            rest = rest.dropFirst(length)
        }
        return FileOffer(name: "x", size: size, fileCount: count, indexSize: bytes.count)
    }

    static func control(_ bytes: [UInt8]) {
        guard let control = try? FileControl.parse(bytes) else { return }
        if case .offer(let offer) = control.word {
            let name = offer.name
            precondition(!name.isEmpty && name.utf8.count <= FileName.limit && !name.hasPrefix("."))
            precondition(!name.contains("/") && FileName.components(ofRelative: name)?.count == 1)
        }
        // A failure of theirs is another one to us.
        if case .fail = control.word { return }
        precondition((try? FileControl.parse(control.payload)) == control)
    }

    static func tunnel(_ bytes: [UInt8]) {
        guard let parcel = TunnelParcel(parsing: bytes) else { return }
        precondition(parcel.payload.count <= TunnelParcel.payloadLimit)
        precondition(TunnelParcel(parsing: Array(parcel.text(to: "ann").utf8)) == parcel)
    }
}
