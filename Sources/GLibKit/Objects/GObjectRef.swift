import CGLib

/// One strong reference to a GObject: the only way that Swift owns one.
///
/// | C contract | Swift |
/// |---|---|
/// | a constructor's floating reference (widgets) | `GObjectRef(adopting:)`, which sinks it |
/// | a constructor's or function's full reference | `GObjectRef(adopting:)` |
/// | a getter's borrowed pointer | use it inside the call; `GObjectRef(retaining:)` to keep it |
///
/// The reference is given back on the main thread, whichever thread lets go last: a widget may die nowhere else.
package final class GObjectRef: GObjectPointer {
    package let gobject: UnsafeMutableRawPointer

    /// Takes over the reference that the caller holds; sinks a floating one.
    package init(adopting pointer: some GObjectPointer) {
        gobject = pointer.gobject
        if g_object_is_floating(gobject) != 0 { g_object_ref_sink(gobject) }
        LiveCount.objects.increment()
    }

    /// Adds a reference of its own.
    package init(retaining pointer: some GObjectPointer) {
        gobject = pointer.gobject
        g_object_ref_sink(gobject)
        LiveCount.objects.increment()
    }

    isolated deinit {
        g_object_unref(gobject)
        LiveCount.objects.decrement()
    }

    /// The address as a public struct of GLib or GTK, without a check: `object.pointer(as: GtkWidget.self)`.
    package func pointer<Structure>(as type: Structure.Type = Structure.self) -> UnsafeMutablePointer<
        Structure
    > {
        gobject.assumingMemoryBound(to: type)
    }

    /// The address as a type whose struct is private.
    package var opaque: OpaquePointer { OpaquePointer(gobject) }
}
