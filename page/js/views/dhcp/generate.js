// SPDX-License-Identifier: GPL-3.0-or-later
// The configuration of a DHCP server, and the commands that put it in place and prove it there.

import { h, replace } from "../../core/dom.js";
import { t, has } from "../../core/i18n.js";
import { api, APIError } from "../../core/api.js";
import { loading, failure, field, select, codeBlock } from "../../components/basics.js";
import { findingsList, noSite } from "./site.js";

/** How dhcpd-config puts a configuration in place, for the servers that it can start itself (docs/dhcp.md). */
const places = {
    dnsmasq: "--fragment --output /etc/dnsmasq.d/provd.conf --check-command 'dnsmasq --test' --reload 'systemctl restart dnsmasq'",
    isc: "--output /etc/dhcp/dhcpd.conf --reload 'systemctl restart isc-dhcp-server'",
    kea: "--output /etc/kea/kea-dhcp4.conf --reload 'systemctl restart kea-dhcp4-server'",
};

const nameOf = (server) => (has(`server.${server}`) ? t(`server.${server}`) : server);

let server = "dnsmasq";

export async function generate(body, signal) {
    const { servers } = await api.get("/1.0/dhcp/families", { signal });
    const result = h("div", { "aria-live": "polite" });
    const choice = select(servers.map((name) => [name, nameOf(name)]), server, (name) => { server = name; fill(); });
    async function fill() {
        const wanted = server;
        replace(result, loading(6));
        try {
            const { text, findings } = await api.get(`/1.0/dhcp/generate/${api.part(wanted)}`, { signal });
            if (wanted === server) replace(result, findingsList(findings), codeBlock(text, { label: t("dhcp.configuration", { server: nameOf(wanted) }), fileName: `${wanted}.conf` }), nextSteps(wanted));
        } catch (error) {
            if (signal.aborted || wanted !== server) return;
            replace(result, error instanceof APIError && error.status === 404 ? noSite() : failure(error, fill));
        }
    }
    replace(body, h("p", { class: "lead", text: t("dhcp.generate-lead") }), h("div", { class: "narrow" }, field(t("dhcp.server"), choice)), result);
    await fill();
}

/** What is done on the machine of the DHCP server: prove the configuration, put it in place, and see what the network says then. */
function nextSteps(name) {
    const step = (key, command) => h("li", {}, h("h3", { text: t(`dhcp.step.${key}`) }), codeBlock(command, { label: command.match(/dhcpd-config \w+|--live/g).join(" ") }));
    return h(
        "section", { class: "panel steps" }, h("h2", { text: t("dhcp.steps") }), h("p", { class: "hint", text: t("dhcp.steps-text") }),
        h("ol", {},
            name in places ? [step("verify", `sudo dhcpd-config verify --for ${name} site.yml`), step("apply", `sudo dhcpd-config apply --for ${name} ${places[name]} site.yml`)] : null,
            step("live", `sudo dhcpd-config verify --for ${name} --live --interface eth0 --yes-send-discover site.yml`)));
}
