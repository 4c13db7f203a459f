// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix
import PhonePlugins

/// A crowd of simulated phones.
public actor Simulation {
    /// What the crowd does.
    public struct Settings: Sendable {
        /// Where the phones fetch their files.
        public var server: ProvisioningServer
        /// How many phones there are; they take turns being of each model.
        public var count: Int
        /// The number of the first phone: its hardware address follows from it, so that the same phones can come again, or others.
        public var firstNumber = 1
        /// Within what time all are switched on, evenly spread.
        public var bootWithin = Duration.zero
        /// How many phones fetch files at the same time.
        public var concurrency = 1_000
        /// The address at which the phones are.
        public var localAddress: String
        /// provd's socket for DHCP sightings; `nil` if the phones come without.
        public var sightingsSocket: String?
        /// Codes that phones dial, one each; phones that find none left dial nothing.
        public var codes: [String] = []
        /// For how long phones wait to be told to fetch their configuration; `nil` for those that dial no code.
        public var patience: Duration?

        /// Settings without codes.
        public init(server: ProvisioningServer, count: Int, localAddress: String) {
            self.server = server
            self.count = count
            self.localAddress = localAddress
        }
    }

    /// How many phones share a UDP socket: the system's buffer of one holds the answers to that many.
    private static let phonesPerSocket = 1_000
    /// How long phones that dialled a code wait to be told what to do.
    public static let patienceAfterCode = Duration.seconds(60)

    private let settings: Settings
    private let models: [PhoneSelection.Model]
    /// What became of the phones so far.
    public private(set) var report: SimulationReport

    /// Prepares a crowd.
    ///
    /// - Parameter models: The models of the phones; without any there are no phones.
    public init(_ settings: Settings, models: [PhoneSelection.Model]) {
        self.settings = settings
        self.models = models
        report = SimulationReport(phones: models.isEmpty ? 0 : settings.count)
    }

    /// Plays all phones. Cancelled, it ends soon, and ``report`` says how far they came.
    ///
    /// - Throws: What the system says if it gives no sockets.
    public func run() async throws {
        let hosts = HostBook()
        let world = SimulatedPhone.World(
            http: HTTPFetcher(server: settings.server), tftp: TFTPFetcher(server: settings.server, hosts: hosts), hosts: hosts,
            fetching: Turnstile(settings.concurrency), lease: settings.sightingsSocket.map { LeaseReporter(socket: $0) }, address: settings.localAddress)
        let media = try await MediaSink.open(host: settings.localAddress)
        var exchanges: [SIPExchange] = []
        for _ in 0..<((report.phones + Self.phonesPerSocket - 1) / Self.phonesPerSocket) {
            exchanges.append(try await SIPExchange(host: settings.localAddress, mediaPort: media.port))
        }
        let sockets = exchanges
        try await withThrowingTaskGroup(of: Void.self) { group in
            for exchange in sockets { group.addTask { try await exchange.run() } }
            group.addTask { await self.play(sockets, world) }
            // The phones are done, or a socket has failed.
            defer { group.cancelAll() }
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
                if report.finished == report.phones || Task.isCancelled { break }
            }
        }
        media.close()
    }

    private func play(_ exchanges: [SIPExchange], _ world: SimulatedPhone.World) async {
        let begin = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for index in 0..<report.phones {
                let model = models[index % models.count]
                let code = settings.codes.indices.contains(index) ? settings.codes[index] : nil
                let phone = SimulatedPhone(
                    number: settings.firstNumber + index, plan: model.plan, reader: model.reader, exchange: exchanges[index / Self.phonesPerSocket], world: world,
                    errand: SimulatedPhone.Errand(code: code, patience: code == nil ? settings.patience : settings.patience ?? Self.patienceAfterCode))
                let start = begin + settings.bootWithin * index / max(1, report.phones)
                group.addTask { await self.switchOn(phone, at: start) }
            }
        }
    }

    private func switchOn(_ phone: SimulatedPhone, at start: ContinuousClock.Instant) async {
        do {
            try await Task.sleep(until: start)
        } catch {
            return
        }
        report.noteStart()
        let outcome = await phone.live { outcome in await self.note(outcome) }
        // What was cut off is no fault of the server.
        if Task.isCancelled, outcome.failure != nil { return }
        report.noteEnd(outcome)
    }

    private func note(_ outcome: PhoneOutcome) {
        if let time = outcome.arrived {
            report.noteArrived(time)
        } else if let time = outcome.registered {
            report.noteRegistered(time)
        }
    }
}
