// SPDX-License-Identifier: GPL-3.0-or-later
// The parameters that a phone is configured with, and the document that each comes from.

import { h, replace, told, cut } from "../../core/dom.js";
import { t, has } from "../../core/i18n.js";
import { api, APIError } from "../../core/api.js";
import { empty, badge, input } from "../../components/basics.js";
import { icon } from "../../components/icons.js";
import { makeTable } from "../../components/table.js";

/** A tree of parameters as a list of names with dots. */
function flat(value, prefix = "") {
    if (value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length) {
        return Object.entries(value).flatMap(([name, member]) => flat(member, prefix ? `${prefix}.${name}` : name));
    }
    return [[prefix, value]];
}

/** Documents in words: those that provd has itself, else their own name. */
function origin(name) {
    if (!name) return "–";
    const known = name.startsWith("autoprov") && name !== "autoprov" ? "autoprov-own" : name;
    return has(`origin.${known}`) ? t(`origin.${known}`) : name;
}

export async function show(root, { id, phone, signal }) {
    let config;
    try {
        config = await api.get(api.device(id, "/config"), { signal });
    } catch (error) {
        if (!(error instanceof APIError) || error.status !== 404) throw error;
        return replace(root, empty(t("config.none"), t("config.none-text")));
    }
    const rows = flat(config.raw_config).map(([name, value]) => {
        // A parameter that has members may come from one document as a whole.
        let from = config.provenance[name], parent = name;
        while (from === undefined && parent.includes(".")) {
            parent = parent.slice(0, parent.lastIndexOf("."));
            from = config.provenance[parent];
        }
        return { name, value: typeof value === "string" ? value : JSON.stringify(value), from };
    });
    const search = input({ type: "search", class: "search", placeholder: t("config.search"), "aria-label": t("config.search"), on: { input: () => fill() } });
    const own = phone()?.id;
    const masked = () => h("span", { class: "masked", title: t("config.masked") }, "••••••••", h("span", { class: "unseen", text: t("config.masked") }));
    const table = makeTable(t("phone.tab.config"), [
        { title: t("config.name"), isHead: true, class: "mono", cell: (row) => told(cut(row.name, 200)) },
        { title: t("config.value"), class: "mono value", cell: (row) => (row.value === "********" ? masked() : told(row.value)) },
        { title: t("config.from"), cell: (row) => badge(cut(row.from === own ? t("origin.own") : origin(row.from), 60), row.from === "settings" ? "quiet" : "") },
    ]);
    function fill() {
        const word = search.value.toLowerCase();
        table.show(rows.filter((row) => `${row.name} ${row.value} ${row.from}`.toLowerCase().includes(word)).slice(0, 1000));
    }
    fill();
    replace(
        root, h("h2", { class: "unseen", text: t("phone.tab.config") }), h("p", { class: "lead", text: t("config.lead") }),
        h("div", { class: "toolbar" }, h("div", { class: "search-box" }, icon("search"), search)), table.element);
    return null;
}
