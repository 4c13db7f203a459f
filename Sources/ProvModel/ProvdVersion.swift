// SPDX-License-Identifier: GPL-3.0-or-later

/// Which provd this is.
public enum ProvdVersion {
    /// The version, as `--version` of all programs prints it.
    public static let text = "0.1.0"
}
