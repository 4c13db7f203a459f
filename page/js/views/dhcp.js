// SPDX-License-Identifier: GPL-3.0-or-later
// DHCP: what goes wrong on the network, the site, what each family of phones is sent, and configurations for DHCP servers.

import { h, replace, told, cut } from "../core/dom.js";
import { t, has } from "../core/i18n.js";
import { api, APIError, request } from "../core/api.js";
import { link } from "../core/router.js";
import { store } from "../core/store.js";
import { phoneName, ago } from "../core/format.js";
import { viewHead, button, empty, loading, failure, tabs, field, input, select, notice, codeBlock, reason, toast, badge, linkButton } from "../components/basics.js";
import { icon } from "../components/icons.js";

const places = ["warnings", "site", "generate", "families", "explain"];

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

export function show(root, [first], { signal }) {
    const part = places.includes(first) ? first : "warnings";
    const body = h("div", { class: "tab-body" });
    const nav = h("div", {});
    replace(root, viewHead(t("nav.dhcp"), { lead: t("dhcp.lead") }), nav, body);
    const drawTabs = () => replace(nav, tabs(t("dhcp.parts"), places.map((key) => ({ key, title: t(`dhcp.tab.${key}`), href: link("dhcp", key), count: key === "warnings" && problems().length ? problems().length : undefined })), part));
    drawTabs();
    store.on("events", drawTabs, signal);
    store.on("event", (event) => { if (event.details?.problem) drawTabs(); }, signal);

    async function fill() {
        replace(body, loading(5));
        try {
            await { warnings, site, generate, families, explain }[part](body, signal);
        } catch (error) {
            if (!signal.aborted) replace(body, failure(error, fill));
        }
    }
    fill();
    return {};
}

// MARK: - Warnings

/** The problems that were seen lately, each kind once for each server, the newest first. */
function problems() {
    const found = new Map();
    for (const event of store.events) {
        const kind = event.step === "dhcp" && event.details?.problem;
        if (!kind) continue;
        const key = `${kind}\n${event.details.server ?? ""}`;
        const problem = found.get(key) ?? { event, phones: new Set() };
        problem.event = event;
        problem.phones.add(event.device);
        found.set(key, problem);
    }
    return [...found.values()].sort((a, b) => b.event.time - a.event.time);
}

function warnings(body, signal) {
    const draw = () => {
        const list = problems();
        replace(body, list.length === 0
            ? empty(t("dhcp.no-warnings"), t("dhcp.no-warnings-text"))
            : h("ul", { class: "cards wide" }, list.slice(0, 100).map(({ event, phones }) => {
                const key = `dhcp.problem.${event.details.problem}`;
                return h(
                    "li", { class: "panel warning" },
                    h("div", { class: "card-head" }, icon("warning"), h("h2", { text: has(key) ? t(key) : t("dhcp.problem") }), event.details.server ? badge(cut(event.details.server, 45)) : null),
                    h("p", { lang: "en" }, told(cut(event.text, 1500))),
                    h("p", { class: "sub" }, ago(event.time), " · ", [...phones].slice(0, 5).map((id, index) => {
                        const phone = store.phones.get(id);
                        return [index ? ", " : null, h("a", { href: link("phones", id) }, told(phone ? `${phoneName(phone)} ${phone.mac ?? ""}` : event.mac ?? id))];
                    }), phones.size > 5 ? ` +${phones.size - 5}` : null),
                    event.details.lines && typeof event.details.lines === "object"
                        ? h("details", {}, h("summary", { text: t("dhcp.remedy") }), Object.entries(event.details.lines).map(([server, text]) => codeBlock(String(text), { label: t("timeline.lines-for", { server: cut(server, 40) }) }))) : null);
            })));
    };
    draw();
    store.on("events", draw, signal);
    store.on("event", (event) => { if (event.step === "dhcp" && event.details?.problem) draw(); }, signal);
    // The phone itself is known a moment later than its trouble.
    store.on("phones", (ids) => { if (ids && problems().some(({ phones }) => ids.some((id) => phones.has(id)))) draw(); }, signal);
}

// MARK: - Site

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

const findingsList = (findings) => findings.length ? notice("info", h("p", {}, h("strong", { text: t("dhcp.findings") })), h("ul", { class: "plain", lang: "en" }, findings.slice(0, 50).map((text) => h("li", {}, told(text))))) : null;

async function site(body, signal) {
    const known = await readSite(signal);
    // What somebody else wrote since is not written over.
    let tag = known?.tag;
    const text = h("textarea", { rows: 22, class: "mono editor", spellcheck: "false", name: "site" });
    text.value = known?.text ?? example();
    const result = h("div", { "aria-live": "polite" });
    const save = button(t("dhcp.save"), async () => {
        save.disabled = true;
        try {
            const response = await request("PUT", "/1.0/dhcp/site", { body: { text: text.value }, headers: tag ? { "If-Match": tag } : {} });
            tag = response.headers.get("ETag");
            const { findings } = await response.json();
            replace(result, notice("good", h("p", { text: t("dhcp.saved") }), linkButton(t("dhcp.tab.generate"), link("dhcp", "generate"))), findingsList(findings ?? []));
            toast(t("dhcp.saved"));
        } catch (error) {
            // The compiler's own words, line by line.
            replace(result, error instanceof APIError && error.status === 400 ? notice("bad", h("pre", { class: "compiler", lang: "en", text: cut(error.message, 6000) })) : notice("bad", h("p", { text: reason(error) })));
        }
        save.disabled = false;
    }, { kind: "primary" });
    text.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key === "s") {
            event.preventDefault();
            save.click();
        }
    });
    replace(body, known === null ? notice("info", h("p", { text: t("dhcp.no-site") })) : null, field(t("dhcp.site"), text, { hint: t("dhcp.site-hint") }), h("div", { class: "row-actions" }, save), result);
}

// MARK: - Generate

let server = "dnsmasq";

async function generate(body, signal) {
    const { servers } = await api.get("/1.0/dhcp/families", { signal });
    const result = h("div", { "aria-live": "polite" });
    const choice = select(servers.map((name) => [name, has(`server.${name}`) ? t(`server.${name}`) : name]), server, (name) => { server = name; fill(); });
    async function fill() {
        replace(result, loading(6));
        try {
            const { text, findings } = await api.get(`/1.0/dhcp/generate/${api.part(server)}`, { signal });
            replace(result, findingsList(findings), codeBlock(text, { label: t("dhcp.configuration", { server: has(`server.${server}`) ? t(`server.${server}`) : server }), fileName: `${server}.conf` }));
        } catch (error) {
            if (signal.aborted) return;
            replace(result, error instanceof APIError && error.status === 404 ? empty(t("dhcp.no-site-title"), t("dhcp.no-site"), linkButton(t("dhcp.tab.site"), link("dhcp", "site"), { kind: "primary" })) : failure(error, fill));
        }
    }
    replace(body, h("p", { class: "lead", text: t("dhcp.generate-lead") }), field(t("dhcp.server"), choice), result);
    await fill();
}

// MARK: - Families

async function families(body, signal) {
    const { families: list } = await api.get("/1.0/dhcp/families", { signal });
    const search = input({ type: "search", class: "search", placeholder: t("dhcp.search"), "aria-label": t("dhcp.search"), on: { input: () => draw() } });
    const place = h("ul", { class: "cards wide" });
    const count = new Map();
    for (const phone of store.phones.values()) count.set(phone.vendor?.toLowerCase(), (count.get(phone.vendor?.toLowerCase()) ?? 0) + 1);
    function draw() {
        const word = search.value.toLowerCase();
        const found = list.filter((family) => `${family.id} ${family.vendor} ${family.title}`.toLowerCase().includes(word));
        found.sort((a, b) => Boolean(count.get(b.vendor.toLowerCase())) - Boolean(count.get(a.vendor.toLowerCase())) || a.vendor.localeCompare(b.vendor));
        replace(place, found.map((family) => h(
            "li", { class: "panel" }, h("h2", {}, told(family.title)), h("div", { class: "card-head" }, badge(family.vendor, "quiet"), count.get(family.vendor.toLowerCase()) ? badge(t("plugins.phones", { count: count.get(family.vendor.toLowerCase()) }), "good") : null),
            family.values.length ? h("ul", { class: "plain", lang: "en" }, family.values.map((value) => h("li", {}, told(value)))) : h("p", { class: "hint", text: t("dhcp.no-values") }),
            family.values.length ? h("details", { on: { toggle: (event) => open(event.target, family) } }, h("summary", { text: t("dhcp.lines") }), h("div", { class: "lines-place" })) : null)));
    }
    async function open(element, family) {
        const place = element.querySelector(".lines-place");
        if (!element.open || place.childElementCount) return;
        try {
            const { lines } = await api.get(`/1.0/dhcp/families/${api.part(family.id)}`, { signal });
            replace(place, Object.entries(lines).map(([name, text]) => codeBlock(text, { label: has(`server.${name}`) ? t(`server.${name}`) : name })));
        } catch (error) { replace(place, failure(error)); }
    }
    draw();
    replace(body, h("p", { class: "lead", text: t("dhcp.families-lead") }), h("div", { class: "toolbar" }, h("div", { class: "search-box" }, icon("search"), search)), place);
}

// MARK: - Explain

async function explain(body, signal) {
    const mac = input({ name: "mac", class: "mono", placeholder: "00:15:65:0a:bb:01" }), vendorClass = input({ name: "vendor_class", class: "mono", placeholder: "yealink" }), subnet = input({ name: "subnet" });
    const result = h("div", { "aria-live": "polite" });
    const send = async (event) => {
        event.preventDefault();
        const query = new URLSearchParams();
        for (const control of [mac, vendorClass, subnet]) if (control.value.trim()) query.set(control.name, control.value.trim());
        replace(result, loading(4));
        try {
            const { text } = await api.get(`/1.0/dhcp/explain?${query}`, { signal });
            replace(result, codeBlock(text, { label: t("dhcp.explanation") }));
        } catch (error) {
            if (signal.aborted) return;
            replace(result, error instanceof APIError && error.status === 404 ? empty(t("dhcp.no-site-title"), t("dhcp.no-site"), linkButton(t("dhcp.tab.site"), link("dhcp", "site"), { kind: "primary" })) : notice("bad", h("p", { text: reason(error) })));
        }
    };
    replace(
        body, h("p", { class: "lead", text: t("dhcp.explain-lead") }),
        h("form", { class: "panel form-row", on: { submit: send }, novalidate: true }, field(t("phone.mac"), mac), field(t("dhcp.vendor-class"), vendorClass, { isOptional: true }), field(t("dhcp.subnet"), subnet, { isOptional: true }), button(t("dhcp.explain"), null, { kind: "primary", type: "submit" })), result);
}
