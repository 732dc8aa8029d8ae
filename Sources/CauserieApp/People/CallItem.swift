import Conference
import FoundationEssentials
import GLibKit
import Glibc

/// A call that was, as one line of a list: a plain copy, decided without GTK.
package nonisolated struct CallItem: Hashable, Sendable {
    package var id: Int64
    /// Who it was with.
    package var name: String
    /// What would be called again; empty when nothing can be.
    package var address: String
    package var isOutgoing: Bool
    package var isMissed: Bool
    package var date: Date
    package var duration: Double?
    package var sentence: String
    package var record: CallRecord
    /// Whether a contact can be made of it.
    package var isStranger: Bool

    package init(_ record: CallRecord, _ contact: Contact?) {
        id = record.id
        self.record = record
        let named = record.name.isEmpty ? CallSituation.shortened(record.address) : record.name
        name = contact?.name ?? named
        address = contact?.name ?? record.address
        isOutgoing = record.isOutgoing
        isMissed = record.isMissed
        date = record.date
        duration = record.duration
        sentence = record.sentence
        isStranger = contact == nil
    }

    package var icon: String {
        isMissed ? "call-missed-symbolic" : isOutgoing ? "go-up-symbolic" : "go-down-symbolic"
    }

    /// Which way it went, in words.
    package var direction: String {
        isMissed ? tr("Missed call") : isOutgoing ? tr("Outgoing call") : tr("Incoming call")
    }

    /// When it was and how long, or how it ended.
    package var detail: String {
        let length = duration.map(Self.length) ?? translated(sentence)
        return [Self.time(date), isMissed ? direction : length].filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// How good it was and by which way it went: for a closer look.
    package var figures: String {
        var words = [translated(sentence)]
        if let (here, there) = record.localPath.flatMap({ here in record.remotePath.map { (here, $0) } }) {
            words.append(tr("Way: {here} to {there}", ["here": here, "there": there]))
        }
        let codecs = [record.audioCodec, record.videoCodec].compactMap {
            $0?.split(separator: "/").last.map(String.init)
        }
        if !codecs.isEmpty { words.append(codecs.joined(separator: ", ")) }
        if let loss = record.loss { words.append(tr("Loss: {share}", ["share": FigureUnit.share.text(loss)])) }
        if let time = record.roundTripTime {
            words.append(tr("Round trip: {time}", ["time": FigureUnit.milliseconds.text(time)]))
        }
        return words.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// `3:07`, `1:02:09`
    package static func length(_ seconds: Double) -> String {
        let whole = max(0, Int(seconds.rounded(.down)))
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
    }

    /// Day and time as the user's locale writes them.
    package static func time(_ date: Date) -> String {
        var (seconds, parts) = (time_t(date.timeIntervalSince1970), tm())
        guard localtime_r(&seconds, &parts) != nil else { return "" }
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%x %H:%M", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
