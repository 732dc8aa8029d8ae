import Conference
import GLibKit

/// Asks before the program ends while files are on their way.
enum FileQuestion {
    /// - Parameter end: called if the answer is yes.
    /// - Returns: whether there is something to ask.
    static func asks(_ files: FileTransfers, over window: GObjectRef, end: @escaping () -> Void) -> Bool {
        let count = files.transfers.count { transfer in
            switch transfer.phase {
            case .running, .verifying: true
            default: false
            }
        }
        guard count > 0 else { return false }
        QuestionDialog.present(
            tr("Quit Now?"),
            trn(
                "{count} file is on its way. It goes on when Causerie is started again.",
                "{count} files are on their way. They go on when Causerie is started again.", count),
            button: tr("_Quit"), over: window, act: end)
        return true
    }
}
