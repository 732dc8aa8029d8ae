import COpenSSL

/// OpenSSL's side of the wire: one write is one datagram, one datagram at a time is read.
///
/// A memory BIO would glue datagrams together (webrtc.md §6.4); this one keeps them apart.
final class DatagramBIO {
    /// What a flight may hold before the rest is dropped; DTLS repeats.
    private static let capacity = 64

    var incoming: [UInt8]?
    private(set) var outgoing: [[UInt8]] = []
    /// OpenSSL's own retransmission timer, which reads the real clock. `DTLSTransport` makes it expire when virtual
    /// time says so; OpenSSL gives its address in `BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT`.
    private var nextTimeout: UnsafeMutablePointer<timeval>?
    let mtu: Int

    init(mtu: Int) { self.mtu = mtu }

    func expireTimer() {
        if let nextTimeout { COpenSSL_expire(nextTimeout) }
    }

    func takeOutgoing() -> [[UInt8]] {
        defer { outgoing = [] }
        return outgoing
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) {
        if outgoing.count < Self.capacity { outgoing.append(Array(bytes)) }
    }

    fileprivate func control(_ command: Int32, _ pointer: UnsafeMutableRawPointer?) -> Int {
        switch command {
        case COpenSSL_ctrl_flush: 1
        case COpenSSL_ctrl_query_mtu, COpenSSL_ctrl_get_mtu, COpenSSL_ctrl_get_fallback_mtu: mtu
        case COpenSSL_ctrl_get_mtu_overhead: 28
        case COpenSSL_ctrl_pending: incoming?.count ?? 0
        case COpenSSL_ctrl_set_next_timeout:
            {
                nextTimeout = pointer?.assumingMemoryBound(to: timeval.self)
                return 1
            }()
        default: 0
        }
    }

    /// A BIO that reads from and writes to this object, which must outlive it.
    func makeBIO() -> OpaquePointer? {
        guard let bio = BIO_new(Self.method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static func owner(of bio: OpaquePointer?) -> DatagramBIO? {
        BIO_get_data(bio).map { Unmanaged<DatagramBIO>.fromOpaque($0).takeUnretainedValue() }
    }

    // Written once, before the first use, by the runtime's own once-only rule; OpenSSL only reads it.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams")
        BIO_meth_set_write(
            method,
            { bio, data, count in
                guard let owner = DatagramBIO.owner(of: bio), let data, count > 0 else { return -1 }
                owner.write(UnsafeRawBufferPointer(start: data, count: Int(count)))
                return count
            })
        BIO_meth_set_read(
            method,
            { bio, data, count in
                BIO_clear_flags(bio, COpenSSL_bio_retry_flags)
                guard let owner = DatagramBIO.owner(of: bio), let data, count > 0, let datagram = owner.incoming else {
                    BIO_set_flags(bio, COpenSSL_bio_read_retry)
                    return -1
                }
                owner.incoming = nil
                let taken = min(datagram.count, Int(count))
                UnsafeMutableRawPointer(data).copyMemory(from: datagram, byteCount: taken)
                return Int32(taken)
            })
        BIO_meth_set_ctrl(
            method, { bio, command, _, pointer in DatagramBIO.owner(of: bio)?.control(command, pointer) ?? 0 })
        BIO_meth_set_create(method, { _ in 1 })
        BIO_meth_set_destroy(method, { _ in 1 })
        return method
    }()
}
