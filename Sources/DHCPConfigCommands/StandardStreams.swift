// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Standard error, for findings: standard output belongs to what was asked for.
enum StandardError {
    static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}

/// Standard output.
enum StandardOutput {
    static func write(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
