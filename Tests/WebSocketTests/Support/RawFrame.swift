import NIOCore

@testable import Sockets

/// A frame with whatever in its header, also what no frame may have.
struct RawFrame: Sendable {
    var opcode: UInt8
    var payload: [UInt8] = []
    var isFinal = true
    /// RSV1 to RSV3 as a number of three bits.
    var reserved: UInt8 = 0

    static func text(_ text: String, isFinal: Bool = true) -> RawFrame {
        RawFrame(opcode: 1, payload: Array(text.utf8), isFinal: isFinal)
    }

    static func binary(_ bytes: [UInt8], isFinal: Bool = true) -> RawFrame {
        RawFrame(opcode: 2, payload: bytes, isFinal: isFinal)
    }

    static func continuation(_ bytes: some Sequence<UInt8>, isFinal: Bool = true) -> RawFrame {
        RawFrame(opcode: 0, payload: Array(bytes), isFinal: isFinal)
    }

    static func ping(_ payload: [UInt8] = []) -> RawFrame { RawFrame(opcode: 9, payload: payload) }

    static func pong(_ payload: [UInt8] = []) -> RawFrame { RawFrame(opcode: 10, payload: payload) }

    static func close(_ code: UInt16?, _ reason: [UInt8] = []) -> RawFrame {
        RawFrame(opcode: 8, payload: (code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? []) + reason)
    }

    func bytes(isMasked: Bool) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ...125: bytes.append(mask | UInt8(payload.count))
        case ...0xFFFF: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(mask | 127)
            withUnsafeBytes(of: UInt64(payload.count).bigEndian) { bytes += $0 }
        }
        guard isMasked else { return bytes + payload }
        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 & 3] }
    }
}
