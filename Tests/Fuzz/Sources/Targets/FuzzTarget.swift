import Synchronization

/// What can be fed with bytes of a stranger. Each entry function takes any bytes whatever; it must come back soon, without a
/// trap, and with every bound that it states kept.
package enum FuzzTarget: String, CaseIterable, Sendable {
    // Wire
    case stun, turnStream, rtp, rtcp, sdp, candidate, dcep, dns, vp8, vp9, ulpfec, opus
    // RTC
    case description, session, turn, sctp, peer
    // Sockets
    case frames, inflate, messages, upgrade, socks
    // Conference, Rendezvous
    case signaling, signal, fileFrame, fileIndex, fileControl, tunnel

    /// The target of a process that has only one: libFuzzer's callback brings no context along.
    package static let chosen = Mutex<FuzzTarget?>(nil)

    package func run(_ bytes: [UInt8]) {
        switch self {
        case .stun: WireTargets.stun(bytes)
        case .turnStream: WireTargets.turnStream(bytes)
        case .rtp: WireTargets.rtp(bytes)
        case .rtcp: WireTargets.rtcp(bytes)
        case .sdp: WireTargets.sdp(bytes)
        case .candidate: WireTargets.candidate(bytes)
        case .dcep: WireTargets.dcep(bytes)
        case .dns: WireTargets.dns(bytes)
        case .vp8: WireTargets.vp8(bytes)
        case .vp9: WireTargets.vp9(bytes)
        case .ulpfec: WireTargets.ulpfec(bytes)
        case .opus: WireTargets.opus(bytes)
        case .description: RTCTargets.description(bytes)
        case .session: RTCTargets.session(bytes)
        case .turn: RTCTargets.turn(bytes)
        case .sctp: SCTPTarget.run(bytes)
        case .peer: PeerTarget.run(bytes)
        case .frames: SocketsTargets.frames(bytes)
        case .inflate: SocketsTargets.inflate(bytes)
        case .messages: SocketsTargets.messages(bytes)
        case .upgrade: SocketsTargets.upgrade(bytes)
        case .socks: SocketsTargets.socks(bytes)
        case .signaling: SignalingTargets.signaling(bytes)
        case .signal: SignalingTargets.signal(bytes)
        case .fileFrame: FileTargets.frame(bytes)
        case .fileIndex: FileTargets.index(bytes)
        case .fileControl: FileTargets.control(bytes)
        case .tunnel: FileTargets.tunnel(bytes)
        }
    }
}
