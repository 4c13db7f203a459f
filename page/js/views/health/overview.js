// SPDX-License-Identifier: GPL-3.0-or-later
// How the appliance does at a glance: figures, rates, how far phones are.

import { h, replace, refill } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { link } from "../../core/router.js";
import { store, stages, fare } from "../../core/store.js";
import { bytes, number } from "../../core/format.js";
import { complain } from "../../components/basics.js";
import { chart } from "../../components/chart.js";

const PACE = 5000;

const charts = [
    { key: "boots", kind: "", takes: (rate) => rate.step === "dhcp" && rate.outcome === "done" },
    { key: "requests", kind: "", takes: (rate) => rate.step === "fetched" && rate.outcome === "done" },
    { key: "registrations", kind: "", takes: (rate) => rate.step === "registered" && rate.outcome === "done" },
    { key: "faults", kind: "bad", takes: (rate) => rate.outcome !== "done" },
];

const spans = { hour: { interval: 60, count: 60 }, day: { interval: 1800, count: 48 }, week: { interval: 14400, count: 42 } };
let span = "hour";

export async function overview(body, signal) {
    const figurePlace = h("dl", { class: "figures" }), chartPlace = h("div", { class: "charts" }), stagePlace = h("div", { class: "panel stage-bars" });
    const chips = Object.keys(spans).map((key) => h("button", { class: "chip", type: "button", data: { span: key }, on: { click: () => { span = key; draw().catch(complain); } } }, t(`health.span.${key}`)));

    async function draw() {
        for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.span === span));
        const wanted = span, { interval, count } = spans[wanted];
        const [status, rates, { backups }] = await Promise.all([
            api.get("/1.0/status", { signal }), api.get(`/1.0/rates?interval=${interval}&count=${count}`, { signal }),
            api.get("/1.0/backups", { signal }).catch(() => ({ backups: null })),
        ]);
        if (wanted !== span) return;
        refill(figurePlace, figures(status, backups));
        refill(stagePlace, bars());
        refill(chartPlace, charts.map(({ key, kind, takes }) => chart({ title: t(`health.chart.${key}`), values: counted(rates, interval, count, takes), start: rates.start, interval, kind })));
    }
    await draw();
    replace(
        body, figurePlace, h("div", { class: "section-head" }, h("h2", { text: t("health.rates") }), h("div", { class: "chips", role: "group", "aria-label": t("health.rates") }, chips)),
        chartPlace, h("h2", { text: t("health.stages") }), stagePlace);
    const timer = setInterval(() => { if (!document.hidden) draw().catch(() => {}); }, PACE);
    signal.addEventListener("abort", () => clearInterval(timer));
}

/** Figures, each with the way to what it counts. */
function figures(status, backups) {
    const figure = (title, value, href, kind = "") => h("div", { class: kind }, h("dt", { text: title }), h("dd", {}, href ? h("a", { href, text: value }) : value));
    let arrived = 0, attention = 0;
    for (const phone of store.phones.values()) {
        const how = fare(phone);
        if (how === "arrived") arrived += 1;
        else if (how === "trouble" || how === "stalled") attention += 1;
    }
    return [
        figure(t("health.figure.phones"), number(store.phones.size), "#/phones?kind=all"), figure(t("phones.kind.arrived"), number(arrived), "#/phones?kind=arrived"),
        figure(t("phones.kind.attention"), number(attention), "#/phones?kind=attention", attention ? "warn" : ""),
        figure(t("health.figure.lines"), number(store.lines.size), link("people")), figure(t("health.figure.database"), bytes(status.database.bytes)),
        backups ? figure(t("health.tab.backups"), bytes(backups.reduce((sum, backup) => sum + backup.size, 0)), link("health", "backups")) : null, figure(t("health.figure.version"), status.version),
    ];
}

/** How many phones stand at each station. */
function bars() {
    const counts = Object.fromEntries(stages.map((stage) => [stage, 0]));
    for (const phone of store.phones.values()) counts[phone.stage] += 1;
    const highest = Math.max(1, ...Object.values(counts));
    return stages.map((stage) => {
        const fill = h("i", {});
        fill.style.inlineSize = `${(100 * counts[stage]) / highest}%`;
        return h("div", { class: `stage-bar ${stage}` }, h("span", { text: t(`stage.${stage}`) }), h("span", { class: "bar", "aria-hidden": "true" }, fill), h("strong", { text: number(counts[stage]) }));
    });
}

function counted(rates, interval, count, takes) {
    const values = Array.from({ length: count }, () => 0);
    for (const rate of rates.rates) {
        const index = Math.round((rate.time - rates.start) / interval);
        if (takes(rate) && index >= 0 && index < count) values[index] += rate.count;
    }
    return values;
}
