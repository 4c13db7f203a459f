// SPDX-License-Identifier: GPL-3.0-or-later
// Health: how much happens, what goes wrong, who changed what, and what is kept.

import { h, replace } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { link } from "../core/router.js";
import { viewHead, loading, failure, tabs } from "../components/basics.js";
import { overview } from "./health/overview.js";
import { doctor } from "./health/doctor.js";
import { events } from "./health/events.js";
import { audit } from "./health/audit.js";
import { locks } from "./health/locks.js";
import { backups } from "./health/backups.js";

const places = { overview, doctor, events, audit, locks, backups };

export function show(root, [first], { signal }) {
    const part = first in places ? first : "overview";
    const body = h("div", { class: "tab-body" });
    replace(root, viewHead(t("nav.health")), tabs(t("health.parts"), Object.keys(places).map((key) => ({ key, title: t(`health.tab.${key}`), href: link("health", key) })), part), body);
    async function fill() {
        replace(body, loading(5));
        try {
            await places[part](body, signal);
        } catch (error) {
            if (!signal.aborted) replace(body, failure(error, fill));
        }
    }
    fill();
    return {};
}
