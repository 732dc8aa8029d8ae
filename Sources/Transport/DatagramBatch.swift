import Wire

/// Datagrams of one size that go the same way one after the other: they can leave in one call to the system.
struct DatagramBatch {
    /// What the kernel cuts apart at once (`UDP_MAX_SEGMENTS`).
    private static let countCap = 64
    /// What a UDP datagram over IPv4 can hold; the whole is one until it is cut.
    private static let byteCap = 65_507

    let local: TransportAddress
    let remote: TransportAddress
    /// All of them, without gaps.
    private(set) var bytes: [UInt8]
    /// Bytes of each but the last, which may be shorter.
    let segmentSize: Int
    private(set) var count = 1

    init(_ datagram: [UInt8], from local: TransportAddress, to remote: TransportAddress) {
        (self.local, self.remote, bytes, segmentSize) = (local, remote, datagram, datagram.count)
    }

    /// - Returns: false for a datagram that does not fit in.
    mutating func append(_ datagram: [UInt8], from local: TransportAddress, to remote: TransportAddress) -> Bool {
        // Once a shorter one has come, the batch is complete.
        guard !datagram.isEmpty, datagram.count <= segmentSize, bytes.count == count * segmentSize,
            count < Self.countCap, bytes.count + datagram.count <= Self.byteCap, remote == self.remote,
            local == self.local
        else { return false }
        if count == 1 { bytes.reserveCapacity(min(16 * segmentSize, Self.byteCap)) }
        bytes += datagram
        count += 1
        return true
    }
}
