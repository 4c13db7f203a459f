// SPDX-License-Identifier: GPL-3.0-or-later

/// The version of this provd, with which each plugin's `minimum_provd` is compared.
enum ProvdVersion {
    /// The version, in the form `0.1.0`.
    static let current = "0.1.0"
}
