// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import Diagnosis
import Logging
import PhonePlugins
public import PluginInstallation
public import ProvModel
public import Provisioning

/// The use cases behind the management API.
public struct ManagementUseCases: Sendable {
    private let appliance: Appliance
    /// Config documents.
    let configs: ConfigBook
    /// What clients set while provd runs.
    let parameters: ApplianceParameters
    /// What clients tell of DHCP leases.
    let dhcp: DHCPSightings
    /// Telling phones to fetch their configuration again.
    let synchronisation: PhoneSynchronisation
    /// Long jobs.
    let operations: Operations
    /// The plugins that are loaded.
    let plugins: PluginShelf
    /// The tenants, where provd keeps them itself.
    let tenants: TenantBook
    /// The tokens, where provd keeps them itself.
    let tokens: TokenBook
    /// A device's parameters and files as an administrator sees them.
    let preview: FilePreview
    /// What was seen of devices lately.
    let sightings: SightingShelf
    /// The one way in for what is said of devices.
    let registry: DeviceRegistry
    /// What DHCP servers must send, if the vendor definitions are loaded.
    let advice: DHCPAdvice?
    /// The site file of DHCP, if the vendor definitions are loaded.
    let dhcpSite: DHCPSite?
    /// The backups, if the data is in a file.
    let backups: BackupShelf?
    /// What looks whether the appliance is well.
    let diagnosis: Diagnosis
    /// Whether tenants and tokens are made and removed here, and not by wazo-auth.
    let keepsTenants: Bool
    /// Installing plugins and firmware, if there is a place for them.
    let installer: PluginInstaller?
    /// Where what a doorkeeper wants to know is logged.
    let securityLog: Logger
    /// What phones have sent, if it is kept.
    let uploads: UploadShelf?
    /// The PBX at which phones register, if there is one.
    let pbx: PBXSite?
    /// Lets Asterisk load its configuration anew, and says what it has against it; `nil` if it cannot be asked.
    let reloadAsterisk: (@Sendable () async -> String?)?
    /// The appliance's own tenant.
    let tenant: TenantID

    /// Makes the use cases of an appliance.
    ///
    /// - Parameters:
    ///   - registry: The registry that phones are known by, shared with all other doors.
    ///   - synchronisation: The way to tell phones to fetch their configuration again.
    ///   - operations: The list of long jobs; somebody must run it.
    ///   - tenant: The appliance's own tenant.
    ///   - definitions: The vendor definitions of DHCP, if they are loaded.
    ///   - backups: The backups, if the data is in a file.
    ///   - keepsTenants: Whether tenants and tokens are made and removed here, and not by wazo-auth.
    ///   - uploads: What phones have sent, if it is kept.
    ///   - diagnosis: What looks whether the appliance is well.
    ///   - installer: Installing plugins and firmware, if there is a place for them.
    ///   - pbx: The PBX at which phones register, if there is one.
    ///   - reloadAsterisk: Lets Asterisk load its configuration anew, and says what it has against it.
    public init(
        _ appliance: Appliance, registry: DeviceRegistry, synchronisation: PhoneSynchronisation, operations: Operations, tenant: TenantID,
        definitions: VendorCatalog? = nil, backups: BackupShelf? = nil, keepsTenants: Bool = true, uploads: UploadShelf? = nil,
        installer: PluginInstaller? = nil, diagnosis: Diagnosis = Diagnosis([]), pbx: PBXSite? = nil,
        reloadAsterisk: (@Sendable () async -> String?)? = nil
    ) {
        self.appliance = appliance
        configs = ConfigBook(appliance)
        parameters = ApplianceParameters(appliance)
        dhcp = DHCPSightings(appliance, registry: registry)
        self.synchronisation = synchronisation
        self.operations = operations
        plugins = appliance.plugins
        self.installer = installer
        tenants = TenantBook(appliance)
        tokens = TokenBook(appliance)
        preview = FilePreview(appliance)
        sightings = appliance.sightings
        self.registry = registry
        advice = definitions.map { DHCPAdvice($0, settings: appliance.settings) }
        dhcpSite = definitions.map { DHCPSite(appliance, catalog: $0) }
        self.backups = backups
        self.keepsTenants = keepsTenants
        securityLog = appliance.securityLog
        self.uploads = uploads
        self.pbx = pbx
        self.reloadAsterisk = reloadAsterisk
        self.diagnosis = diagnosis
        self.tenant = tenant
    }

    /// The device documents that a request can see.
    func devices(_ request: APIRequest) async throws -> DeviceBook {
        let scope = try await request.scope()
        return DeviceBook(appliance, scope: scope, isAppliance: isAppliance(request, scope))
    }

    /// Whether the appliance's own administrators ask.
    private func isAppliance(_ request: APIRequest, _ scope: TenantScope) -> Bool {
        // Where wazo-auth keeps the tokens, the tenant of the request is all that is known of who asks.
        request.access?.ownTenant.map { $0 == tenant } ?? scope.holds(tenant)
    }

    /// The lines that a request can see.
    func lines(_ request: APIRequest) async throws -> LineBook {
        let scope = try await request.scope()
        return LineBook(appliance, scope: scope, isAppliance: isAppliance(request, scope))
    }

    /// The locks after wrong codes that a request can see.
    func codeLocks(_ request: APIRequest) async throws -> CodeLocks {
        let scope = try await request.scope()
        return CodeLocks(appliance, scope: scope, seesAll: scope.holds(tenant))
    }

    /// The operation with a number, if the request can see it: a tenant those that concern its devices alone, the appliance's own all.
    func operation(_ id: Int?, _ request: APIRequest) async throws -> Operations.Operation? {
        guard let id, let operation = await operations.operation(id), try await isVisible(operation, to: request, request.scope()) else { return nil }
        return operation
    }

    /// The operations that a request can see, the oldest first.
    func operations(_ request: APIRequest) async throws -> [Operations.Operation] {
        let scope = try await request.scope()
        var visible: [Operations.Operation] = []
        for operation in await operations.all() where try await isVisible(operation, to: request, scope) { visible.append(operation) }
        return visible
    }

    private func isVisible(_ operation: Operations.Operation, to request: APIRequest, _ scope: TenantScope) async throws -> Bool {
        if scope.holds(tenant) { return true }
        // What concerns the appliance is for its own tokens; where wazo-auth keeps the tokens, it has allowed this one to ask.
        guard let device = operation.device else { return request.access?.ownTenant.map { $0 == tenant } ?? true }
        return scope.holds(try await appliance.store.device(device)?.tenant)
    }

    /// For how long and how often codes are good.
    var codeRules: CodeRules { appliance.settings.codes }

    /// Where phones reach this appliance.
    var settings: ProvisioningSettings { appliance.settings }

    /// The storage, for what is only read.
    var store: any ProvisioningStore { appliance.store }

    /// The time.
    var now: @Sendable () -> Double { appliance.now }
}
