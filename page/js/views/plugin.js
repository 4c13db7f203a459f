// SPDX-License-Identifier: GPL-3.0-or-later
// One plugin: its firmware, its models, and which phones use which.

import { h, replace, told, cut } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { api } from "../core/api.js";
import { link } from "../core/router.js";
import { store } from "../core/store.js";
import { jobs } from "../core/jobs.js";
import { bytes, number } from "../core/format.js";
import { viewHead, button, iconButton, badge, loading, failure, confirm, notice, toast, complain } from "../components/basics.js";
import { icon } from "../components/icons.js";
import { makeTable } from "../components/table.js";

/** How many rows of a table are shown at first, besides those that have to do with phones here. */
const FIRST = 8;

/** Begins an operation of the server's, and does something when it has ended. */
export async function change(title, begin, after) {
    try {
        const job = jobs.follow(title, await begin());
        job.ended.then(after);
    } catch (error) { complain(error); }
}

/** A table in which what is used here comes first; most of the rest waits to be asked for. */
function usedFirst(table, rows, isUsed) {
    const sorted = [...rows.filter(isUsed), ...rows.filter((row) => !isUsed(row))];
    const first = Math.max(FIRST, rows.filter(isUsed).length);
    table.show(sorted.slice(0, first));
    if (sorted.length <= first) return table.element;
    const more = h("div", { class: "more" }, button(t("timeline.more"), () => {
        table.add(sorted.slice(first));
        table.element.focus();
        more.remove();
    }));
    return [table.element, more];
}

export async function showPlugin(root, id, { signal }) {
    const head = (title, lead, actions = []) => viewHead(title, { lead, actions, before: h("a", { class: "back", href: link("plugins") }, icon("back"), t("nav.plugins")) });
    replace(root, head(told(id)), loading(6));
    async function fill() {
        if (signal.aborted) return;
        try {
            const plugin = await api.get(api.plugin(id), { signal });
            const { firmware } = await api.get(api.plugin(id, "/firmware"), { signal });
            const phones = [...store.phones.values()].filter((phone) => phone.plugin === id);
            replace(
                root, head(told(plugin.id), told(plugin.description || plugin.vendor), actions(plugin)), facts(plugin, phones),
                plugin.problems?.length ? notice("bad", h("ul", { lang: "en" }, plugin.problems.slice(0, 20).map((text) => h("li", {}, told(text))))) : null,
                h("h2", { text: t("firmware.title") }), firmware.length === 0 ? h("p", { class: "hint", text: t("firmware.none") }) : firmwareTable(firmware, phones), models(plugin, phones));
        } catch (error) {
            if (!signal.aborted) replace(root, head(told(id)), failure(error, fill));
        }
    }

    const actions = (plugin) => [
        plugin.newest && plugin.newest !== plugin.version ? button(t("plugins.upgrade", { version: cut(plugin.newest, 30) }), () => change(t("plugins.upgrading", { id }), () => api.post(api.plugin(id, "/upgrade")), fill), { kind: "primary" }) : null,
        plugin.origin === "bundled" ? null : button(t("plugins.uninstall"), () => confirm(t("plugins.uninstall-ask", { id }), t("plugins.uninstall-text", { count: plugin.devices }), t("plugins.uninstall"), async () => {
            await api.delete(api.plugin(id));
            toast(t("plugins.uninstalled", { id }));
            location.hash = link("plugins");
        }), { kind: "danger" }),
    ].filter(Boolean);

    function facts(plugin, phones) {
        const fact = (key, value) => h("div", {}, h("dt", { text: t(`plugins.fact.${key}`) }), h("dd", {}, value));
        return h(
            "dl", { class: "facts" }, fact("version", told(plugin.version)), fact("vendor", told(plugin.vendor)), fact("origin", t(`plugins.origin.${plugin.origin}`)),
            fact("devices", phones.length ? h("a", { href: `#/phones?plugin=${api.part(id)}`, text: number(phones.length) }) : number(phones.length)));
    }

    function firmwareTable(firmware, phones) {
        /** How many of the phones that a package is for run it. */
        const rows = firmware.map((item) => {
            const meant = phones.filter((phone) => item.models.includes(phone.model));
            return { ...item, count: meant.length, running: meant.filter((phone) => phone.version === item.version).length };
        });
        const table = makeTable(t("firmware.title"), [
            { title: t("firmware.package"), isHead: true, cell: (item) => [told(item.id), item.description ? h("span", { class: "sub" }, told(item.description)) : null] },
            { title: t("firmware.version"), class: "mono", cell: (item) => told(item.version ?? "–") },
            { title: t("firmware.models"), cell: (item) => told(item.models.join(", ")) },
            { title: t("firmware.phones"), class: "moment", cell: ({ count, running }) => (count ? t("firmware.use", { running, count }) : "–") },
            { title: t("firmware.size"), class: "number", cell: (item) => bytes(item.size) },
            { title: t("firmware.state"), class: "tools", cell: firmwareActions },
        ]);
        return usedFirst(table, rows, (item) => item.count || item.installed);
    }

    function firmwareActions(item) {
        const path = (rest) => api.plugin(id, `/firmware/${api.part(item.id)}${rest}`);
        const install = () => change(t("firmware.installing", { id: item.id }), () => api.post(path(item.installed ? "/upgrade" : "/install")), fill);
        const remove = () => confirm(t("firmware.remove", { id: cut(item.id, 60) }), t("firmware.remove-text"), t("action.delete"), async () => {
            await api.delete(path(""));
            fill();
        });
        return h(
            "div", { class: "row-actions" }, item.installed ? badge(t("firmware.installed", { version: cut(item.installed, 30) }), "good") : null,
            item.version && item.version !== item.installed ? button(t(item.installed ? "firmware.upgrade" : "firmware.install"), install, { "aria-label": t("firmware.install-this", { id: cut(item.id, 60) }) }) : null,
            item.installed ? iconButton(t("firmware.remove", { id: cut(item.id, 60) }), "trash", remove) : null);
    }

    function models(plugin, phones) {
        const counts = new Map();
        for (const phone of phones) counts.set(phone.model, (counts.get(phone.model) ?? 0) + 1);
        const rows = Object.entries(plugin.capabilities).map(([name, can]) => {
            const [, model = name, version] = name.split(", ");
            return { model, version, can, used: counts.get(model) ?? 0 };
        });
        const title = t("plugins.models", { count: rows.length });
        const table = makeTable(title, [
            { title: t("plugins.model.model"), isHead: true, cell: ({ model }) => told(model) },
            { title: t("plugins.model.firmware"), class: "mono", cell: ({ version }) => told(version ?? "–") },
            { title: t("plugins.model.lines"), class: "number", cell: ({ can }) => String(can.lines ?? "–") },
            { title: t("plugins.model.keys"), class: "number", cell: ({ can }) => String(can.function_keys ?? "–") },
            { title: t("plugins.model.used"), class: "number", cell: ({ used }) => (used ? h("strong", { text: number(used) }) : number(used)) },
        ]);
        return [h("h2", { text: title }), usedFirst(table, rows, ({ used }) => used)];
    }
    await fill();
    return {};
}
