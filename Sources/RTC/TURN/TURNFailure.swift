import Wire

/// Why there is no allocation, or no longer one.
package enum TURNFailure: Error, Hashable, Sendable {
    /// No answer in time.
    case timeout
    /// The connection to the server could not be opened, or ended.
    case connectionLost
    /// 401: the user or the password is wrong, or their time has passed.
    case unauthorized
    /// 403: the server's policy.
    case forbidden
    /// 437: the server knows no allocation of ours, or has one that we do not know of.
    case allocationMismatch
    /// 440: the server relays no such addresses.
    case addressFamilyNotSupported
    /// 441: the allocation was made with other credentials.
    case wrongCredentials
    /// 442.
    case unsupportedTransport
    /// 486: too many allocations of this user.
    case quotaReached
    /// 508.
    case insufficientCapacity
    /// 300 more often than is reasonable, back to a server tried already, or to one that cannot be.
    case redirectedTooOften
    /// A success without what makes it one, or a challenge that lacks its parts.
    case malformedResponse
    /// Any other error code.
    case refused(Int)

    init(code: Int) {
        self =
            switch code {
            case 300: .redirectedTooOften
            case 401, 438: .unauthorized
            case 403: .forbidden
            case 437: .allocationMismatch
            case 440: .addressFamilyNotSupported
            case 441: .wrongCredentials
            case 442: .unsupportedTransport
            case 486: .quotaReached
            case 508: .insufficientCapacity
            default: .refused(code)
            }
    }

    /// Whether the same request may succeed later without anything having changed on our side.
    var isPassing: Bool {
        switch self {
        case .timeout, .connectionLost, .allocationMismatch, .wrongCredentials, .quotaReached, .insufficientCapacity:
            true
        case .refused(let code): code >= 500
        case .unauthorized, .forbidden, .addressFamilyNotSupported, .unsupportedTransport, .redirectedTooOften,
            .malformedResponse:
            false
        }
    }
}
