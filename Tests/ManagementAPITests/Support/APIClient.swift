// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DeviceStorage
import HTTPTypes
import Hummingbird
import JSONText
import Logging
import NIOCore
import NIOEmbedded
import NetTypes
import PhonePlugins
import PluginInstallation
import PluginPackages
import ProvModel
import Provisioning
import Synchronization

@testable import ManagementAPI

/// An appliance with its data in memory and its management API without a socket.
struct APIClient: Sendable {
    static let token = "correct-horse-battery-staple"
    static let tenant = TenantID("11111111-2222-4333-8444-555555555555")

    let store: SQLiteStore
    let appliance: Appliance
    let operations = Operations()
    let notifier: FakeNotifier
    let responder: ManagementResponder
    /// The routes under `/1.0`.
    let currentRoutes: [APIRoute]

    /// Makes an appliance as it is after its first start.
    ///
    /// - Parameter state: A directory in which plugins are installed; without it none are.
    init(plugins: PluginCatalog = .empty, securityLog: Logger? = nil, state: String? = nil, page: WebPage? = nil, limits: RequestLimits = RequestLimits(requestsPerSecond: 1e9, burst: 1e9),
        crossOrigin: CrossOriginPolicy = .none, notifier: FakeNotifier = FakeNotifier(), definitions: VendorCatalog? = nil,
        backups: String? = nil
    ) async throws {
        self.notifier = notifier
        store = try SQLiteStore.inMemory()
        let settings = ProvisioningSettings(advertisedHost: "192.0.2.1", httpPort: 8667, tftpPort: 69, sipPort: 5060)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        appliance = Appliance(
            store: store, plugins: PluginShelf(plugins), settings: settings, logger: logger,
            securityLog: securityLog ?? logger, now: { 1_000 })
        _ = try await store.transaction { try $0.save(setting: FirstStart.tenantSetting, Self.tenant.description) }
        let tenant = try await FirstStart.prepare(store, now: 0)
        var installer: PluginInstaller?
        if let state {
            installer = try PluginInstaller(
                appliance, operations: operations, directories: PluginDirectories(bundled: state + "/bundled", state: state),
                surroundings: PluginSurroundings(downloads: FirmwareDepot.downloads(in: state + "/firmware"), templates: state + "/templates"))
        }
        let useCases = ManagementUseCases(
            appliance, registry: DeviceRegistry(appliance, tenant: tenant),
            synchronisation: PhoneSynchronisation(appliance, notifier: notifier), operations: operations, tenant: tenant, definitions: definitions,
            backups: backups.map { [appliance] directory in
                BackupShelf(appliance, directory: directory + "/backups", staged: directory + "/restore.db", check: { try SQLiteStore.check(backup: $0) })
            }, installer: installer,
            pbx: PBXSite(
                appliance, .init(host: nil, provd: SIPServer(host: "192.0.2.1"), fastAGI: "192.0.2.1:4573", onboarding: OnboardingSettings())))
        currentRoutes = CurrentRoutes(useCases).all
        responder = ManagementResponder(useCases: useCases, authority: EmbeddedAuthority(appliance), limits: limits, page: page, crossOrigin: crossOrigin)
        try await TokenBook(appliance).setAdministrator(secret: Self.token, tenant: tenant)
    }

    // MARK: Requests

    /// Sends a request with a valid token and the media types of the path's dialect, unless `headers` say otherwise;
    /// a header that is `nil` is not sent.
    func send(
        _ method: HTTPRequest.Method, _ path: String, headers changes: [String: String?] = [:], bytes: [UInt8] = []
    ) async throws -> Answer {
        let response = try await response(method, path, headers: changes, bytes: bytes)
        let writer = BodyCollector()
        try await response.body.write(writer)
        return Answer(status: response.status.code, headers: response.headers, bytes: writer.bytes)
    }

    /// The same, with a body that is not read yet.
    func response(
        _ method: HTTPRequest.Method, _ path: String, headers changes: [String: String?] = [:], bytes: [UInt8] = []
    ) async throws -> Response {
        var headers: [String: String] = ["X-Auth-Token": Self.token]
        if method == .post || method == .put { headers["Content-Type"] = APIDialect.dialect(ofPath: path).mediaType }
        // Whatever is there: what happens without it is tested by itself.
        if method == .patch || method == .delete { headers["If-Match"] = "*" }
        for (name, value) in changes { headers[name] = value }
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
        var logger = appliance.logger
        logger[metadataKey: "hb.request.id"] = "test"
        let context = ManagementContext(source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger))
        return try await responder.respond(to: request, context: context)
    }

    func get(_ path: String, headers: [String: String?] = [:]) async throws -> Answer { try await send(.get, path, headers: headers) }

    func post(_ path: String, _ body: JSONValue, headers: [String: String?] = [:]) async throws -> Answer {
        try await send(.post, path, headers: headers, bytes: body.serialized())
    }

    func put(_ path: String, _ body: JSONValue, headers: [String: String?] = [:]) async throws -> Answer {
        try await send(.put, path, headers: headers, bytes: body.serialized())
    }

    func delete(_ path: String, headers: [String: String?] = [:]) async throws -> Answer {
        try await send(.delete, path, headers: headers)
    }

    // MARK: Shorthand

    /// Adds a device over `/0.2`.
    @discardableResult
    func addDevice(_ document: JSONObject) async throws -> Answer {
        try await post("/0.2/dev_mgr/devices", ["device": .object(document)])
    }

    /// The document of a device, or `nil`.
    func device(_ id: String) async throws -> JSONObject? { try await get("/0.2/dev_mgr/devices/\(id)").json["device"]?.object }
}

/// What the API answered.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The body as JSON, or null if it is none.
    var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
}

/// Collects a response's body.
private final class BodyCollector: ResponseBodyWriter, Sendable {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func write(_ buffer: ByteBuffer) async throws {
        collected.withLock { $0.append(contentsOf: buffer.readableBytesView) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension APIClient {
    /// Plays a phone that was told to synchronise: it fetches its configuration and registers.
    func arrive(_ id: String) async throws {
        while notifier.told.isEmpty { await Task.yield() }
        let device = DeviceID(stored: id)
        for (step, details) in [(TimelineEvent.Step.fetched, ["sha256": "0"] as JSONObject), (.registered, ["registration": "first"])] {
            await appliance.journal.note(TimelineEvent(device: device, mac: nil, time: 0, step: step, text: "as expected", details: details))
        }
    }
}

/// A notifier whose phones answer what the test says.
final class FakeNotifier: PhoneNotifier {
    private let state = Mutex<(result: NotifyResult, told: [NotifyTarget])>((.answered(status: 200), []))
    private let knowsAccounts: Bool

    /// - Parameter knowsAccounts: Whether phones are registered, so that they can be told by their accounts.
    init(knowsAccounts: Bool = true) { self.knowsAccounts = knowsAccounts }

    var result: NotifyResult {
        get { state.withLock { $0.result } }
        set { state.withLock { $0.result = newValue } }
    }
    var told: [NotifyTarget] { state.withLock { $0.told } }

    func notify(_ target: NotifyTarget, _ instruction: NotifyInstruction) async -> NotifyResult {
        state.withLock { state in
            state.told.append(target)
            if case .account = target, !knowsAccounts { return .notRegistered }
            return state.result
        }
    }
}
