/// What a link is to be like from now on, told to the program that is the link: one line of JSON on its standard input.
package struct LinkCommand: Codable, Sendable {
    /// Both when left out.
    package var direction: TunnelledLink.Direction?
    package var conditions: TunnelledLink.Conditions
}

/// What has passed one way in the last tenth of a second.
package struct LinkReport: Codable, Sendable {
    package static let samplesPerSecond = 100

    package var direction: TunnelledLink.Direction
    /// How long a packet that came would have waited for the bottleneck, milliseconds, each 10 ms.
    package var queueDelays: [Double]
    /// The bottleneck's rate at the end, nil for none.
    package var bitsPerSecond: Double?
    /// IP packets that were carried, all bits since the start.
    package var carriedBits: Double
    /// Packets that found the queue full, since the start.
    package var droppedCount: Int

    package init(
        direction: TunnelledLink.Direction, queueDelays: [Double], bitsPerSecond: Double?, carriedBits: Double,
        droppedCount: Int
    ) {
        self.direction = direction
        self.queueDelays = queueDelays
        self.bitsPerSecond = bitsPerSecond
        self.carriedBits = carriedBits
        self.droppedCount = droppedCount
    }
}
