// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import PhonePlugins
public import PluginInstallation
public import ProvModel
public import Provisioning

/// The use cases behind the management API.
public struct ManagementUseCases: Sendable {
    /// Device documents.
    let devices: DeviceBook
    /// Config documents.
    let configs: ConfigBook
    /// Lines and codes.
    let lines: LineBook
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
    /// Installing plugins and firmware, if there is a place for them.
    let installer: PluginInstaller?
    /// Where what a doorkeeper wants to know is logged.
    let securityLog: Logger
    /// What phones have sent, if it is kept.
    let uploads: UploadShelf?
    /// The appliance's own tenant.
    let tenant: TenantID

    /// Makes the use cases of an appliance.
    ///
    /// - Parameters:
    ///   - registry: The registry that phones are known by, shared with all other doors.
    ///   - synchronisation: The way to tell phones to fetch their configuration again.
    ///   - operations: The list of long jobs; somebody must run it.
    ///   - tenant: The appliance's own tenant.
    ///   - uploads: What phones have sent, if it is kept.
    ///   - installer: Installing plugins and firmware, if there is a place for them.
    public init(
        _ appliance: Appliance, registry: DeviceRegistry, synchronisation: PhoneSynchronisation, operations: Operations, tenant: TenantID,
        uploads: UploadShelf? = nil,
        installer: PluginInstaller? = nil
    ) {
        devices = DeviceBook(appliance)
        configs = ConfigBook(appliance)
        lines = LineBook(appliance, tenant: tenant)
        parameters = ApplianceParameters(appliance)
        dhcp = DHCPSightings(appliance, registry: registry)
        self.synchronisation = synchronisation
        self.operations = operations
        plugins = appliance.plugins
        self.installer = installer
        securityLog = appliance.securityLog
        self.uploads = uploads
        self.tenant = tenant
    }
}
