// SPDX-License-Identifier: GPL-3.0-or-later
// Cards to print, cut out and hand over: whose phone it will be, and what to dial.

import { h, replace, told } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { link } from "../core/router.js";
import { store } from "../core/store.js";
import { viewHead, button, empty, loading, complain } from "../components/basics.js";
import { icon } from "../components/icons.js";

/** More cards than anybody prints at once, and how many are made without a pause. */
const MOST = 2000, PORTION = 200;

export function showCards(root, { signal }) {
    const all = h("input", { type: "checkbox", on: { change: draw } });
    const place = h("div", {}), list = h("div", { class: "code-cards" });
    let waiting = [], timer = null;
    replace(
        root,
        viewHead(t("cards.title"), {
            lead: t("cards.lead"), before: h("a", { class: "back", href: link("people") }, icon("back"), t("nav.people")),
            actions: [button(t("cards.print"), () => print(), { kind: "primary", symbol: "print" })],
        }),
        h("label", { class: "check no-print" }, all, t("cards.all")), place);

    function draw() {
        if (!store.areLinesLoaded) return replace(place, loading(4));
        waiting = [...store.lines.values()].filter((line) => line.provisioning_code && (all.checked || !line.device)).slice(0, MOST);
        replace(place, waiting.length === 0 ? empty(t("cards.none"), t("cards.none-text")) : replace(list));
        return add(PORTION);
    }

    function add(count) {
        clearTimeout(timer);
        list.append(...waiting.splice(0, count).map(card));
        if (waiting.length > 0) timer = setTimeout(() => add(PORTION));
    }

    addEventListener("beforeprint", () => add(MOST), { signal });
    signal.addEventListener("abort", () => clearTimeout(timer));
    store.on("lines", draw, signal);
    draw();
    if (!store.areLinesLoaded) store.loadLines().catch(complain);
    return {};
}

const card = (line) => h(
    "section", { class: "code-card" }, h("h2", {}, told(line.display_name)), h("p", { class: "sub" }, t("cards.number"), " ", h("strong", {}, told(line.number))),
    h("p", { text: t("cards.dial") }), h("p", { class: "code-digits", text: line.provisioning_code }));
