/// Gives a path that carries hardly more than sound to the sound: pictures stop, and come back by themselves.
///
/// Sound in its thriftiest form, with its headers, takes 30 kbit/s; what is left of less than 60 makes no picture.
struct AudioOnlyFloor: Sendable {
    /// Bit/s of the estimate below which pictures stop, and above which they come back.
    var lower = 60_000.0
    var upper = 90_000.0
    /// How long it must have been there: an estimate falls too low for a moment when a path gets slower.
    private static let stopTime = Duration.seconds(5)
    /// Beside others who fill the path, a probe's good news does not last: the first try is early, and later where it failed.
    private static let returnTimes = Duration.seconds(1)...Duration.seconds(8)
    private static let trial = Duration.seconds(20)

    /// Whether pictures are stopped.
    private(set) var isActive = false
    private var since: Instant?
    private var returnTime = Self.returnTimes.lowerBound
    private var returned: Instant?

    /// Nothing is known now: the time begins anew.
    mutating func wait() { since = nil }

    /// Call with each new estimate, and now and then.
    ///
    /// - Parameter applies: sound and pictures are both sent; pictures without sound have the path to themselves.
    /// - Returns: true when `isActive` has changed.
    mutating func update(_ estimate: Double, applies: Bool, at now: Instant) -> Bool {
        guard applies else {
            defer { isActive = false }
            since = nil
            return isActive
        }
        let isBeyond = isActive ? estimate >= upper : estimate < lower
        guard isBeyond else {
            since = nil
            return false
        }
        let start = since ?? now
        since = start
        guard now - start >= (isActive ? returnTime : Self.stopTime) else { return false }
        since = nil
        isActive.toggle()
        if isActive {
            let hasFailed = returned.map { now - $0 < Self.trial } ?? false
            returnTime = hasFailed ? min(returnTime * 2, Self.returnTimes.upperBound) : Self.returnTimes.lowerBound
        } else {
            returned = now
        }
        return true
    }
}
