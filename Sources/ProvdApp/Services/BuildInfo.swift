// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel
import Telemetry

/// Which provd this is, as a metric that is always 1: so that graphs show when it was upgraded.
struct BuildInfo: MetricSource {
    var families: [MetricFamily] {
        [.gauge("provd_build_info", "Which provd this is.", [.init(1, [MetricLabel("version", ProvdVersion.text)])])]
    }
}
