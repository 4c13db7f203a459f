// SPDX-License-Identifier: GPL-3.0-or-later

/// What one plugin may bring, so that no package can exhaust the process that loads it.
///
/// Each bound is several times what the largest known phone family needs.
public enum PluginLimits {
    /// The most plugins in a directory. A site needs one for each phone family and firmware level that it has.
    public static let plugins = 1000
    /// The longest manifest in bytes; a family of sixty models has about 40 kB.
    public static let manifestBytes = 512 * 1024
    /// The deepest nesting of a manifest's lists and mappings. YAML is read recursively.
    public static let manifestDepth = 24
    /// The most values of a manifest, lists and mappings counted too.
    public static let manifestNodes = 50_000
    /// The most models of one plugin.
    public static let models = 500
    /// The most aliases of one model.
    public static let aliases = 50
    /// The most patterns of one plugin, all protocols together.
    public static let patterns = 500
    /// The most manufacturers' prefixes of one plugin.
    public static let ouis = 500
    /// The most support rules of one plugin.
    public static let supportRules = 100
    /// The most file rules of one plugin.
    public static let files = 300
    /// The most rules for what phones send.
    public static let uploads = 50
    /// The largest file that a rule may let a phone send, in bytes; a phone's log has some hundred kilobytes.
    public static let uploadBytes = 64 << 20
    /// The longest template in bytes; the largest phone configurations have some tens of kilobytes.
    public static let templateBytes = 1 << 20
    /// The most templates of one plugin.
    public static let templates = 500
    /// The most files that one plugin serves as they are, firmware and languages included.
    public static let staticFiles = 5000
    /// The most firmware packages of one plugin.
    public static let firmwarePackages = 200
    /// The longest path that a phone may ask for, in bytes; file names of phones have fewer than 100.
    public static let pathBytes = 1024
    /// The longest rendered file in bytes; phones refuse far smaller ones.
    public static let renderedBytes = 4 << 20
    /// The longest test file in bytes, a golden file included.
    public static let testBytes = 2 << 20
}
