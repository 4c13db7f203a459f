// SPDX-License-Identifier: GPL-3.0-or-later
// Plugins and firmware: what serves, what could, what is newer, and which phones use which.

import { h, replace, refill, keep, told, cut } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { api } from "../core/api.js";
import { link } from "../core/router.js";
import { store } from "../core/store.js";
import { bytes } from "../core/format.js";
import { viewHead, button, iconButton, linkButton, badge, empty, loading, failure, input, field, ask, confirm, tabs } from "../components/basics.js";
import { icon } from "../components/icons.js";
import { showPlugin, change } from "./plugin.js";

const places = ["installed", "available", "repositories"];
/** How often the phones of each plugin are counted anew while many boot. */
const PACE = 500;
/** How many packages are shown at once: a search finds the others. */
const OFFERS = 300;

export function show(root, [first], context) {
    if (first && !places.includes(first)) return showPlugin(root, first, context);
    return showAll(root, first ?? "installed", context);
}

/** How many phones each plugin serves, as the list of phones says. */
function users() {
    const counts = new Map();
    for (const phone of store.phones.values()) if (phone.plugin) counts.set(phone.plugin, (counts.get(phone.plugin) ?? 0) + 1);
    return counts;
}

function showAll(root, part, { signal }) {
    const body = h("div", { class: "tab-body" });
    const search = input({ type: "search", class: "search", placeholder: t("plugins.search"), "aria-label": t("plugins.search"), on: { input: () => draw?.() } });
    let draw = null;
    replace(
        root, viewHead(t("nav.plugins"), { lead: t("plugins.lead"), actions: [button(t("plugins.update"), update, { symbol: "sync" })] }),
        tabs(t("plugins.parts"), places.map((key) => ({ key, title: t(`plugins.tab.${key}`), href: link("plugins", key) })), part),
        part === "repositories" ? null : h("div", { class: "toolbar" }, h("div", { class: "search-box" }, icon("search"), search)), body);

    function update() { change(t("plugins.updating"), () => api.post("/1.0/repositories/update"), () => { if (!signal.aborted) fill(); }); }

    const matches = (...texts) => search.value.toLowerCase().split(/\s+/).every((word) => texts.join("\n").toLowerCase().includes(word));

    async function fill() {
        if (!draw) replace(body, loading(6));
        try {
            draw = await { installed, available, repositories }[part]();
            if (!signal.aborted) draw();
        } catch (error) {
            if (!signal.aborted) replace(body, failure(error, fill));
        }
    }

    async function installed() {
        const { plugins } = await api.get("/1.0/plugins", { signal });
        const list = h("ul", { class: "cards plugins" });
        return () => {
            const counts = users();
            const found = plugins.filter((plugin) => matches(plugin.id, plugin.vendor, plugin.description));
            found.sort((a, b) => (counts.get(b.id) ?? 0) - (counts.get(a.id) ?? 0) || a.vendor.localeCompare(b.vendor) || a.id.localeCompare(b.id));
            keep(list, found, (plugin) => plugin.id, () => h("li", { class: "panel" }), (card, plugin) => refill(card, installedCard(plugin, counts.get(plugin.id) ?? 0)));
            if (found.length === 0) replace(body, plugins.length === 0 ? empty(t("plugins.none"), t("plugins.none-text")) : empty(t("phones.nothing-found"), t("phones.nothing-found-text")));
            else if (!list.isConnected) replace(body, list);
        };
    }

    function installedCard(plugin, count) {
        const isOld = plugin.newest && plugin.newest !== plugin.version;
        return [
            h("div", { class: "card-head" }, h("h2", {}, h("a", { href: link("plugins", plugin.id) }, told(plugin.id))), badge(plugin.version, "quiet")),
            h("p", {}, told(plugin.description || plugin.vendor)),
            h("p", { class: "sub" },
                count ? h("a", { href: `#/phones?plugin=${api.part(plugin.id)}`, text: t("plugins.phones", { count }) }) : t("plugins.phones", { count }),
                plugin.origin === "bundled" ? ` · ${t("plugins.bundled")}` : null),
            isOld ? h("div", { class: "row-actions" }, button(t("plugins.upgrade", { version: cut(plugin.newest, 30) }), () => upgrade(plugin), { kind: "primary" })) : null,
        ];
    }

    const upgrade = (plugin) => change(t("plugins.upgrading", { id: plugin.id }), () => api.post(api.plugin(plugin.id, "/upgrade")), fill);

    async function available() {
        const { packages } = await api.get("/1.0/packages", { signal });
        const { plugins } = await api.get("/1.0/plugins", { signal });
        const have = new Map(plugins.map((plugin) => [plugin.id, plugin.version]));
        const list = h("ul", { class: "cards plugins" });
        return () => {
            const found = packages.filter((offer) => matches(offer.id, offer.vendor, offer.description)).slice(0, OFFERS);
            keep(
                list, found, (offer) => `${offer.repository} ${offer.id} ${offer.version} ${offer.channel}`,
                () => h("li", { class: "panel" }), (card, offer) => refill(card, offerCard(offer, have.get(offer.id))));
            if (packages.length === 0) {
                replace(body, empty(t("plugins.no-offers"), t("plugins.no-offers-text"), linkButton(t("plugins.tab.repositories"), link("plugins", "repositories"), { kind: "primary" })));
            } else if (found.length === 0) replace(body, empty(t("phones.nothing-found"), t("phones.nothing-found-text")));
            else if (!list.isConnected) replace(body, list);
        };
    }

    function offerCard(offer, installed) {
        return [
            h("div", { class: "card-head" }, h("h2", {}, told(offer.id)), badge(offer.version, "quiet"), offer.channel === "testing" ? badge(t("plugins.testing")) : null),
            h("p", {}, told(offer.description || offer.vendor)), h("p", { class: "sub" }, told(offer.repository), " · ", bytes(offer.size)),
            h("div", { class: "row-actions" }, installed === offer.version ? badge(t("plugins.is-installed"), "good")
                : button(installed ? t("plugins.install-this", { version: cut(offer.version, 30) }) : t("plugins.install"), () => install(offer, installed))),
        ];
    }

    function install({ id, version, repository }, installed) {
        const send = () => (installed ? api.post(api.plugin(id, "/upgrade"), { version, repository }) : api.post("/1.0/plugins", { id, version, repository }));
        return change(t("plugins.installing", { id }), send, fill);
    }

    async function repositories() {
        const { repositories: list } = await api.get("/1.0/repositories", { signal });
        return () => replace(
            body, list.length === 0 ? empty(t("repositories.none"), t("repositories.none-text"), button(t("repositories.add"), add, { kind: "primary", symbol: "plus" })) : [
                h("ul", { class: "cards" }, list.map(repositoryCard)), h("div", { class: "row-actions" }, button(t("repositories.add"), add, { symbol: "plus" }))]);
    }

    function repositoryCard(repository) {
        const removal = t("repositories.remove", { name: cut(repository.name, 60) });
        const remove = () => confirm(removal, t("repositories.remove-text"), t("action.delete"), async () => {
            await api.delete(`/1.0/repositories/${api.part(repository.name)}`);
            fill();
        });
        return h(
            "li", { class: "panel" }, h("div", { class: "card-head" }, h("h2", {}, told(repository.name)), badge(repository.channel, "quiet"), iconButton(removal, "trash", remove)),
            h("p", { class: "mono break" }, told(repository.url)),
            h("p", { class: "sub" }, t("repositories.packages", { count: repository.packages ?? 0 }), repository.expires ? ` · ${t("repositories.expires", { date: cut(repository.expires, 40) })}` : null));
    }

    function add() {
        const name = input({ name: "name", maxlength: 64, autofocus: true }), url = input({ name: "url", type: "url", placeholder: "https://" });
        const keys = h("textarea", { name: "keys", rows: 3, class: "mono", spellcheck: "false" });
        const content = [field(t("repositories.name"), name), field(t("repositories.url"), url), field(t("repositories.keys"), keys, { hint: t("repositories.keys-hint"), isOptional: true })];
        ask(t("repositories.add"), content, {
            action: t("repositories.add"),
            onSubmit: async () => {
                await api.post("/1.0/repositories", { name: name.value.trim(), url: url.value.trim(), keys: keys.value.split("\n").map((line) => line.trim()).filter(Boolean) });
                fill();
                update();
            },
        });
    }

    let timer = null;
    store.on("phones", () => {
        if (part === "installed") timer ??= setTimeout(() => { timer = null; draw?.(); }, PACE);
    }, signal);
    signal.addEventListener("abort", () => clearTimeout(timer));
    fill();
    return {};
}
