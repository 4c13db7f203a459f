// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import PacketCapture

/// Why dhcp-sniffd ends before its time, with the exit code that tells scripts (sysexits.h).
public struct SniffingFailure: Error, Sendable {
    /// What is wrong, where, and what to do.
    public let message: String
    /// 65 bad capture file, 66 file or interface missing, 71 system failure, 77 capture not permitted, 78 definitions missing or wrong.
    public let exitCode: Int32

    init(message: String, exitCode: Int32) {
        self.message = message
        self.exitCode = exitCode
    }

    /// A failure to capture.
    public init(_ error: CaptureError) {
        let code: Int32 =
            switch error.code {
            case .badFile: 65
            case .noSuchInterface, .interfaceDown, .unreadableFile: 66
            case .failed: 71
            case .notPermitted: 77
            }
        self.init(message: error.message, exitCode: code)
    }

    /// A failure to load the definitions.
    public init(_ error: ConfigError) {
        self.init(message: "no vendor definitions to recognise phones by:\n\(error)", exitCode: 78)
    }
}
