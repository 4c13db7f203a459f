// SPDX-License-Identifier: GPL-3.0-or-later

import PluginAuthoring
import Testing

@Suite("Time zones for authors")
struct AuthoringTimeZonesTests {
    @Test("A zone that does not exist has no rule")
    func unknown() { #expect(AuthoringTimeZones().zone(named: "Europe/Atlantis") == nil) }
}
