// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel
public import Telemetry

/// What the use cases count.
public struct ProvisioningMetrics: MetricSource {
    /// A phone's request for a file, by protocol and outcome.
    struct Request: MetricKey {
        /// What became of it.
        enum Outcome: String, CaseIterable {
            /// It got a file that was made for it.
            case rendered
            /// It got a file that is the same for all.
            case file
            /// Nothing told which device asked.
            case unknownDevice = "unknown_device"
            /// There is no such file for this device.
            case noSuchFile = "no_such_file"
            /// The file has credentials, and this asker may not have it.
            case forbidden
            /// provd could not answer.
            case trouble
        }

        let transport: PhoneFileRequest.Transport
        let outcome: Outcome

        static let allCases = PhoneFileRequest.Transport.allCases.flatMap { transport in
            Outcome.allCases.map { Request(transport: transport, outcome: $0) }
        }

        var labels: [MetricLabel] { transport.labels + [MetricLabel("outcome", outcome.rawValue)] }
    }

    /// Whether a file had to be made.
    enum CacheUse: String, MetricKey {
        case hit, miss

        var labels: [MetricLabel] { [MetricLabel("result", rawValue)] }
    }

    /// A DHCP message, by who saw it and what it was.
    struct Observation: MetricKey {
        let observer: DHCPObservation.Observer
        let type: DHCPObservation.MessageType

        static let allCases = [DHCPObservation.Observer.sniffer, .hook].flatMap { observer in
            DHCPObservation.MessageType.allCases.map { Observation(observer: observer, type: $0) }
        }

        var labels: [MetricLabel] { [MetricLabel("observer", observer.rawValue), MetricLabel("type", type.rawValue)] }
    }

    let requests = LabelledCounters<Request>()
    let answerTime = LabelledHistograms<PhoneFileRequest.Transport>()
    let cacheUse = LabelledCounters<CacheUse>()
    let renderTime = Histogram()
    let droppedSteps = Counter()
    let boots = Counter()
    let observations = LabelledCounters<Observation>()
    /// What the sniffers say of themselves.
    let observers = ObserverTotals()

    /// Makes everything at zero.
    public init() {}

    /// What the sniffers counted, all together, and when they told last; `nil` if none did.
    public var snifferReport: (frames: UInt64, messages: UInt64, dropped: UInt64, unsent: UInt64, time: Double)? { observers.report }

    /// The last problem of DHCP that a sniffer reported, if it did since the start.
    public var lastDHCPProblem: DHCPProblemReport? { observers.lastProblem }

    public var families: [MetricFamily] {
        [
            .counter("provd_phone_requests_total", "Requests of phones for files.", requests),
            .histogram("provd_phone_request_duration_seconds", "Time from a phone's request until it is known what it gets.", answerTime),
            .counter("provd_rendered_file_lookups_total", "Look-ups of rendered files in memory.", cacheUse),
            .histogram("provd_render_duration_seconds", "Time to render one file.", renderTime),
            .counter("provd_phone_boots_total", "Phones that looked for a DHCP server, as they do when they start.", boots),
            .counter("provd_timeline_events_dropped_total", "Steps that were not written because too many waited, or the database refused them.", droppedSteps),
            .counter("provd_dhcp_observations_total", "DHCP messages that sniffers and hooks brought.", observations),
        ] + observers.families
    }

    /// Counts an observation, and all that it stands for.
    func count(_ observation: DHCPObservation) {
        let count = UInt64(clamping: max(1, observation.repeats))
        observations[Observation(observer: observation.observer, type: observation.type)].add(count)
        if observation.type == .discover { boots.add() }
    }
}

extension PhoneFileRequest.Transport: MetricKey {
    public var labels: [MetricLabel] { [MetricLabel("protocol", rawValue)] }
}

extension PhoneFileAnswer {
    /// The answer as it is counted.
    var outcome: ProvisioningMetrics.Request.Outcome {
        switch self {
        case .content: .rendered
        case .file: .file
        case .refused(let refusal):
            switch refusal.kind {
            case .unknownDevice: .unknownDevice
            case .noSuchFile: .noSuchFile
            case .forbidden: .forbidden
            case .trouble: .trouble
            }
        }
    }
}
