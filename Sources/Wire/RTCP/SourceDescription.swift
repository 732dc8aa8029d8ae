/// SDES (RFC 3550 §6.5): who is behind an SSRC. Only CNAME is kept; other items are skipped.
package struct SourceDescription: Hashable, Sendable {
    /// The items of one source.
    package struct Chunk: Hashable, Sendable {
        package var ssrc: UInt32
        /// Bytes of the CNAME, at most 255; not checked to be UTF-8.
        package var cname: [UInt8]?

        package init(ssrc: UInt32, cname: [UInt8]?) {
            self.ssrc = ssrc
            self.cname = cname
        }
    }

    /// At most 31.
    package var chunks: [Chunk]

    package init(chunks: [Chunk]) { self.chunks = chunks }

    init(parsing reader: inout ByteReader, chunkCount: Int) throws(WireError) {
        chunks = []
        for _ in 0..<chunkCount {
            let start = reader.offset
            var chunk = Chunk(ssrc: try reader.readUInt32(), cname: nil)
            while true {
                let type = try reader.readUInt8()
                if type == 0 { break }
                let text = try reader.readBytes(Int(try reader.readUInt8()))
                if type == 1, chunk.cname == nil { chunk.cname = Array(text) }
            }
            // Items end with a zero byte and are padded so that the next chunk starts on a word.
            let used = (reader.offset - start) % 4
            if used != 0 { try reader.skip(4 - used) }
            chunks.append(chunk)
        }
    }

    func write(to bytes: inout [UInt8]) {
        for chunk in chunks.prefix(31) {
            let start = bytes.count
            bytes.write(chunk.ssrc)
            if let cname = chunk.cname?.prefix(255) {
                bytes.write(UInt8(1))
                bytes.write(UInt8(cname.count))
                bytes.append(contentsOf: cname)
            }
            bytes.write(UInt8(0))
            while !(bytes.count - start).isMultiple(of: 4) { bytes.append(0) }
        }
    }
}

/// BYE (RFC 3550 §6.6).
package struct Goodbye: Hashable, Sendable {
    /// The streams that end, at most 31.
    package var sources: [UInt32]

    package init(sources: [UInt32]) { self.sources = sources }

    /// A reason text may follow; it is not kept, as nothing good comes of showing it.
    init(parsing reader: inout ByteReader, sourceCount: Int) throws(WireError) {
        sources = []
        for _ in 0..<sourceCount { sources.append(try reader.readUInt32()) }
    }

    func write(to bytes: inout [UInt8]) {
        for source in sources.prefix(31) { bytes.write(source) }
    }
}
