// SPDX-License-Identifier: GPL-3.0-or-later
// DHCP: what goes wrong on the network, the site, what each family of phones is sent, and configurations for DHCP servers.

import { h, replace, refill } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { link } from "../core/router.js";
import { store } from "../core/store.js";
import { viewHead, loading, failure, tabs } from "../components/basics.js";
import { problems, warnings } from "./dhcp/warnings.js";
import { site } from "./dhcp/site.js";
import { generate } from "./dhcp/generate.js";
import { families } from "./dhcp/families.js";
import { explain } from "./dhcp/explain.js";

const places = { warnings, site, generate, families, explain };

export function show(root, [first], { signal }) {
    const part = first in places ? first : "warnings";
    const body = h("div", { class: "tab-body" });
    const nav = tabs(t("dhcp.parts"), Object.keys(places).map((key) => ({ key, title: t(`dhcp.tab.${key}`), href: link("dhcp", key) })), part);
    const count = h("span", {});
    nav.firstElementChild.append(count);
    replace(root, viewHead(t("nav.dhcp"), { lead: t("dhcp.lead") }), nav, body);
    const drawCount = () => {
        const found = problems().length;
        refill(count, found ? h("span", { class: "tab-count", text: String(found) }) : null);
    };
    drawCount();
    store.on("events", drawCount, signal);
    store.on("event", (event) => { if (event.details?.problem) drawCount(); }, signal);

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
