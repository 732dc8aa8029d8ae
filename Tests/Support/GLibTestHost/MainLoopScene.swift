import CGLib
import Dispatch
import GLibKit
import Glibc
import Observation

@Observable private final class Counter {
    var value = 0
}

/// Swift's concurrency under GLib's loop: on which thread it runs, and how often it wakes the loop.
func mainLoopScene() {
    MainLoop.attach()
    MainLoop.attach()
    Task {
        report("task", isProcessMainThread())
        try? await Task.sleep(for: .milliseconds(5))
        report("sleep", isProcessMainThread())
        let elsewhere = await Task.detached { isProcessMainThread() }.value
        report("detached", elsewhere)
        report("afterDetached", isProcessMainThread())
        await observe()
        await postMany()
        await stayIdle()
        MainLoop.quit()
    }
    MainLoop.run()
    report("ended", true)
}

private func observe() async {
    let counter = Counter()
    let values = Observations { counter.value }
    let task = Task {
        for await value in values where value == 3 { return true }
        return false
    }
    for _ in 1...3 {
        await Task.yield()
        counter.value += 1
    }
    report("observed", await task.value)
}

private var done = 0

/// Ten thousand jobs from another thread all run, and wake the loop no more often than once each.
private func postMany() async {
    let before = MainLoop.wakeups
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let post: @Sendable () -> Void = {
            for index in 1...10_000 {
                DispatchQueue.main.async {
                    done += 1
                    if index == 10_000 { continuation.resume() }
                }
            }
        }
        DispatchQueue.global().async(execute: post)
    }
    report("posted", done)
    report("postWakeupsBounded", MainLoop.wakeups - before <= 10_001)
}

/// A loop with nothing to do does not spin: GLib's timer alone wakes it here.
private func stayIdle() async {
    let before = MainLoop.wakeups
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        keep = EventSource.after(.milliseconds(200)) { continuation.resume() }
    }
    report("idleWakeups", MainLoop.wakeups - before)
}

private var keep: EventSource?
