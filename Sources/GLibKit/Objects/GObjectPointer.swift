/// Any Swift spelling of a GObject's address: GLib's public structs import as typed pointers, final types and
/// interfaces as opaque ones.
package nonisolated protocol GObjectPointer {
    var gobject: UnsafeMutableRawPointer { get }
}

extension UnsafeMutablePointer: GObjectPointer {
    package nonisolated var gobject: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self) }
}

extension UnsafeMutableRawPointer: GObjectPointer {
    package nonisolated var gobject: UnsafeMutableRawPointer { self }
}

extension OpaquePointer: GObjectPointer {
    package nonisolated var gobject: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self) }
}
