// SPDX-License-Identifier: GPL-3.0-or-later
// Health: how much happens, what goes wrong, who changed what, and what is kept.

import { h, replace, told, cut } from "../core/dom.js";
import { t, has } from "../core/i18n.js";
import { api } from "../core/api.js";
import { link } from "../core/router.js";
import { store, stages } from "../core/store.js";
import { isFault } from "../core/words.js";
import { bytes, dateTime, number, phoneName, phoneTitle } from "../core/format.js";
import { viewHead, button, iconButton, empty, loading, failure, tabs, badge, confirm, toast, complain } from "../components/basics.js";
import { chart } from "../components/chart.js";
import { makeEvent } from "../components/event-row.js";
import { doctor } from "./health-doctor.js";

const places = ["overview", "doctor", "events", "audit", "locks", "backups"];
const PACE = 5000;

export function show(root, [first], { signal }) {
    const part = places.includes(first) ? first : "overview";
    const body = h("div", { class: "tab-body" });
    replace(root, viewHead(t("nav.health")), tabs(t("health.parts"), places.map((key) => ({ key, title: t(`health.tab.${key}`), href: link("health", key) })), part), body);
    async function fill() {
        replace(body, loading(5));
        try {
            await { overview, doctor, events, audit, locks, backups }[part](body, signal);
        } catch (error) {
            if (!signal.aborted) replace(body, failure(error, fill));
        }
    }
    fill();
    return {};
}

// MARK: - Overview

const charts = [
    { key: "boots", kind: "", takes: (rate) => rate.step === "dhcp" && rate.outcome === "done" },
    { key: "requests", kind: "", takes: (rate) => rate.step === "fetched" && rate.outcome === "done" },
    { key: "registrations", kind: "", takes: (rate) => rate.step === "registered" && rate.outcome === "done" },
    { key: "faults", kind: "bad", takes: (rate) => rate.outcome !== "done" },
];

let span = "hour";
const spans = { hour: { interval: 60, count: 60 }, day: { interval: 1800, count: 48 }, week: { interval: 14400, count: 42 } };

async function overview(body, signal) {
    const figures = h("dl", { class: "figures" }), chartPlace = h("div", { class: "charts" }), stagePlace = h("div", { class: "stage-bars" });
    const spanChips = Object.keys(spans).map((key) => h("button", { class: "chip", type: "button", "aria-pressed": String(key === span), data: { span: key }, on: { click: () => { span = key; for (const chip of spanChips) chip.setAttribute("aria-pressed", String(chip.dataset.span === span)); draw().catch(complain); } } }, t(`health.span.${key}`)));
    async function draw() {
        const { interval, count } = spans[span];
        const [status, rates] = await Promise.all([api.get("/1.0/status", { signal }), api.get(`/1.0/rates?interval=${interval}&count=${count}`, { signal })]);
        const figure = (key, value) => h("div", {}, h("dt", { text: t(`health.figure.${key}`) }), h("dd", { text: value }));
        const counts = Object.fromEntries(stages.map((stage) => [stage, 0]));
        for (const phone of store.phones.values()) counts[phone.stage] += 1;
        replace(figures, figure("phones", number(store.phones.size)), figure("arrived", number(counts.owned)), figure("lines", number(store.lines.size)), figure("database", bytes(status.database.bytes)), figure("version", status.version));
        replace(stagePlace, stages.map((stage) => h(
            "div", { class: "stage-bar" }, h("span", { text: t(`stage.${stage}`) }), h("meter", { min: 0, max: Math.max(1, store.phones.size), value: counts[stage], "aria-label": t(`stage.${stage}`) }), h("strong", { text: number(counts[stage]) }))));
        replace(chartPlace, charts.map(({ key, kind, takes }) => {
            const values = Array.from({ length: count }, () => 0);
            for (const rate of rates.rates) {
                const index = Math.round((rate.time - rates.start) / interval);
                if (takes(rate) && index >= 0 && index < count) values[index] += rate.count;
            }
            return chart({ title: t(`health.chart.${key}`), values, start: rates.start, interval, kind });
        }));
    }
    await draw();
    replace(body, figures, h("div", { class: "section-head" }, h("h2", { text: t("health.rates") }), h("div", { class: "chips", role: "group", "aria-label": t("health.rates") }, spanChips)), chartPlace, h("h2", { text: t("health.stages") }), stagePlace);
    const timer = setInterval(() => { if (!document.hidden) draw().catch(() => {}); }, PACE);
    signal.addEventListener("abort", () => clearInterval(timer));
}

// MARK: - Events

let onlyFaults = false;

async function events(body, signal) {
    let visible = 100, timer = null;
    const list = h("ol", { class: "events" }), more = h("div", { class: "more" });
    const chips = [false, true].map((faults) => h("button", { class: "chip", type: "button", on: { click: () => { onlyFaults = faults; draw(); } } }, t(faults ? "health.events-faults" : "health.events-all")));
    function draw() {
        timer = null;
        chips.forEach((chip, index) => chip.setAttribute("aria-pressed", String(Boolean(index) === onlyFaults)));
        const found = [];
        for (let index = store.events.length - 1; index >= 0 && found.length <= visible; index -= 1) if (!onlyFaults || isFault(store.events[index])) found.push(store.events[index]);
        replace(list, found.slice(0, visible).map((event) => {
            const phone = store.phones.get(event.device);
            return h("li", {}, makeEvent(event, { isDated: true, phone: { id: event.device, title: phone ? phoneTitle(phone) : event.mac ?? event.device } }));
        }));
        if (found.length === 0) replace(list, h("li", {}, empty(t(onlyFaults ? "health.no-faults" : "timeline.none"), t("health.events-text"))));
        replace(more, found.length > visible ? button(t("timeline.more"), () => { visible += 300; draw(); }) : null);
    }
    draw();
    replace(body, h("div", { class: "chips", role: "group", "aria-label": t("phones.filter") }, chips), list, more);
    const soon = () => { timer ??= setTimeout(draw, 300); };
    store.on("event", soon, signal);
    store.on("events", soon, signal);
    signal.addEventListener("abort", () => clearTimeout(timer));
}

// MARK: - Audit

async function audit(body, signal) {
    const rows = h("tbody", {}), more = h("div", { class: "more" });
    let cursor = null;
    async function next() {
        const { entries, next: after } = await api.get(`/1.0/audit?limit=100${cursor ? `&cursor=${api.part(cursor)}` : ""}`, { signal });
        cursor = after;
        rows.append(...entries.map((entry) => h(
            "tr", {}, h("td", { text: dateTime(entry.time) }), h("td", {}, told(entry.actor), entry.address ? h("span", { class: "sub mono" }, told(entry.address)) : null),
            h("td", {}, badge(has(`audit.action.${entry.action}`) ? t(`audit.action.${entry.action}`) : cut(entry.action, 40)), " ", told(entry.kind), " ", subject(entry)),
            h("td", {}, h("details", {}, h("summary", { text: t("audit.changes") }), h("ul", { class: "plain mono changes" }, changes(entry.before, entry.after).map((text) => h("li", {}, told(text)))))))));
        replace(more, cursor ? button(t("timeline.more"), () => next().catch(complain)) : null);
        return entries.length;
    }
    const count = await next();
    replace(body, count === 0 ? empty(t("audit.none"), t("audit.none-text")) : [h("div", { class: "table-place", tabIndex: 0, role: "region", "aria-label": t("health.tab.audit") }, h("table", { class: "table" }, h("thead", {}, h("tr", {}, ["time", "actor", "what", "changes"].map((key) => h("th", { scope: "col", text: t(`audit.${key}`) })))), rows)), more]);
}

/** What was changed: a phone by its name and a way to it, else its key. */
function subject(entry) {
    const phone = entry.kind === "device" ? store.phones.get(entry.subject) : null;
    const line = entry.kind === "line" ? store.lines.get(entry.subject) : null;
    if (phone) return h("a", { href: link("phones", phone.id) }, told(`${phoneName(phone)} ${phone.mac ?? ""}`));
    if (line) return h("a", { href: link("people") }, told(line.display_name));
    return h("span", { class: "mono sub" }, told(cut(entry.subject, 60)));
}

/** What differs between two documents, one line for each member. */
function changes(before, after) {
    const show = (value) => (value === undefined || value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value));
    const isObject = (value) => value !== null && typeof value === "object";
    if (!isObject(before) && !isObject(after)) return [`${show(before)} → ${show(after)}`];
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    return [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name])).slice(0, 40).map((name) => cut(`${name}: ${show(before?.[name])} → ${show(after?.[name])}`, 600));
}

// MARK: - Locks

async function locks(body, signal) {
    async function fill() {
        const { locks: list } = await api.get("/1.0/codes/locks", { signal });
        const whose = (lock) => {
            const phone = lock.device ? store.phones.get(lock.device) : null;
            if (phone) return h("a", { href: link("phones", phone.id) }, told(`${phoneTitle(phone)} ${phone.mac ?? ""}`));
            return lock.kind === "all" ? t("locks.all") : told(lock.address ?? lock.device ?? lock.id);
        };
        replace(
            body, h("p", { class: "lead", text: t("locks.lead") }),
            list.length === 0 ? empty(t("locks.none"), t("locks.none-text")) : h("div", { class: "table-place", tabIndex: 0, role: "region", "aria-label": t("health.tab.locks") }, h("table", { class: "table" },
                h("thead", {}, h("tr", {}, h("th", { scope: "col", text: t("audit.actor") }), h("th", { scope: "col", text: t("locks.ends") }), h("th", { scope: "col" }, h("span", { class: "unseen", text: t("people.column.actions") })))),
                h("tbody", {}, list.map((lock) => h(
                    "tr", {}, h("th", { scope: "row" }, whose(lock)), h("td", { text: dateTime(lock.ends) }),
                    h("td", {}, button(t("locks.lift"), async () => {
                        try {
                            await api.delete(`/1.0/codes/locks/${api.part(lock.id)}`);
                            await fill();
                        } catch (error) { complain(error); }
                    }))))))));
    }
    await fill();
}

// MARK: - Backups

async function backups(body, signal) {
    async function fill() {
        const { backups: list } = await api.get("/1.0/backups", { signal });
        const make = button(t("backups.make"), async () => {
            make.disabled = true;
            try {
                await api.post("/1.0/backups");
                toast(t("backups.made"));
                await fill();
            } catch (error) { complain(error); }
            make.disabled = false;
        }, { kind: "primary", symbol: "plus" });
        replace(
            body, h("p", { class: "lead", text: t("backups.lead") }), h("div", { class: "row-actions" }, make),
            list.length === 0 ? empty(t("backups.none"), t("backups.none-text")) : h("div", { class: "table-place", tabIndex: 0, role: "region", "aria-label": t("health.tab.backups") }, h("table", { class: "table" },
                h("thead", {}, h("tr", {}, h("th", { scope: "col", text: t("backups.name") }), h("th", { scope: "col", text: t("audit.time") }), h("th", { scope: "col", text: t("firmware.size") }), h("th", { scope: "col" }, h("span", { class: "unseen", text: t("people.column.actions") })))),
                h("tbody", {}, list.map((backup) => h(
                    "tr", {}, h("th", { scope: "row", class: "mono" }, told(backup.name)), h("td", { text: dateTime(backup.time) }), h("td", { class: "number", text: bytes(backup.size) }),
                    h("td", {}, iconButton(t("backups.remove", { name: cut(backup.name, 80) }), "trash", () => confirm(t("backups.remove", { name: cut(backup.name, 80) }), t("backups.remove-text"), t("action.delete"), async () => { await api.delete(`/1.0/backups/${api.part(backup.name)}`); await fill(); })))))))));
    }
    await fill();
}
