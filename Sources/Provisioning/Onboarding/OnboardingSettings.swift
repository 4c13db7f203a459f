// SPDX-License-Identifier: GPL-3.0-or-later

/// What the administrator's configuration says about calls to provd.
public struct OnboardingSettings: Sendable, Hashable {
    /// Whether a phone is given a line only after its caller pressed 1.
    public var asksForConfirmation = false
    /// Whether a line that is on another phone moves when the caller presses 1; otherwise its code is refused.
    public var movesLines = true
    /// The number that asks for a code, which is then entered with keys.
    public var accessNumber: String? = "*99"
    /// The number with which somebody logs in on a phone of somebody else: it asks for a code.
    public var loginNumber: String? = "*11"
    /// The number with which they log out.
    public var logoutNumber: String? = "*12"
    /// The numbers that reset a phone: the name that Wazo gives it, and the same on a keypad.
    public var resetNumbers: Set<String> = ["*guest", "*48378"]
    /// The PIN for a reset; without one no phone can reset itself.
    public var resetPIN: String?
    /// The numbers of emergency services: 112 in Europe, 911 in North America, 999 and 110 to 119 elsewhere.
    public var emergencyNumbers: Set<String> = ["112", "911", "999", "110", "118", "119"]
    /// The language of phones whose configuration names none.
    public var locale = "en"

    /// Makes the default settings.
    public init() {}
}
