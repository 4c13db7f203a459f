// SPDX-License-Identifier: GPL-3.0-or-later
// One phone: how far it is, what to do if it goes no further, and everything that explains it.

import { h, replace, refill, told, cut } from "../core/dom.js";
import { t, has } from "../core/i18n.js";
import { api } from "../core/api.js";
import { link, go, swap } from "../core/router.js";
import { store, fare } from "../core/store.js";
import { ago, phoneName } from "../core/format.js";
import { button, empty, loading, failure, tabs, ask, field, input, complain } from "../components/basics.js";
import { icon } from "../components/icons.js";
import { makeStations } from "../components/path.js";
import { synchronise, changePlugin, reset, remove } from "./phone-actions.js";

const parts = {
    timeline: () => import("./phone/timeline.js"),
    lines: () => import("./phone/lines.js"),
    keys: () => import("./phone/keys.js"),
    config: () => import("./phone/config.js"),
    files: () => import("./phone/files.js"),
    evidence: () => import("./phone/evidence.js"),
};

/** How often the phone is looked at anew, besides what its events tell. */
const TICK = 10000;

export function showPhone(root, id, [first], { signal }) {
    let phone = store.phones.get(id) ?? null;
    let part = first in parts ? first : "timeline";
    let partEnding = null, turn = 0;

    const title = h("h1", { tabIndex: -1 });
    const facts = h("dl", { class: "facts" });
    const stations = makeStations();
    const next = h("div", { class: "next-step", role: "status" });
    const nav = h("div", {});
    const body = h("div", { class: "tab-body" });
    const actions = h("div", { class: "actions" });
    const page = [
        h("header", { class: "view-head phone-head" },
            h("a", { class: "back", href: link("phones") }, icon("back"), t("nav.phones")),
            h("div", { class: "view-title" }, title), actions),
        facts, h("section", { class: "panel way", "aria-label": t("phone.way") }, stations.element, next), nav, body,
    ];

    function draw() {
        const name = phoneName(phone);
        const line = phone.lines[0];
        document.title = `${line ? `${line.display_name.slice(0, 60)} · ` : ""}${name} · provd`;
        refill(title, line ? told(line.display_name) : told(name));
        const fact = (key, value, isMono = false) => value
            ? h("div", {}, h("dt", { text: t(`phone.${key}`) }), h("dd", { class: isMono ? "mono" : null }, value)) : null;
        const short = (text) => text && told(cut(text, 100));
        refill(
            facts, fact("model", told(name)), fact("mac", short(phone.mac), true), fact("ip", short(phone.ip), true), fact("version", short(phone.version)),
            fact("serial", short(phone.sn), true), fact("plugin", phone.plugin && h("a", { href: link("plugins", phone.plugin) }, short(phone.plugin))),
            fact("description", short(phone.description)), fact("seen", ago(phone.last_time)));
        stations.update(phone);
        drawNext();
    }

    function drawNext() {
        const how = fare(phone);
        const key = has(`next.${phone.next}.title`) ? phone.next : null;
        const line = phone.lines[0];
        const values = { name: line ? line.display_name.slice(0, 80) : "", number: line?.number ?? "", model: phoneName(phone) };
        next.className = `next-step ${how}`;
        refill(
            next, icon(how === "arrived" ? "check" : how === "trouble" || how === "stalled" ? "warning" : "next"),
            h("div", {},
                h("h2", { text: key ? t(`next.${key}.title`, values) : t("phone.next") }),
                key ? h("p", { text: t(`next.${key}.text`, values) }) : null,
                phone.next === "file" || !key ? h("p", { class: "from-provd", lang: "en" }, told(phone.next_step)) : null,
                how === "stalled" ? h("p", { class: "stall", text: t("next.stalled", { ago: ago(phone.last_time) }) }) : null));
    }

    function drawActions() {
        replace(
            actions,
            button(t("action.synchronise"), () => synchronise([phone]), { kind: "primary", symbol: "sync" }),
            button(t("action.edit"), edit),
            button(t("action.change-plugin"), () => changePlugin([phone])),
            button(t("action.reset"), () => reset([phone])),
            button(t("action.delete"), () => remove([phone], () => go("phones")), { kind: "danger" }));
    }

    function edit() {
        const description = input({ name: "description", value: phone.description ?? "", maxlength: 500 });
        ask(t("phone.edit"), field(t("phone.description"), description, { hint: t("phone.description-hint"), isOptional: true }), {
            action: t("action.save"),
            onSubmit: async () => {
                await api.patch(api.device(phone.id), { description: description.value.trim() || null });
                store.touch(phone.id);
            },
        });
    }

    async function showPart() {
        partEnding?.abort();
        partEnding = new AbortController();
        const mine = ++turn;
        replace(nav, tabs(t("phone.parts"), Object.keys(parts).map((key) => ({ key, title: t(`phone.tab.${key}`), href: link("phones", id, key) })), part));
        replace(body, loading(4));
        try {
            const module = await parts[part]();
            if (mine !== turn || signal.aborted) return;
            const place = h("div", {});
            await module.show(place, { id, phone: () => phone, signal: partEnding.signal });
            if (mine === turn) replace(body, place);
        } catch (error) {
            if (mine === turn && !signal.aborted) replace(body, failure(error, showPart));
        }
    }

    function begin() {
        // Addresses name phones by their hardware address too.
        if (phone.id !== id) return swap("phones", phone.id, part);
        replace(root, page);
        draw();
        drawActions();
        return showPart();
    }

    function take() {
        const now = store.phones.get(id);
        if (now) {
            phone = now;
            draw();
        } else if (phone && store.isLoaded) {
            phone = null;
            partEnding?.abort();
            document.title = "provd";
            replace(root, empty(t("phone.gone"), t("phone.gone-text"), h("a", { class: "button", href: link("phones"), text: t("nav.phones") })));
        }
    }

    store.on("phones", (ids) => { if (phone && (ids === null || ids.includes(id))) take(); }, signal);
    const tick = setInterval(() => {
        if (!phone || document.hidden) return;
        store.touch(id);
        draw();
    }, TICK);
    signal.addEventListener("abort", () => {
        clearInterval(tick);
        partEnding?.abort();
        document.title = "provd";
    });

    if (phone) begin();
    else {
        replace(root, loading(6));
        api.get(`/1.0/phones?ids=${api.part(id)}`).then(({ phones }) => {
            if (signal.aborted) return;
            if (phones.length === 0) return replace(root, empty(t("phone.unknown-id"), t("phone.unknown-id-text"), h("a", { class: "button", href: link("phones"), text: t("nav.phones") })));
            phone = phones[0];
            store.keep(phone);
            return begin();
        }).catch((error) => { if (!signal.aborted) replace(root, failure(error, () => showPhone(root, id, [first], { signal }))); });
    }
    return {
        move([other, wanted]) {
            if (other !== id || !phone) return false;
            part = wanted in parts ? wanted : "timeline";
            showPart().catch(complain);
            return true;
        },
    };
}
