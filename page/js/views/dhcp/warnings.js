// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong with DHCP on the network, and which servers answer there.

import { h, replace, refill, keep, told, cut } from "../../core/dom.js";
import { t, has } from "../../core/i18n.js";
import { link } from "../../core/router.js";
import { store } from "../../core/store.js";
import { phoneName, ago } from "../../core/format.js";
import { empty, badge, codeBlock } from "../../components/basics.js";
import { icon } from "../../components/icons.js";
import { makeTable } from "../../components/table.js";

/** How many problems and phones are shown, and how often while many phones boot. */
const MOST = 100, NAMED = 5, PACE = 300;

/** The problems that were seen lately, each kind once for each server, the newest first. */
export function problems() {
    const found = new Map();
    for (const event of store.events) {
        const kind = event.step === "dhcp" && event.details?.problem;
        if (!kind) continue;
        const key = `${kind}\n${event.details.server ?? ""}`;
        const problem = found.get(key) ?? { key, event, phones: new Set() };
        problem.event = event;
        problem.phones.add(event.device);
        found.set(key, problem);
    }
    return [...found.values()].sort((a, b) => b.event.time - a.event.time);
}

/** The servers that answered phones lately: how many of them, and when last. */
function servers() {
    const found = new Map();
    for (const event of store.events) {
        const { server, type, problem } = event.details ?? {};
        if (event.step !== "dhcp" || !server || !(problem || type === "offer" || type === "ack")) continue;
        const seen = found.get(server) ?? { server, phones: new Set(), faults: 0, last: 0 };
        seen.phones.add(event.device);
        seen.faults += problem ? 1 : 0;
        seen.last = Math.max(seen.last, event.time);
        found.set(server, seen);
    }
    return [...found.values()].sort((a, b) => b.phones.size - a.phones.size);
}

export function warnings(body, signal) {
    const none = h("div", {}), list = h("ul", { class: "cards wide" }), seen = h("section", { class: "tab-body" });
    const table = makeTable(t("dhcp.servers"), [
        { title: t("dhcp.server"), isHead: true, class: "mono", cell: ({ server }) => told(cut(server, 45)) },
        { title: t("dhcp.server-phones"), class: "number", cell: ({ phones }) => String(phones.size) },
        { title: t("dhcp.server-state"), cell: ({ faults }) => badge(t(faults ? "dhcp.server-faults" : "dhcp.server-good", { count: faults }), faults ? "warn" : "good") },
        { title: t("dhcp.server-last"), class: "moment", cell: ({ last }) => ago(last) },
    ]);
    const heading = h("h2", { text: t("dhcp.servers") });
    let timer = null;
    function draw() {
        timer = null;
        const found = problems().slice(0, MOST), answering = servers();
        refill(none, found.length === 0 ? empty(t("dhcp.no-warnings"), t("dhcp.no-warnings-text")) : null);
        keep(list, found, ({ key }) => key, makeCard, (card, problem) => card.update(problem));
        table.show(answering.slice(0, MOST));
        if (answering.length && !seen.firstChild) seen.append(heading, table.element);
    }
    draw();
    replace(body, none, list, seen);
    const soon = () => { timer ??= setTimeout(draw, PACE); };
    store.on("events", draw, signal);
    store.on("event", (event) => { if (event.step === "dhcp") soon(); }, signal);
    // The phone itself is known a moment later than its trouble.
    store.on("phones", soon, signal);
    signal.addEventListener("abort", () => clearTimeout(timer));
}

function makeCard({ event }) {
    const key = `dhcp.problem.${event.details.problem}`;
    const text = h("p", { lang: "en" }), sub = h("p", { class: "sub" }), remedy = h("div", {});
    const card = h(
        "li", { class: "panel warning" },
        h("div", { class: "card-head" }, icon("warning"), h("h2", { text: has(key) ? t(key) : t("dhcp.problem") }), event.details.server ? badge(cut(event.details.server, 45), "warn") : null),
        text, sub, remedy);
    let lines = null;
    card.update = ({ event: newest, phones }) => {
        refill(text, told(cut(newest.text, 1500)));
        refill(sub, ago(newest.time), " · ", [...phones].slice(0, NAMED).map((id, index) => {
            const phone = store.phones.get(id);
            return [index ? ", " : null, h("a", { href: link("phones", id) }, told(phone ? `${phoneName(phone)} ${phone.mac ?? ""}` : newest.mac ?? id))];
        }), phones.size > NAMED ? ` +${phones.size - NAMED}` : null);
        const now = newest.details.lines && typeof newest.details.lines === "object" ? newest.details.lines : {};
        // What somebody has unfolded stays so.
        if (JSON.stringify(now) === lines) return;
        lines = JSON.stringify(now);
        replace(remedy, Object.keys(now).length
            ? h("details", {}, h("summary", { text: t("dhcp.remedy") }), Object.entries(now).map(([server, text]) => codeBlock(String(text), { label: t("timeline.lines-for", { server: cut(server, 40) }) }))) : null);
    };
    return card;
}
