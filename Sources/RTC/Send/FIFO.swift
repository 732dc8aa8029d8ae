/// A first-in first-out queue in one ring of memory: no allocation once it has grown to what the traffic needs.
struct FIFO<Element> {
    private var storage: [Element?]
    private var head = 0
    private(set) var count = 0

    /// - Parameter capacity: elements that fit before the first growth.
    init(capacity: Int = 16) { storage = Array(repeating: nil, count: max(capacity, 1)) }

    var isEmpty: Bool { count == 0 }

    var first: Element? { count > 0 ? storage[head] : nil }

    mutating func append(_ element: Element) {
        if count == storage.count { grow() }
        storage[position(count)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = storage[head]
        storage[head] = nil
        head = head + 1 == storage.count ? 0 : head + 1
        count -= 1
        return element
    }

    mutating func removeAll() {
        while popFirst() != nil {}
    }

    /// The element `index` places behind the first; nil past the end. Assigning past the end is ignored.
    subscript(index: Int) -> Element? {
        get { index >= 0 && index < count ? storage[position(index)] : nil }
        _modify {
            guard index >= 0, index < count else {
                var none: Element?
                yield &none
                return
            }
            yield &storage[position(index)]
        }
    }

    private func position(_ index: Int) -> Int {
        let raw = head + index
        return raw >= storage.count ? raw - storage.count : raw
    }

    private mutating func grow() {
        var larger = [Element?](repeating: nil, count: storage.count * 2)
        for index in 0..<count { larger[index] = storage[position(index)] }
        storage = larger
        head = 0
    }
}

extension FIFO: Sendable where Element: Sendable {}
