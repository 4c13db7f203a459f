// SPDX-License-Identifier: GPL-3.0-or-later
// Who changed what, and what it was before.

import { h, replace, told, cut } from "../../core/dom.js";
import { t, has } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { link } from "../../core/router.js";
import { store } from "../../core/store.js";
import { dateTime, phoneName } from "../../core/format.js";
import { button, empty, badge, complain } from "../../components/basics.js";
import { makeTable } from "../../components/table.js";

/** How many members of two documents are compared in what is shown. */
const MEMBERS = 40;

const named = (prefix, key) => (has(`audit.${prefix}.${key}`) ? t(`audit.${prefix}.${key}`) : cut(key, 40));

export async function audit(body, signal) {
    const table = makeTable(t("health.tab.audit"), [
        { title: t("audit.what"), isHead: true, cell: (entry) => [badge(named("action", entry.action)), " ", named("kind", entry.kind), " ", subject(entry)] },
        { title: t("audit.actor"), cell: (entry) => [told(entry.actor), entry.address ? h("span", { class: "sub mono" }, told(entry.address)) : null] },
        { title: t("audit.time"), class: "moment", cell: (entry) => dateTime(entry.time) },
        { title: t("audit.changes"), isBare: true, cell: (entry) => h("details", {}, h("summary", { text: t("audit.changes") }), h("ul", { class: "plain mono changes" }, changes(entry.before, entry.after).map((text) => h("li", {}, told(text))))) },
    ]);
    const more = h("div", { class: "more" });
    const showMore = button(t("timeline.more"), () => next().catch(complain));
    let cursor = null;
    async function next() {
        const { entries, next: after } = await api.get(`/1.0/audit?limit=100${cursor ? `&cursor=${api.part(cursor)}` : ""}`, { signal });
        cursor = after;
        table.add(entries);
        if (cursor) more.append(showMore);
        else showMore.remove();
        return entries.length;
    }
    const count = await next();
    replace(body, count === 0 ? empty(t("audit.none"), t("audit.none-text")) : [table.element, more]);
}

/** What was changed: a phone or a person by name and with a way there, else its key. */
function subject(entry) {
    const phone = entry.kind === "device" ? store.phones.get(entry.subject) : null;
    const line = entry.kind === "line" ? store.lines.get(entry.subject) : null;
    if (phone) return h("a", { href: link("phones", phone.id) }, told(`${phoneName(phone)} ${phone.mac ?? ""}`));
    if (line) return h("a", { href: link("people", line.id) }, told(line.display_name));
    return h("span", { class: "mono sub" }, told(cut(entry.subject, 60)));
}

/** What differs between two documents, one line for each member. */
function changes(before, after) {
    const show = (value) => (value === undefined || value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value));
    const isObject = (value) => value !== null && typeof value === "object";
    if (!isObject(before) && !isObject(after)) return [`${show(before)} → ${show(after)}`];
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    return [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name])).slice(0, MEMBERS).map((name) => cut(`${name}: ${show(before?.[name])} → ${show(after?.[name])}`, 600));
}
