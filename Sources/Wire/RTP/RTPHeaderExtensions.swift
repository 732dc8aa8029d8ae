/// The header extension block of a received packet (RFC 8285), read in place.
///
/// One-byte (0xBEDE) and two-byte (0x1000...0x100F) forms are both understood, whatever was negotiated
/// (`extmap-allow-mixed` lets a sender mix them); any other profile holds no element. A damaged element ends the list.
package struct RTPHeaderExtensions: Hashable, Sendable {
    /// No extension.
    package static let none = RTPHeaderExtensions(profile: 0, block: [])

    private let profile: UInt16
    private let block: ArraySlice<UInt8>

    package init(profile: UInt16, block: ArraySlice<UInt8>) {
        self.profile = profile
        self.block = block
    }

    /// The data of the first element with this id (1...255), or nil. Never longer than 255 bytes, may be empty.
    package subscript(id: UInt8) -> ArraySlice<UInt8>? {
        guard id != 0 else { return nil }
        var found: ArraySlice<UInt8>?
        forEach { candidate, data in
            if candidate == id { found = data }
            return candidate != id
        }
        return found
    }

    /// The whole block with its own header, and zeros in place of some elements' data; empty without a block.
    func bytes(zeroing ids: [UInt8]) -> [UInt8] {
        guard self != .none else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + block.count)
        bytes.write(profile)
        bytes.write(UInt16(truncatingIfNeeded: block.count / 4))
        bytes += block
        for id in ids {
            guard let data = self[id] else { continue }
            for index in data.indices { bytes[index - block.startIndex + 4] = 0 }
        }
        return bytes
    }

    /// Every element in order; for tests and tracing, as it allocates.
    package var elements: [(id: UInt8, data: ArraySlice<UInt8>)] {
        var all: [(id: UInt8, data: ArraySlice<UInt8>)] = []
        forEach { id, data in
            all.append((id, data))
            return true
        }
        return all
    }

    /// Calls `body` for each element until it returns false.
    private func forEach(_ body: (UInt8, ArraySlice<UInt8>) -> Bool) {
        if profile == 0xBEDE {
            forEachOneByteElement(body)
        } else if profile >> 4 == 0x100 {
            forEachTwoByteElement(body)
        }
    }

    private func forEachOneByteElement(_ body: (UInt8, ArraySlice<UInt8>) -> Bool) {
        var index = block.startIndex
        while index < block.endIndex {
            let head = block[index]
            index += 1
            if head == 0 { continue }
            let id = head >> 4
            let end = index + Int(head & 0x0F) + 1
            // Id 15 is reserved: the receiver stops there (RFC 8285 §4.2). Id 0 with a length is padding gone wrong.
            guard id != 15, id != 0, end <= block.endIndex else { return }
            guard body(id, block[index..<end]) else { return }
            index = end
        }
    }

    private func forEachTwoByteElement(_ body: (UInt8, ArraySlice<UInt8>) -> Bool) {
        var index = block.startIndex
        while index < block.endIndex {
            let id = block[index]
            index += 1
            if id == 0 { continue }
            guard index < block.endIndex else { return }
            let end = index + 1 + Int(block[index])
            guard end <= block.endIndex else { return }
            guard body(id, block[index + 1..<end]) else { return }
            index = end
        }
    }

    package static func == (left: RTPHeaderExtensions, right: RTPHeaderExtensions) -> Bool {
        left.profile == right.profile && left.block == right.block
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(profile)
        hasher.combine(block)
    }
}
