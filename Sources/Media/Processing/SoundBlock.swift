/// The sound that is played next, with what was played before it in front: so that a block can be joined to, stretched
/// by, and continued from what is heard already. Mono at 48 kHz; all memory is allocated by `init`.
struct SoundBlock: ~Copyable {
    /// Samples of the past that are kept: 50 ms.
    static let pastCount = 2400

    private let memory: UnsafeMutableBufferPointer<Int16>
    /// The first sample of the block; `pastCount` samples before it are the past.
    let samples: UnsafeMutablePointer<Int16>
    let capacity: Int
    /// Samples in the block: 0...`capacity`.
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        memory = .allocate(capacity: Self.pastCount + capacity)
        memory.initialize(repeating: 0)
        // Never empty, so the address is there.
        samples = memory.baseAddress.map { $0 + Self.pastCount } ?? .allocate(capacity: 1)
    }

    deinit { memory.deallocate() }

    /// Room for a block's samples; say with `setCount` how many there are.
    var target: UnsafeMutableBufferPointer<Int16> { UnsafeMutableBufferPointer(start: samples, count: capacity) }

    mutating func setCount(_ value: Int) { count = min(max(value, 0), capacity) }

    /// The block has been played and belongs to the past.
    mutating func turn() {
        guard count > 0, let start = memory.baseAddress else { return }
        // Areas overlap; the copy goes forward.
        start.update(from: start + count, count: Self.pastCount)
        count = 0
    }
}
