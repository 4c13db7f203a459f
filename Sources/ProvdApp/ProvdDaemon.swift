// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskLink
import Certificates
import DHCPConfig
import DHCPInform
import DeviceStorage
import Diagnosis
import Foundation
import FreeSWITCHLink
import Glibc
import HTTPListening
import Hummingbird
import Logging
import ManagementAPI
import NetTypes
import NIOCore
import OpenFiles
import PhoneActions
import PhoneHTTP
import PhonePlugins
import PhoneTFTP
import PluginInstallation
import PluginPackages
import ProvModel
import Provisioning
import ServiceLifecycle
import SightingIntake
import SIPOnboarding
import SIPPlugAndPlay
import SocketActivation
import Telemetry
import UnixSignals

/// Puts the daemon together: storage, plugins, use cases, doors.
struct ProvdDaemon {
    private let configuration: ProvdConfiguration
    private let logger: Logger

    init(_ configuration: ProvdConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until a signal asks to stop.
    ///
    /// - Throws: What keeps the daemon from starting, in words that say what to do.
    func run() async throws {
        // The database holds passwords: whatever provd makes is its own.
        umask(0o077)
        if let fault = Places(configuration).faults.first { throw ConfigurationProblem(fault) }
        do {
            try FileManager.default.createDirectory(
                atPath: configuration.stateDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw ConfigurationProblem("the state directory \(configuration.stateDirectory) cannot be made: \(FileFailure(error)); make it yourself and give it to provd's user")
        }
        let lock = try StateLock(directory: configuration.stateDirectory)
        defer { lock.release() }
        try StagedRestore.apply(configuration.stateDirectory, logger)
        let store = try DatabaseRescue(stateDirectory: configuration.stateDirectory).open()
        // Who copies the file of a provd that is stopped gets all of it. After a kill it is whole with its journal.
        defer { try? store.close() }
        var settings = ProvisioningSettings(
            advertisedHost: configuration.advertisedAddress, httpPort: UInt16(clamping: configuration.http.port),
            httpsPort: configuration.tls.isAdvertised ? UInt16(clamping: configuration.tls.http) : nil,
            tftpPort: UInt16(clamping: configuration.tftp.port), sipPort: UInt16(clamping: configuration.sip.port),
            fileAccess: configuration.fileAccess, enrolmentHours: configuration.enrolmentHours)
        settings.codes = configuration.onboarding.codes
        configuration.pbx.registrar.map { settings.sipServer = $0 }
        settings.seenRegistrars.formUnion(configuration.pbx.seenRegistrars)
        let directories = PluginDirectories(bundled: configuration.pluginsDirectory, state: configuration.stateDirectory)
        let surroundings = PluginSurroundings(
            downloads: FirmwareDepot.downloads(in: directories.firmware), templates: configuration.stateDirectory + "/templates",
            provdVersion: ProvdVersion.text)
        let appliance = Appliance(
            store: store, plugins: PluginShelf(loadPlugins(directories, surroundings)), settings: settings, logger: logger,
            securityLog: Logger(label: "provd.security"))
        let ownTenant = try await FirstStart.prepare(store, now: appliance.now())
        try await appliance.recallWrongCodes()
        let firstStart = try await store.setting(FirstStart.timeSetting).flatMap(Double.init) ?? appliance.now()
        try await TokenBook(appliance).setAdministrator(
            secret: AdministratorToken.load(stateDirectory: configuration.stateDirectory), tenant: ownTenant)
        let accessControl = try await AccessControl.prepare(configuration, appliance)
        let tenant = try await store.setting(FirstStart.tenantSetting).map(TenantID.init) ?? ownTenant

        let definitions = loadDefinitions()
        let advice = definitions.map { DHCPAdvice($0, settings: settings) }
        let systemd = SystemdNotifier()
        let inherited = InheritedSockets(environment: ProcessInfo.processInfo.environment)
        let phonePorts = HTTPDoors.phonePorts(configuration), managementPorts = HTTPDoors.managementPorts(configuration)
        let readiness = Readiness(
            doors: Set(["tftp", "sip", "sightings"] + (phonePorts + managementPorts).map(\.name)), systemd: systemd, logger: logger)
        let certificate = try configuration.tls.certificate(configuration)
        let doors = HTTPDoors(configuration, inherited: inherited, certificate: certificate, readiness: readiness, logger: logger)
        // A proxy before the server has the phones' connections.
        var phoneLimits = ConnectionLimits()
        if configuration.trustedProxies > 0 { phoneLimits.connectionsPerAddress = nil }
        let operations = Operations()
        let installer = try PluginInstaller(
            appliance, operations: operations, directories: directories, surroundings: surroundings,
            serverKeys: TrustedKeys.load(directory: configuration.pluginKeys))
        let registry = DeviceRegistry(appliance, tenant: tenant)
        let files = PhoneFiles(appliance, registry: registry, firstStart: firstStart)
        let uploads = PhoneUploads(appliance, registry: registry, shelf: UploadShelf(directory: configuration.stateDirectory + "/uploads"))
        let (restarts, restart) = AsyncStream<DeviceID>.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumRestarts))
        let sip = try sipEndpoint(appliance, readiness, certificate, inherited) { restart.yield($0) }
        let asterisk = try AsteriskServices(configuration.pbx, appliance, configuration.onboarding, logger) { restart.yield($0) }
        let synchronisation = PhoneSynchronisation(
            appliance, notifier: PhoneNotifiers([EndpointNotifier(sip)] + asterisk.notifiers), actions: HTTPPhoneActions())
        let site = pbxSite(appliance)
        let backups = BackupShelf(
            appliance, directory: configuration.stateDirectory + "/backups", staged: StagedRestore.path(configuration.stateDirectory),
            check: { try SQLiteStore.check(backup: $0) })
        let tftpMetrics = TFTPMetrics()
        let monitoring = Monitoring(
            sources: [
                BuildInfo(), ProcessMetrics(), appliance.metrics, DeviceCensus(appliance), tftpMetrics, sip, operations, store,
            ], openTo: configuration.monitoring.openTo, obstacles: { await readiness.obstacles(of: appliance) })
        let management = ManagementResponder(
            useCases: ManagementUseCases(
                appliance, registry: registry, synchronisation: synchronisation, operations: operations, tenant: tenant,
                definitions: definitions,
                backups: backups, keepsTenants: accessControl.keepsTenants,
                uploads: uploads.shelf, installer: installer,
                diagnosis: Diagnosis(
                    ApplianceChecks(
                        configuration: configuration, appliance: appliance, backups: backups, installer: installer, directories: directories,
                        isManagerConnected: { await asterisk.client?.isConnected ?? false }).all),
                pbx: site, reloadAsterisk: asterisk.reload),
            authority: accessControl.authority,
            limits: RequestLimits(
                requestsPerSecond: configuration.access.requestsPerSecond, burst: 2 * configuration.access.requestsPerSecond),
            page: loadPage(), monitoring: monitoring, crossOrigin: configuration.access.crossOrigin)

        warn(of: inherited, phonePorts + managementPorts)
        let reloading = PluginReloading(
            appliance.plugins, developed: configuration.developedPlugins, surroundings: surroundings, logger: logger)

        // At debug the group prints whole services, which are pages long.
        var serviceLogger = logger
        serviceLogger.logLevel = max(logger.logLevel, .info)
        // Started in this order and stopped in the reverse: the journal outlives the doors that write to it.
        try await ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: BackgroundService { await appliance.journal.run() }),
                    .init(service: BackgroundService { await operations.run() }),
                    .init(service: BackgroundService { await reloading.run() }),
                    .init(
                        service: BackgroundService {
                            for await device in restarts {
                                _ = await synchronisation.begin(device, in: operations)
                            }
                        }),
                    .init(
                        service: SightingServer(
                            path: configuration.sightingsSocket, sightings: DHCPSightings(appliance, registry: registry, advice: advice), logger: logger,
                            onListening: { readiness.isListening("sightings") })),
                    .init(service: sip),
                    .init(
                        service: TFTPServer(
                            configuration: try tftpConfiguration(inherited),
                            source: ProvisioningFileSource(files: files), logger: logger, metrics: tftpMetrics,
                            onListening: { _ in readiness.isListening("tftp") })),
                    .init(service: BackgroundService { await reload(certificate, systemd) }),
                ]
                    + doors.servers(
                        phonePorts,
                        PhoneHTTPResponder(
                            files: files, uploads: uploads, trustedProxies: configuration.trustedProxies,
                            rootCertificate: configuration.tls.isUsed ? configuration.tls.authority(configuration)?.rootFile : nil,
                            stall: phoneLimits.stall),
                        limits: phoneLimits)
                    + doors.servers(managementPorts, try freeSWITCH(before: management, site))
                    + (accessControl.watch.map { [.init(service: BackgroundService($0))] } ?? []) + asterisk.services + plugAndPlay(appliance, registry, advice) + inform(appliance, registry, definitions, settings)
                    // The last to start is the first to be stopped, and says so.
                    + [.init(service: BackgroundService {
                        await systemd.accompany()
                        readiness.isStopping()
                    })],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: serviceLogger)
        ).run()
    }

    /// How many phones may wait to be told that they became somebody's. More than a site has.
    private static let maximumRestarts = 100_000

    /// Takes a certificate into use that was replaced: when its files have changed, and when somebody says so with SIGHUP.
    private func reload(_ certificate: ServerCertificate?, _ systemd: SystemdNotifier) async {
        let hangups = ReloadRequests(await UnixSignalsSequence(trapping: .sighup), systemd: systemd)
        if let certificate { return await certificate.run(requests: hangups, logger: logger) }
        for await _ in hangups { logger.info("there is nothing to read anew: TLS is not spoken") }
    }

    /// Loads what can be loaded. A plugin that is broken is named and left out; the others serve.
    private func loadPlugins(_ directories: PluginDirectories, _ surroundings: PluginSurroundings) -> PluginCatalog {
        let (catalog, problems) = PluginInstaller.load(directories, surroundings: surroundings)
        for problem in problems { logger.error("a plugin was left out", metadata: ["problem": "\(problem)"]) }
        logger.info("plugins are loaded", metadata: ["count": "\(catalog.plugins.count)", "directory": "\(configuration.pluginsDirectory)"])
        return catalog
    }

    /// Reads the page for browsers. Without it provd works, and is administered over the API alone.
    private func loadPage() -> WebPage? {
        let page = WebPage(directory: configuration.pageDirectory)
        if page == nil {
            logger.warning("there is no page for browsers: set page_directory to its directory", metadata: ["directory": "\(configuration.pageDirectory)"])
        }
        return page
    }

    /// The service that answers phones which ask by SIP multicast, if it is enabled.
    private func plugAndPlay(
        _ appliance: Appliance, _ registry: DeviceRegistry, _ advice: DHCPAdvice?
    ) throws(ConfigurationProblem) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        guard configuration.answersPlugAndPlay else { return [] }
        guard let advice else {
            throw ConfigurationProblem("sip_pnp needs the vendor definitions: set dhcp.definitions to their directory, or sip_pnp.enabled: false")
        }
        // Sockets on all addresses hear multicasts as well: two services would answer one question.
        guard let address = IPv4Address(configuration.sip.address), address != .any else {
            throw ConfigurationProblem(
                "sip_pnp needs one address: set sip.address to this machine's IPv4 address in the phones' network, or sip_pnp.enabled: false")
        }
        let offers = PlugAndPlayOffers(appliance, registry: registry, advice: advice)
        let server = PlugAndPlayServer(address: address, offers: offers, logger: logger) { [logger] in
            logger.info("SIP plug and play is listening", metadata: ["address": "\(address)"])
        }
        return [.init(service: server)]
    }

    /// The service that answers DHCPINFORM, if it is enabled.
    private func inform(
        _ appliance: Appliance, _ registry: DeviceRegistry, _ definitions: VendorCatalog?, _ settings: ProvisioningSettings
    ) throws(ConfigurationProblem) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        guard configuration.answersInform else { return [] }
        guard let definitions else {
            throw ConfigurationProblem("dhcp_inform needs the vendor definitions: set dhcp.definitions to their directory, or dhcp_inform.enabled: false")
        }
        guard let address = IPv4Address(configuration.informAddress), address != .any else {
            throw ConfigurationProblem(
                "dhcp_inform needs one IPv4 address, not “\(configuration.informAddress)”: set dhcp_inform.address to this machine's in the phones' network, or dhcp_inform.enabled: false")
        }
        let location = DHCPPlan.ProvdLocation(address: address, httpURL: settings.baseURL(host: "\(address)"))
        let server = InformServer(
            catalog: definitions, location: location, sightings: InformSightings(appliance, registry: registry),
            interface: configuration.informInterface, logger: logger
        ) { [logger, configuration] in
            logger.info(
                "DHCPINFORM is being answered", metadata: ["address": "\(address)", "interface": "\(configuration.informInterface ?? "all")"])
        }
        return [.init(service: server)]
    }

    /// Loads the vendor definitions of DHCP. Without them provd works, but cannot say what a DHCP server must send.
    private func loadDefinitions() -> VendorCatalog? {
        do {
            return try VendorCatalog.load(directory: configuration.dhcpDefinitions)
        } catch {
            logger.warning(
                "no vendor definitions of DHCP: set dhcp.definitions, if phones shall be told apart by DHCP", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    /// Names inherited sockets that nothing serves: whoever connects there waits in vain.
    private func warn(of inherited: InheritedSockets, _ ports: [HTTPDoors.Port]) {
        let sipTLS = ProvdConfiguration.Listener(address: configuration.sip.address, port: configuration.tls.sip)
        let datagrams = Self.places(configuration.tftp) + Self.places(configuration.sip)
        let connections = Self.places(configuration.sip) + Self.places(sipTLS) + ports.flatMap { Self.places($0.listener) }
        let served =
            datagrams.map { inherited.socket(.datagrams, host: $0.address, port: $0.port) }
            + connections.map { inherited.socket(.connections, host: $0.address, port: $0.port) }
        for socket in inherited.sockets where !served.contains(socket) {
            logger.warning(
                "a socket of systemd is not served: no setting names it; “provctl setup --only-ports” makes both the same",
                metadata: ["socket": "\(socket)", "unit": "\(socket.name)"])
        }
    }

    private func tftpConfiguration(_ inherited: InheritedSockets) throws -> TFTPServerConfiguration {
        var server = TFTPServerConfiguration(addresses: try Self.places(configuration.tftp).map(address))
        server.inherited = inherited
        if configuration.usesSingleTFTPPort { server.portMode = .single }
        return server
    }

    /// Where to listen: `::` is all of IPv4 too, which a socket for IPv6 leaves to another one.
    private static func places(_ listener: ProvdConfiguration.Listener) -> [ProvdConfiguration.Listener] {
        listener.address == "::" ? [listener, ProvdConfiguration.Listener(address: "0.0.0.0", port: listener.port)] : [listener]
    }

    private func address(_ listener: ProvdConfiguration.Listener) throws -> SocketAddress {
        try SocketAddress(ipAddress: listener.address, port: listener.port)
    }

    private func sipEndpoint(
        _ appliance: Appliance, _ readiness: Readiness, _ certificate: ServerCertificate?, _ inherited: InheritedSockets,
        becameSomebodys: @escaping @Sendable (DeviceID) -> Void
    ) throws -> SIPEndpoint {
        var endpoint = SIPEndpointConfiguration(
            listeners: Self.places(configuration.sip).map { .init(host: $0.address, port: UInt16(clamping: $0.port)) })
        if configuration.tls.sip > 0 {
            endpoint.listeners += Self.places(configuration.sip).map {
                .init(host: $0.address, port: UInt16(clamping: configuration.tls.sip), transports: [.tls])
            }
        }
        endpoint.inherited = inherited
        endpoint.realm = configuration.sipRealm
        endpoint.digestAlgorithms = configuration.digestAlgorithms
        endpoint.trustedPeers = configuration.pbx.trustedPeers
        let onboarding = configuration.onboarding
        endpoint.mediaPorts = onboarding.ports
        endpoint.maximumSpokenCalls = onboarding.maximumSpokenCalls
        return SIPEndpoint(
            configuration: endpoint,
            decisions: ProvisioningDecisions(
                accounts: PhoneAccounts(appliance), dialling: CodeDialling(appliance, settings: onboarding.settings),
                features: PhoneFeatures(appliance, settings: onboarding.settings), settings: onboarding.settings,
                manner: onboarding.manner ?? .answer, logger: logger, becameSomebodys: becameSomebodys),
            prompts: onboarding.prompts(logger), certificate: certificate, logger: logger, onListening: { _ in readiness.isListening("sip") })
    }

    /// What a PBX has to know.
    private func pbxSite(_ appliance: Appliance) -> PBXSite {
        let provd = SIPServer(host: configuration.advertisedAddress, port: UInt16(clamping: configuration.sip.port))
        let fastAGI = configuration.pbx.fastAGI
        let host = fastAGI.map { $0.host == "0.0.0.0" || $0.host == "::" ? configuration.advertisedAddress : $0.host } ?? configuration.advertisedAddress
        return PBXSite(
            appliance,
            PBXSite.Settings(
                host: configuration.pbx.host, provd: provd, fastAGI: "\(host):\(fastAGI?.port ?? 4_573)", onboarding: configuration.onboarding.settings))
    }

    /// The management API with answers for FreeSWITCH at one path, if there is one.
    private func freeSWITCH<Next: HTTPResponder>(
        before next: Next, _ site: PBXSite
    ) throws(ConfigurationProblem) -> FreeSWITCHResponder<Next> where Next.Context: Hummingbird.RequestContext {
        let settings = configuration.pbx.freeSWITCH
        let answers = settings.map {
            FreeSWITCHAnswers(site, provd: "\(configuration.advertisedAddress):\(configuration.sip.port)", profile: $0.profile)
        }
        return FreeSWITCHResponder(
            before: next, answers: answers, username: settings?.username ?? "", password: try settings?.password() ?? "", logger: logger)
    }
}
