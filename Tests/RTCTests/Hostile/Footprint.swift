/// How much an object holds: every array, dictionary and set that can be reached from it, private ones among them.
struct Footprint {
    /// Elements of tables, bytes not counted.
    private(set) var elements = 0
    /// In arrays of bytes.
    private(set) var bytes = 0
    private(set) var largestTable: (path: String, count: Int) = ("", 0)
    private var seen: Set<ObjectIdentifier> = []

    init(of object: AnyObject) { add(object, "") }

    private mutating func add(_ value: Any, _ path: String) {
        if let array = value as? [UInt8] {
            bytes += array.count
            return
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .class:
            guard seen.insert(ObjectIdentifier(value as AnyObject)).inserted else { return }
        case .collection, .set, .dictionary:
            elements += mirror.children.count
            if mirror.children.count > largestTable.count { largestTable = (path, mirror.children.count) }
        default: break
        }
        for child in mirror.children { add(child.value, child.label.map { "\(path).\($0)" } ?? path) }
    }
}
