import RTC
import Transport
import Wire

/// What probes found, in plain words.
extension NetworkVerdict {
    /// Of a server that could not be used.
    init(_ failure: ProbeFailure, isRelay: Bool) {
        self =
            switch failure {
            case .unknownHost: .failed(translatable("No server has this name, or names cannot be looked up now."))
            case .timeout where isRelay:
                .failed(translatable("The server does not answer; a firewall may keep its port closed."))
            case .timeout:
                .failed(translatable("The server does not answer; a firewall may keep UDP from it."))
            case .refused: .failed(translatable("Nothing at this address takes connections at this port."))
            case .unreachable: .failed(translatable("There is no way to this server from this network."))
            case .connectionLost: .failed(translatable("The connection to the server broke off."))
            case .certificate:
                .failed(
                    translatable(
                        "The server cannot prove who it is: its certificate is not trusted, or for another name."))
            case .security: .failed(translatable("No encrypted connection to the server could be made."))
            case .unauthorized: .failed(translatable("The server refuses this user or this password."))
            case .forbidden: .failed(translatable("The server does not relay for this user."))
            case .exhausted:
                .failed(translatable("The server is full, or relays for this user already as often as it allows."))
            case .refusedByServer(let code?):
                .failed(translatable("The server refuses with error {code}."), ["code": String(code)])
            case .refusedByServer: .failed(translatable("The server gives an answer that makes no sense."))
            case .noSocket: .failed(translatable("No port of the chosen range is free on this computer."))
            }
    }

    static func stun(_ report: NATReport) -> Self {
        guard let mapped = report.mapped else {
            return .failed(translatable("The server gives an answer that makes no sense."))
        }
        guard let time = report.roundTrip else {
            return .ok(
                translatable("The server answers: others see this computer as {address}."),
                ["address": mapped.ip.description])
        }
        return .ok(
            translatable("The server answers within {time} ms: others see this computer as {address}."),
            ["time": milliseconds(time), "address": mapped.ip.description])
    }

    /// What the way to a server does with addresses; nil when it has told nothing.
    static func translation(_ report: NATReport, hasRelay: Bool) -> Self? {
        guard let isTranslated = report.isTranslated else { return nil }
        guard isTranslated else {
            return report.filtering == nil || report.filtering == .endpointIndependent
                ? .ok(translatable("This computer has an address of its own on the Internet: direct calls work."))
                : .ok(
                    translatable(
                        "This computer has an address of its own on the Internet, behind a firewall that lets answers in: direct calls work."
                    ))
        }
        switch (report.mapping, report.filtering) {
        case (.endpointIndependent, .endpointIndependent):
            return .ok(
                translatable(
                    "The router gives this computer one port for all and lets everybody in: direct calls work with everyone."
                ))
        case (.endpointIndependent, _):
            return .ok(
                translatable(
                    "The router gives this computer one port for all and lets answers in: direct calls work with almost everyone."
                ))
        case (nil, _):
            return .ok(
                translatable(
                    "A router translates addresses; this STUN server cannot tell how, since it has one address only."))
        case _ where hasRelay:
            return .ok(translatable("The router gives every other side another port: some calls need the TURN server."))
        default:
            return .warning(
                translatable(
                    "The router gives every other side another port: direct calls fail with many, so a TURN server is needed."
                ))
        }
    }

    static func turn(_ report: TURNProbe.Report) -> Self {
        .ok(
            translatable("The server takes the login within {time} ms and relays from {address}."),
            ["time": milliseconds(report.duration), "address": report.relayed.ip.description])
    }

    private static func milliseconds(_ duration: Duration) -> String {
        String(Int(duration.inMilliseconds.rounded(.up)))
    }
}
