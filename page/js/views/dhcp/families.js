// SPDX-License-Identifier: GPL-3.0-or-later
// What each family of phones must be sent, and the lines for each kind of server.

import { h, replace, told } from "../../core/dom.js";
import { t, has } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { store } from "../../core/store.js";
import { failure, input, codeBlock, badge } from "../../components/basics.js";
import { icon } from "../../components/icons.js";

export async function families(body, signal) {
    const { families: list } = await api.get("/1.0/dhcp/families", { signal });
    const search = input({ type: "search", class: "search", placeholder: t("dhcp.search"), "aria-label": t("dhcp.search"), on: { input: () => draw() } });
    const place = h("ul", { class: "cards wide" });
    const count = new Map();
    for (const phone of store.phones.values()) count.set(phone.vendor?.toLowerCase(), (count.get(phone.vendor?.toLowerCase()) ?? 0) + 1);
    const phones = (family) => count.get(family.vendor.toLowerCase()) ?? 0;
    function draw() {
        const word = search.value.toLowerCase();
        const found = list.filter((family) => `${family.id} ${family.vendor} ${family.title}`.toLowerCase().includes(word));
        found.sort((a, b) => Boolean(phones(b)) - Boolean(phones(a)) || a.vendor.localeCompare(b.vendor));
        replace(place, found.map((family) => h(
            "li", { class: "panel" }, h("h2", {}, told(family.title)), h("div", { class: "card-head" }, badge(family.vendor, "quiet"), phones(family) ? badge(t("plugins.phones", { count: phones(family) }), "good") : null),
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
