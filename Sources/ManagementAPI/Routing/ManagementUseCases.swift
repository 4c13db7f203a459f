// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel
public import Provisioning

/// The use cases behind the management API.
public struct ManagementUseCases: Sendable {
    /// Device documents.
    public let devices: DeviceBook
    /// Config documents.
    public let configs: ConfigBook
    /// Lines and codes.
    public let lines: LineBook
    /// Telling phones to fetch their configuration again.
    public let synchronisation: PhoneSynchronisation
    /// Long jobs.
    public let operations: Operations
    /// The appliance's own tenant.
    public let tenant: TenantID

    /// Brings them together.
    public init(
        devices: DeviceBook, configs: ConfigBook, lines: LineBook, synchronisation: PhoneSynchronisation, operations: Operations,
        tenant: TenantID
    ) {
        self.devices = devices
        self.configs = configs
        self.lines = lines
        self.synchronisation = synchronisation
        self.operations = operations
        self.tenant = tenant
    }
}
