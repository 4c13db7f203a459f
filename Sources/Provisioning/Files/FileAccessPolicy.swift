// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import ProvModel

/// Who may fetch a file that holds credentials.
public enum FileAccessPolicy: String, Sendable, CaseIterable {
    /// Whoever asks, as with wazo-provd.
    case open
    /// The address that evidence binds to the device's hardware address. Without any evidence the first asker is
    /// bound while enrolment is open.
    case bound
    /// Whoever asks with the provisioning key of the device's tenant, as the first segment of the path.
    case key

    /// What is done with a request for a sensitive file.
    enum Decision: Equatable {
        case allow
        /// Allow, and bind the device to this address from now on.
        case allowAndBind
        /// Refuse, for a reason that an administrator reads.
        case refuse(String)
    }

    /// Decides on a request.
    ///
    /// - Parameter hasKey: Whether the request showed the provisioning key of the device's tenant.
    func decide(mac: MACAddress?, asker: IPAddress, binding: AddressBinding?, enrolmentIsOpen: Bool, hasKey: Bool = false) -> Decision {
        switch self {
        case .open: .allow
        case .key where hasKey: .allow
        case .key:
            .refuse(
                "the file holds credentials and was asked for from \(asker) without the provisioning key of its tenant: the phone needs the address of provd with /KEY at its end")
        case .bound: decideByBinding(mac: mac, asker: asker, binding: binding, enrolmentIsOpen: enrolmentIsOpen)
        }
    }

    private func decideByBinding(mac: MACAddress?, asker: IPAddress, binding: AddressBinding?, enrolmentIsOpen: Bool) -> Decision {
        if let binding {
            if binding.ip == asker { return .allow }
            return .refuse(
                "the file holds credentials and was asked for from \(asker), but \(binding.source.words) binds the device to \(binding.ip)")
        }
        guard mac != nil else {
            return .refuse("the file holds credentials and the device's hardware address is not known, so that nothing ties it to \(asker)")
        }
        guard enrolmentIsOpen else {
            return .refuse(
                "the file holds credentials, enrolment is closed, and no DHCP message has shown which address this device has: let dhcp-sniffd see the phone's DHCP, or open enrolment")
        }
        return .allowAndBind
    }
}

extension AddressBinding.Source {
    /// The source in the middle of a sentence.
    var words: String {
        switch self {
        case .dhcp: "DHCP evidence"
        case .firstAsker: "its first request"
        case .administrator: "an administrator"
        }
    }
}
