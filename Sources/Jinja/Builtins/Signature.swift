// SPDX-License-Identifier: GPL-3.0-or-later

/// The parameters of a filter or test behind the value it works on.
struct Signature: Sendable {
    let parameters: [String]
    /// How many of the first parameters must be given.
    let required: Int
    /// Whether any arguments are taken and checked when the filter runs.
    let isOpen: Bool

    init(_ parameters: String..., required: Int = 0) {
        self.parameters = parameters
        self.required = required
        isOpen = false
    }

    private init() {
        parameters = []
        required = 0
        isOpen = true
    }

    static let open = Signature()
}
