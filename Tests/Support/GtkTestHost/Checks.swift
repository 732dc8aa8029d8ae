import CGLib
import CGtk
import CauserieApp
import GLibKit
import Glibc
import GtkKit

/// Pictures from another thread: the newest wins, the main thread wakes once for a burst, buffers come back.
func videoChecks(_ application: GObjectRef) async throws {
    let paintable = VideoPaintable()
    let mailbox = paintable.mailbox
    let before = MainLoop.wakeups
    await burst(mailbox, count: 500)
    report("shown", paintable.shown)
    report("posted", mailbox.counts.posted)
    report("accounted", UInt64(paintable.shown) + mailbox.counts.dropped == mailbox.counts.posted)
    report("wakeupsBounded", MainLoop.wakeups - before < 600)
    report("hasPicture", paintable.hasPicture)
    mailbox.post(nil)
    try await Task.sleep(for: .milliseconds(20))
    report("hasPictureAfterEnd", paintable.hasPicture)
    report("buffersOut", mailbox.pool.taken)
    report("buffersKept", mailbox.pool.free <= 3)
    report("tooLarge", PixelPicture(width: 9000, height: 2, pool: mailbox.pool) { _, _ in true } == nil)
    report("empty", PixelPicture(width: 0, height: 2, pool: mailbox.pool) { _, _ in true } == nil)
    report("refused", PixelPicture(width: 2, height: 2, pool: mailbox.pool) { _, _ in false } == nil)
    report("buffersOutAfterRefusal", mailbox.pool.taken)
}

private func burst(_ mailbox: VideoMailbox, count: Int) async {
    await Task.detached {
        for index in 0..<count {
            let width = index.isMultiple(of: 50) ? 64 : 48
            mailbox.post(
                PixelPicture(width: width, height: 36, quarterTurns: index, pool: mailbox.pool) { buffer, _ in
                    buffer.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: index))
                    return true
                })
        }
    }.value
    // What was posted last is delivered before this returns to the main thread's queue.
    try? await Task.sleep(for: .milliseconds(50))
}

/// A call's worth of pictures in a real window, made on another thread at the rate of a camera.
func rateChecks(_ application: GObjectRef) async throws {
    let window = try MainWindow(application: application)
    try Example.fill(window, .call)
    window.present()
    guard let pane = window.panes.first else { return }
    let mailbox = pane.received.mailbox
    try await Task.sleep(for: .milliseconds(500))
    let (before, shownBefore) = (processorSeconds(), pane.received.shown)
    await Task.detached {
        for index in 0..<60 {
            mailbox.post(
                PixelPicture(width: 1280, height: 720, pool: mailbox.pool) { buffer, _ in
                    buffer.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: index * 4) | 3)
                    return true
                })
            try? await Task.sleep(for: .microseconds(33_333))
        }
    }.value
    report("posted", 60)
    report("shown", pane.received.shown - shownBefore)
    report("dropped", mailbox.counts.dropped)
    report("processorSeconds", processorSeconds() - before)
    report("buffersOut", mailbox.pool.taken)
    window.destroy()
}

/// What this process has used so far.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Fifty windows opened, filled and closed: closures and references are back where they were.
func cycleChecks(_ application: GObjectRef) async throws {
    try await openAndClose(application)
    let (signals, objects) = (LiveCount.signals.value, LiveCount.objects.value)
    for _ in 1...50 { try await openAndClose(application) }
    report("signalsLeft", LiveCount.signals.value - signals)
    report("objectsLeft", LiveCount.objects.value - objects)
}

private func openAndClose(_ application: GObjectRef) async throws {
    let window = try MainWindow(application: application)
    try Example.fill(window, .labels)
    window.present()
    let statistics = try StatisticsView()
    statistics.show(ExampleFigures.figures(of: .statistics))
    gtk_window_present(statistics.window.pointer())
    try await Task.sleep(for: .milliseconds(5))
    gtk_window_destroy(statistics.window.pointer())
    window.destroy()
}

func builderChecks(_ application: GObjectRef) async throws {
    let path = "/org/causerie/Causerie/ui/pane.ui"
    let builder = try Builder(resource: path)
    let attempts: [(String, () throws -> Void)] = [
        ("missing", { _ = try builder.widget("nothing") }),
        ("wrongType", { _ = try builder.object("pages", gtk_label_get_type()) }),
        ("unreadable", { _ = try Builder(resource: "/nowhere.ui") }),
        ("present", { _ = try builder.object("pages", gtk_stack_get_type()) }),
    ]
    for (name, attempt) in attempts {
        do {
            try attempt()
            report(name, "found")
        } catch let error as BuilderError {
            report(name, error.kind)
        }
    }
}

extension BuilderError {
    fileprivate var kind: String {
        switch self {
        case .missing: "missing"
        case .wrongType: "wrongType"
        case .unreadable: "unreadable"
        }
    }
}
