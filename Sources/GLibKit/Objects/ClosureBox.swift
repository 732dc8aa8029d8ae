/// A Swift closure on loan to C: retained once when C gets it as user data, released by C's destroy notification and by
/// nothing else, so that its life has one owner.
package final class ClosureBox<Function> {
    /// Nil once C has let go, even while somebody still holds the box.
    package private(set) var function: Function?
    private let counter: LiveCount

    package init(_ function: Function, counter: LiveCount) {
        self.function = function
        self.counter = counter
    }

    /// The user data to hand to C, once, with the retain that `release(_:)` gives back.
    package func retainedPointer() -> UnsafeMutableRawPointer {
        counter.increment()
        return Unmanaged.passRetained(self).toOpaque()
    }

    /// The box behind user data that C passes back.
    package static func borrow(_ address: UInt) -> ClosureBox<Function>? {
        UnsafeRawPointer(bitPattern: address).map {
            Unmanaged<ClosureBox<Function>>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// C's destroy notification: drops the closure and the retain.
    package static func release(_ address: UInt) {
        guard let pointer = UnsafeRawPointer(bitPattern: address) else { return }
        let box = Unmanaged<ClosureBox<Function>>.fromOpaque(pointer).takeRetainedValue()
        box.function = nil
        box.counter.decrement()
    }
}
