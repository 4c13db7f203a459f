// SPDX-License-Identifier: GPL-3.0-or-later
// The site file: what this network is, checked before it is kept.

import { h, replace, told, cut } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { APIError, request } from "../../core/api.js";
import { link } from "../../core/router.js";
import { store } from "../../core/store.js";
import { busy, button, empty, field, notice, reason, save as keepFile, toast, linkButton } from "../../components/basics.js";

/** A site file to begin with: everything that must be said, with this appliance's own address if it has one. */
function example() {
    const { address = "", http_port: port = 8667 } = store.status ?? {};
    const isKnown = /^\d+\.\d+\.\d+\.\d+$/.test(address) && !address.startsWith("127.");
    const own = isKnown ? address : "192.0.2.10";
    const network = own.split(".").slice(0, 3).join(".");
    return `# What this network is. Change it to yours; “provd” is this appliance as phones reach it.
site: Head office

provd:
  address: ${own}
  http_url: http://${own}:${port}

defaults:
  lease: 12h
  dns: ${network}.1
  serve: phones

subnets:
  - name: phones
    network: ${network}.0/24
    router: ${network}.1
    ranges: [${network}.100-${network}.199]
`;
}

/** The site file and its state, or null if there is none. */
async function readSite(signal) {
    try {
        const response = await request("GET", "/1.0/dhcp/site", { signal });
        return { text: (await response.json()).text, tag: response.headers.get("ETag") };
    } catch (error) {
        if (error instanceof APIError && error.status === 404) return null;
        throw error;
    }
}

/** What the compiler has to say of a site that it takes. */
export const findingsList = (findings) => (findings.length === 0 ? null : notice(
    "warn", h("p", {}, h("strong", { text: t("dhcp.findings") })), h("ul", { class: "plain", lang: "en" }, findings.slice(0, 50).map((text) => h("li", {}, told(text))))));

/** What stands where a site is needed and there is none. */
export const noSite = () => empty(t("dhcp.no-site-title"), t("dhcp.no-site"), linkButton(t("dhcp.tab.site"), link("dhcp", "site"), { kind: "primary" }));

export async function site(body, signal) {
    const known = await readSite(signal);
    // What somebody else wrote since is not written over.
    let tag = known?.tag;
    const text = h("textarea", { rows: 22, class: "mono editor", spellcheck: "false", name: "site" });
    text.value = known?.text ?? example();
    const result = h("div", { "aria-live": "polite" });
    const save = button(t("dhcp.save"), () => busy(save, async () => {
        try {
            const response = await request("PUT", "/1.0/dhcp/site", { body: { text: text.value }, headers: tag ? { "If-Match": tag } : {} });
            tag = response.headers.get("ETag");
            const { findings } = await response.json();
            replace(result, notice("good", h("p", { text: t("dhcp.saved") }), linkButton(t("dhcp.tab.generate"), link("dhcp", "generate"))), findingsList(findings ?? []));
            toast(t("dhcp.saved"));
        } catch (error) {
            // The compiler's own words, line by line.
            const isCompilers = error instanceof APIError && error.status === 400;
            replace(result, notice("bad", isCompilers ? h("pre", { class: "compiler", lang: "en", text: cut(error.message, 6000) }) : h("p", { text: reason(error) })));
        }
    }), { kind: "primary" });
    text.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key === "s") {
            event.preventDefault();
            save.click();
        }
    });
    const download = button(t("action.download"), () => keepFile("site.yml", text.value, "text/yaml"), { symbol: "download" });
    replace(
        body, known === null ? notice("info", h("p", { text: t("dhcp.no-site") })) : null, field(t("dhcp.site"), text, { hint: t("dhcp.site-hint") }),
        h("div", { class: "row-actions" }, save, download), result);
}
