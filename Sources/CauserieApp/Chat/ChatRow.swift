import GLibKit

/// A line of a conversation.
protocol ChatRow: AnyObject {
    /// A `GtkListBoxRow`.
    var root: GObjectRef { get }
    var entry: ChatPresentation.Entry { get }
    /// Shows what has become of the same message or file.
    ///
    /// - Parameter name: the correspondent's.
    func show(_ entry: ChatPresentation.Entry, from name: String)
}
