import Glibc
import NIOCore
import Wire

extension MediaSocket {
    /// Sends datagrams at once. The kernel takes them through its network layers as one and cuts them apart last
    /// (`UDP_SEGMENT`, udp(7)); where the route or its device cannot do that, they go one by one.
    ///
    /// So they do beyond a router: where this computer translates addresses itself (containers, virtual machines, some
    /// VPNs), kernels were seen to give the pieces wrong checksums, and nothing tells. A way so long has no use for it.
    func send(_ batch: DatagramBatch, to remote: SocketAddress) {
        guard batch.count > 1, !sendsSingly, isNear(batch.remote.ip) else { return sendSingly(batch, to: remote) }
        switch sendSegments(batch.bytes, size: batch.segmentSize, to: remote) {
        case 0: for _ in 0..<batch.count { counter?.count() }
        // No such option, a segment larger than the route takes, no checksums by the device.
        case EINVAL, EIO, EOPNOTSUPP, EMSGSIZE:
            sendsSingly = true
            sendSingly(batch, to: remote)
        // Lost, as each of them would be.
        default: break
        }
    }

    /// Whether an address is on a network of this computer. Asked of the system when it is another than before.
    func isNear(_ address: IPAddress) -> Bool {
        if let last = lastNear, last.address == address { return last.isNear }
        let isNear = LocalNetworks.present().interface(for: address) != nil
        lastNear = (address, isNear)
        return isNear
    }

    private func sendSingly(_ batch: DatagramBatch, to remote: SocketAddress) {
        for start in stride(from: 0, to: batch.bytes.count, by: batch.segmentSize) {
            send(batch.bytes[start..<min(start + batch.segmentSize, batch.bytes.count)], to: remote)
        }
    }

    /// - Returns: 0, or the system's code.
    private func sendSegments(_ bytes: [UInt8], size: Int, to remote: SocketAddress) -> Int32 {
        // One control message (cmsg(3)): its length, level and type, then the size of a segment.
        let headSize = MemoryLayout<cmsghdr>.size
        var control: (UInt64, UInt64, UInt64) = (0, 0, 0)
        return withUnsafeMutableBytes(of: &control) { control in
            control.storeBytes(of: headSize + MemoryLayout<UInt16>.size, as: Int.self)
            control.storeBytes(of: Self.udpLevel, toByteOffset: MemoryLayout<Int>.size, as: Int32.self)
            control.storeBytes(of: Self.segmentOption, toByteOffset: MemoryLayout<Int>.size + 4, as: Int32.self)
            control.storeBytes(of: UInt16(clamping: size), toByteOffset: headSize, as: UInt16.self)
            return bytes.withUnsafeBytes { payload in
                remote.withSockAddr { address, length in
                    var vector = iovec(
                        iov_base: UnsafeMutableRawPointer(mutating: payload.baseAddress), iov_len: payload.count)
                    return withUnsafeMutablePointer(to: &vector) { vector in
                        var message = msghdr()
                        message.msg_name = UnsafeMutableRawPointer(mutating: address)
                        message.msg_namelen = socklen_t(length)
                        message.msg_iov = vector
                        message.msg_iovlen = 1
                        message.msg_control = control.baseAddress
                        message.msg_controllen = control.count
                        while sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL)) < 0 {
                            if errno != EINTR { return errno }
                        }
                        return 0
                    }
                }
            }
        }
    }

    // <linux/udp.h>; not in Glibc's module.
    private static let udpLevel: Int32 = 17
    private static let segmentOption: Int32 = 103
}
