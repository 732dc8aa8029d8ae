import Dispatch

/// A thread's worth of work that may wait for a disk, away from everything that must not wait.
final class DiskExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "causerie.file")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
