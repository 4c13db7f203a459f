// SPDX-License-Identifier: GPL-3.0-or-later

import Provisioning

extension OperationPart {
    /// The part as wazo-provd's clients read it: `[label "|"] state [";" current ["/" end]] { "(" part ")" }`.
    var wazoText: String {
        var text = label.map { $0 + "|" } ?? ""
        // They know four words.
        text += (state == .cancelled ? .fail : state).rawValue
        if let current {
            text += ";\(current)"
            if let end, end > 0 { text += "/\(end)" }
        }
        for part in parts { text += "(\(part.wazoText))" }
        return text
    }
}
