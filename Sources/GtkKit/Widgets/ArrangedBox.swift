import CGLib
import CGtk
import GLibKit

/// Lays a box's children out by a function: GTK 4.8 has no layout for what a program thinks up, and a layout manager of
/// its own needs a type of its own.
///
/// A child that needs more than its frame is given what it needs and is cut off at the frame's edges.
package final class ArrangedBox {
    /// Where a child is, in pixels from the upper left corner of the box.
    package struct Frame {
        package var x: Int
        package var y: Int
        package var width: Int
        package var height: Int

        package init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// Where the children go, in their order; what is left over is not shown.
    package typealias Arrangement = (_ count: Int, _ width: Int, _ height: Int) -> [Frame]

    private static let key = "causerie-arrangement"

    private let box: Widget
    /// The children, each in a box of its own that cuts it off.
    private var frames: [(child: GObjectRef, clip: GObjectRef)] = []

    /// - Parameter box: a `GtkBox` without children.
    package init(_ box: Widget, _ arrangement: @escaping Arrangement) {
        self.box = box
        let holder = ClosureBox(arrangement, counter: .signals)
        g_object_set_data_full(box.gobject.assumingMemoryBound(to: GObject.self), Self.key, holder.retainedPointer()) {
            data in
            let address = UInt(bitPattern: data)
            MainActor.assumeIsolated { ClosureBox<Arrangement>.release(address) }
        }
        gtk_widget_set_layout_manager(box.widget, gtk_custom_layout_new(nil, measureNothing, allocate))
        gtk_widget_set_overflow(box.widget, GTK_OVERFLOW_HIDDEN)
    }

    /// Shows these, in this order. Those that stay are not touched.
    package func setChildren(_ children: [GObjectRef]) {
        for (child, clip) in frames where !children.contains(where: { $0.gobject == child.gobject }) {
            adw_bin_set_child(clip.pointer(), nil)
            gtk_box_remove(box.pointer(), clip.pointer())
        }
        var previous: UnsafeMutablePointer<GtkWidget>?
        frames = children.map { child in
            let kept = frames.first { $0.child.gobject == child.gobject }
            let entry = kept ?? (child, Self.clip(child))
            if kept == nil { gtk_box_append(box.pointer(), entry.clip.pointer()) }
            gtk_box_reorder_child_after(box.pointer(), entry.clip.pointer(), previous)
            previous = entry.clip.pointer()
            return entry
        }
    }

    /// Lays out again: the arrangement has changed.
    package func update() { gtk_widget_queue_allocate(box.widget) }

    /// A bin whose layout asks for nothing, and gives its child at least what that needs.
    private static func clip(_ child: GObjectRef) -> GObjectRef {
        let clip = GObjectRef(adopting: adw_bin_new())
        gtk_widget_set_layout_manager(clip.pointer(), gtk_custom_layout_new(nil, measureNothing, allocateClipped))
        gtk_widget_set_overflow(clip.pointer(), GTK_OVERFLOW_HIDDEN)
        adw_bin_set_child(clip.pointer(), child.pointer())
        return clip
    }

    fileprivate static func arrangement(of widget: UnsafeMutablePointer<GtkWidget>) -> Arrangement? {
        let data = g_object_get_data(
            UnsafeMutableRawPointer(widget).assumingMemoryBound(to: GObject.self), key)
        return ClosureBox<Arrangement>.borrow(UInt(bitPattern: data))?.function
    }
}

/// The area takes what it is given.
private nonisolated func measureNothing(
    _ widget: UnsafeMutablePointer<GtkWidget>?, _ orientation: GtkOrientation, _ size: Int32,
    _ minimum: UnsafeMutablePointer<Int32>?, _ natural: UnsafeMutablePointer<Int32>?,
    _ minimumBaseline: UnsafeMutablePointer<Int32>?, _ naturalBaseline: UnsafeMutablePointer<Int32>?
) {
    minimum?.pointee = 1
    natural?.pointee = 1
}

private nonisolated func allocate(
    _ widget: UnsafeMutablePointer<GtkWidget>?, _ width: Int32, _ height: Int32, _ baseline: Int32
) {
    guard let widget else { return }
    let address = UInt(bitPattern: widget)
    MainActor.assumeIsolated {
        guard let widget = UnsafeMutablePointer<GtkWidget>(bitPattern: address) else { return }
        var children: [UnsafeMutablePointer<GtkWidget>] = []
        var next = gtk_widget_get_first_child(widget)
        while let child = next {
            if gtk_widget_should_layout(child) != 0 { children.append(child) }
            next = gtk_widget_get_next_sibling(child)
        }
        let frames = ArrangedBox.arrangement(of: widget)?(children.count, Int(width), Int(height)) ?? []
        for (child, frame) in zip(children, frames) {
            var place = GtkAllocation(
                x: Int32(clamping: frame.x), y: Int32(clamping: frame.y), width: Int32(clamping: frame.width),
                height: Int32(clamping: frame.height))
            // GTK wants every child measured before it is allocated.
            gtk_widget_measure(child, GTK_ORIENTATION_HORIZONTAL, -1, nil, nil, nil, nil)
            gtk_widget_size_allocate(child, &place, -1)
        }
    }
}

private nonisolated func allocateClipped(
    _ widget: UnsafeMutablePointer<GtkWidget>?, _ width: Int32, _ height: Int32, _ baseline: Int32
) {
    guard let widget, let child = gtk_widget_get_first_child(widget) else { return }
    var (minimumWidth, minimumHeight): (Int32, Int32) = (0, 0)
    gtk_widget_measure(child, GTK_ORIENTATION_HORIZONTAL, -1, &minimumWidth, nil, nil, nil)
    let wide = max(width, minimumWidth)
    gtk_widget_measure(child, GTK_ORIENTATION_VERTICAL, wide, &minimumHeight, nil, nil, nil)
    let high = max(height, minimumHeight)
    var place = GtkAllocation(x: (width - wide) / 2, y: (height - high) / 2, width: wide, height: high)
    gtk_widget_size_allocate(child, &place, -1)
}
