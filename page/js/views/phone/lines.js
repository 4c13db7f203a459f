// SPDX-License-Identifier: GPL-3.0-or-later
// Whose phone it is: its lines, and putting another one on it.

import { h, replace, refill, told, cut } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { link } from "../../core/router.js";
import { store } from "../../core/store.js";
import { button, linkButton, empty, field, input, ask, confirm, complain } from "../../components/basics.js";

export async function show(root, { id, phone, signal }) {
    if (!store.areLinesLoaded) await store.loadLines();
    const draw = () => {
        const now = phone();
        if (!now) return;
        const lines = now.lines.map((line) => store.lines.get(line.id) ?? line);
        refill(
            root, h("h2", { class: "unseen", text: t("phone.tab.lines") }),
            lines.length === 0
                ? empty(t("phone.no-line"), t("phone.no-line-text"), button(t("phone.assign"), assign, { kind: "primary" }), " ", linkButton(t("start.people.action"), link("people")))
                : [h("ul", { class: "cards" }, lines.map(card)), h("div", { class: "row-actions" }, button(t("phone.assign-more"), assign, { symbol: "plus" }))]);
    };

    const card = (line) => h(
        "li", { class: "panel" },
        h("div", {}, h("h3", {}, told(line.display_name)),
            h("p", { class: "sub" }, t("people.column.number"), " ", told(line.number), line.username && line.username !== line.number ? [" · ", told(line.username)] : null,
                line.server ? [" · ", told(line.server.host)] : null)),
        h("div", { class: "row-actions" }, linkButton(t("phone.line-edit"), link("people", line.id)), button(t("phone.unassign"), () => unassign(line))));

    /** Has the phone and the lines asked for again, and the phone fetch what it is now. */
    async function renew() {
        store.touch(id);
        await store.loadLines();
        api.post(api.device(id, "/synchronize")).catch(complain);
    }

    function unassign(line) {
        confirm(t("phone.unassign-ask", { name: cut(line.display_name, 60) }), t("phone.unassign-text"), t("phone.unassign"), async () => {
            const { options } = await api.seen(api.line(line.id));
            await api.delete(api.line(line.id, "/assign"), options);
            await renew();
        });
    }

    function assign() {
        const search = input({ type: "search", placeholder: t("people.search"), "aria-label": t("people.search") });
        const list = h("div", { class: "choice-list", role: "radiogroup", "aria-label": t("phone.assign") });
        const fill = () => {
            const words = search.value.toLowerCase().trim();
            const found = [...store.lines.values()].filter((line) => !line.device && `${line.number} ${line.display_name}`.toLowerCase().includes(words)).slice(0, 50);
            replace(list, found.length ? found.map((line) => h(
                "label", { class: "choice" }, h("input", { type: "radio", name: "line", value: line.id }), h("span", {}, told(line.display_name), h("span", { class: "sub" }, told(line.number)))))
                : h("p", { class: "hint", text: t("phone.assign-none") }));
        };
        search.addEventListener("input", fill);
        fill();
        ask(t("phone.assign"), [h("p", { text: t("phone.assign-text") }), field(t("action.search"), search), list], {
            action: t("phone.assign-action"),
            onSubmit: async () => {
                const chosen = list.querySelector("input:checked");
                if (!chosen) return false;
                await api.post(api.line(chosen.value, "/assign"), { device: id });
                await renew();
                return true;
            },
        });
    }
    draw();
    store.on("phones", (ids) => { if (ids === null || ids.includes(id)) draw(); }, signal);
    store.on("lines", draw, signal);
}
