// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText

/// What became of all phones.
public struct SimulationReport: Sendable {
    /// Reasons that are listed; the rest is counted together.
    private static let maximumReasons = 20

    /// How many phones there are in all.
    public let phones: Int
    /// How many have begun.
    public private(set) var started = 0
    /// How many are done, well or not.
    public private(set) var finished = 0
    /// How many got their configuration.
    public private(set) var configured = 0
    /// How many were registered.
    public var registered: Int { registrationTimes.count }
    /// How many were registered as their owner's.
    public var arrived: Int { arrivalTimes.count }
    /// How many did not get as far as they should.
    public private(set) var failed = 0
    /// Why, by step: each reason with the number of phones that it befell.
    public private(set) var errors: [PhoneStep: [String: Int]] = [:]
    /// The first models that each error befell.
    private var examples: [PhoneStep: [String: [String]]] = [:]
    /// How many of them are named.
    private static let maximumExamples = 5

    private var registrationTimes: [Duration] = []
    private var arrivalTimes: [Duration] = []
    private var fetchTimes: [Duration] = []
    private var bytes = 0
    private var missing = 0

    init(phones: Int) { self.phones = phones }

    /// Whether all phones did all that they should.
    public var isComplete: Bool { failed == 0 && finished == phones }

    mutating func noteStart() { started += 1 }

    mutating func noteRegistered(_ time: Duration) { registrationTimes.append(time) }

    mutating func noteArrived(_ time: Duration) { arrivalTimes.append(time) }

    mutating func noteEnd(_ outcome: PhoneOutcome) {
        finished += 1
        fetchTimes += outcome.fetches
        bytes += outcome.fetchedBytes
        missing += outcome.missing
        if outcome.isConfigured { configured += 1 }
        guard let failure = outcome.failure else { return }
        failed += 1
        var reason = failure.reason
        if errors[failure.step]?[reason] == nil, errors[failure.step, default: [:]].count >= Self.maximumReasons { reason = "other reasons" }
        errors[failure.step, default: [:]][reason, default: 0] += 1
        let known = examples[failure.step]?[reason] ?? []
        if known.count < Self.maximumExamples, !known.contains(outcome.name) { examples[failure.step, default: [:]][reason] = known + [outcome.name] }
    }

    // MARK: In words

    /// The report for people.
    public var text: String {
        var lines = ["\(phones) phones: \(started) started, \(configured) configured, \(registered) registered" + (arrived > 0 ? ", \(arrived) arrived at their lines" : "") + ", \(failed) failed"]
        if finished < phones { lines.append("interrupted: \(phones - finished) phones were not done") }
        for (name, times) in tables where !times.isEmpty {
            lines.append("\(name): p50 \(Self.words(times.percentile(50))), p99 \(Self.words(times.percentile(99))), longest \(Self.words(times.percentile(100)))")
        }
        lines.append("\(fetchTimes.count) requests for files, \(bytes) bytes; \(missing) files that the server does not have")
        for step in PhoneStep.allCases {
            for (reason, count) in (errors[step] ?? [:]).sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                let named = (examples[step]?[reason] ?? []).joined(separator: ", ")
                lines.append("  \(step.rawValue): \(count) × \(reason) (\(named)\(count > Self.maximumExamples ? ", …" : ""))")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// The report as data; times in seconds.
    public var json: JSONValue {
        var object: JSONObject = [
            "phones": .int(phones), "started": .int(started), "finished": .int(finished), "configured": .int(configured), "registered": .int(registered), "arrived": .int(arrived),
            "failed": .int(failed), "requests": .int(fetchTimes.count), "bytes": .int(bytes), "missing_files": .int(missing),
        ]
        for (name, times) in tables where !times.isEmpty {
            object[name.replacing(" ", with: "_")] = .object(
                JSONObject([("p50", 50), ("p99", 99), ("max", 100)].map { ($0.0, .double(times.percentile($0.1).inSeconds)) }))
        }
        object["errors"] = .array(
            PhoneStep.allCases.flatMap { step in
                (errors[step] ?? [:]).sorted { $0.key < $1.key }.map { reason, count -> JSONValue in
                    [
                        "step": .string(step.rawValue), "reason": .string(reason), "phones": .int(count),
                        "models": .array((examples[step]?[reason] ?? []).map(JSONValue.string)),
                    ]
                }
            })
        return .object(object)
    }

    private var tables: [(String, [Duration])] {
        [("first packet to registered", registrationTimes), ("instruction to arrived", arrivalTimes), ("file", fetchTimes)].map { ($0.0, $0.1.sorted()) }
    }

    private static func words(_ time: Duration) -> String {
        let milliseconds = Int(time.inSeconds * 1000)
        return milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}

extension [Duration] {
    /// The value below which this share of all lies; the list must be sorted, and not empty.
    fileprivate func percentile(_ percent: Int) -> Duration {
        // The nearest rank: the smallest value that as many are not above.
        let rank = (count * percent + 99) / 100
        return self[Swift.min(Swift.max(rank, 1), count) - 1]
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds / 1_000_000_000_000) / 1_000_000 }
}
