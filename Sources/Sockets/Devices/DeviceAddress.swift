/// Addresses of devices in the kernel's own form.
enum DeviceAddress {
    /// `struct sockaddr_rc`: family, the six bytes of the address from the last to the first, channel.
    ///
    /// - Parameter device: `01:23:45:67:89:AB`, or empty for any adapter of this computer.
    /// - Throws: `invalidArgument` for an address or a channel that is none.
    static func bluetooth(_ device: String, channel: Int) throws(SocketError) -> [UInt8] {
        let any = [UInt8](repeating: 0, count: 6)
        let bytes = device.isEmpty ? any : self.bytes(of: device)
        guard let bytes else {
            throw SocketError(.invalidArgument, "\(device) is no Bluetooth address: six pairs like 01:23:45:67:89:AB")
        }
        guard (1...30).contains(channel) else {
            throw SocketError(.invalidArgument, "an RFCOMM channel is a number from 1 to 30, not \(channel)")
        }
        // Two bytes of family in the computer's order, and one of padding at the end.
        return [31, 0] + bytes.reversed() + [UInt8(channel), 0]
    }

    /// `struct sockaddr_irda`: family, selector, address of the device, name of the service in 25 bytes.
    ///
    /// - Throws: `invalidArgument` for a name that is empty or longer than 24 bytes.
    static func infrared(service: String) throws(SocketError) -> [UInt8] {
        let name = Array(service.utf8)
        guard (1...24).contains(name.count), !name.contains(0) else {
            throw SocketError(.invalidArgument, "an infrared service has a name of 1 to 24 bytes")
        }
        // Any selector, any device; three bytes of padding make the size a multiple of four.
        let anyDevice: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        let padding = [UInt8](repeating: 0, count: 25 - name.count + 3)
        return [23, 0, 0xFF, 0] + anyDevice + name + padding
    }

    private static func bytes(of device: String) -> [UInt8]? {
        let parts = device.split(separator: ":", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.count == 2 && part.allSatisfy(\.isHexDigit) ? UInt8(part, radix: 16) : nil
        }
        return parts.count == 6 && bytes.count == 6 ? bytes : nil
    }
}
