// SPDX-License-Identifier: GPL-3.0-or-later
// The lines: whose, which number, the code to dial, and on which phone.

import { h, replace, told, cut } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { api, request } from "../core/api.js";
import { link, swap } from "../core/router.js";
import { store } from "../core/store.js";
import { phoneName, number } from "../core/format.js";
import { viewHead, button, iconButton, linkButton, empty, loading, input, confirm, toast, complain, save } from "../components/basics.js";
import { icon } from "../components/icons.js";
import { VirtualTable } from "../components/virtual-table.js";
import { editLine } from "./people-line.js";

const wish = { search: "", kind: "all" };
const kinds = { all: () => true, "no-phone": (line) => !line.device, phone: (line) => Boolean(line.device) };
const compare = new Intl.Collator(undefined, { numeric: true });

export function showPeople(root, chosen, { signal }) {
    let shown = [], state = null, sorted = [];
    const search = input({
        type: "search", class: "search", value: wish.search, placeholder: t("people.search"), "aria-label": t("people.search"),
        on: { input: () => { wish.search = search.value; update(); } },
    });
    const chips = Object.keys(kinds).map((kind) => h(
        "button", { class: "chip", type: "button", data: { kind }, on: { click: () => { wish.kind = kind; update(); } } },
        h("span", { text: t(`people.kind.${kind}`) }), h("span", { class: "chip-count" })));
    const table = new VirtualTable({
        label: t("nav.people"), keyOf: (line) => line.id, makeRow, fillRow, rowClass: "line-row",
        columns: [
            ...["name", "number", "code", "phone"].map((key) => ({ title: t(`people.column.${key}`), class: key })),
            { title: h("span", { class: "unseen", text: t("people.column.actions") }), class: "tools" },
        ],
    });
    const place = h("div", { class: "list-place" });
    const summary = h("p", { class: "list-summary", role: "status" });
    replace(
        root,
        viewHead(t("nav.people"), {
            actions: [
                button(t("people.add"), () => edit(null), { kind: "primary", symbol: "plus" }), linkButton(t("people.import"), link("people", "import"), { symbol: "upload" }),
                button(t("people.export"), exportLines, { symbol: "download" }), linkButton(t("people.cards"), link("people", "cards"), { symbol: "print" }),
            ],
        }),
        h("div", { class: "toolbar" }, h("div", { class: "search-box" }, icon("search"), search)),
        h("div", { class: "chips", role: "group", "aria-label": t("phones.filter") }, chips), summary, place);

    function makeRow(row) {
        const cells = {
            name: h("a", { class: "row-link" }), number: h("span", { class: "mono" }), user: h("span", { class: "sub" }),
            code: h("span", { class: "mono code-digits" }), phone: h("span", {}),
        };
        row.cells = cells;
        return [
            h("div", { role: "cell", class: "name" }, cells.name),
            h("div", { role: "cell", class: "number" }, cells.number, cells.user),
            h("div", { role: "cell", class: "code" }, cells.code),
            h("div", { role: "cell", class: "phone" }, cells.phone),
            h("div", { role: "cell", class: "tools" },
                iconButton(t("people.new-code"), "reset", () => renew(row.line), { class: "button icon-only quiet" }),
                iconButton(t("people.remove"), "trash", () => remove(row.line), { class: "button icon-only quiet" })),
        ];
    }

    function fillRow(row, line) {
        row.line = line;
        const { name, number: digits, user, code, phone } = row.cells;
        name.href = link("people", line.id);
        replace(name, told(line.display_name));
        replace(digits, told(line.number));
        replace(user, line.server ? told(line.server.host) : line.username !== line.number ? told(line.username) : null);
        replace(code, line.provisioning_code ? line.provisioning_code : "–");
        const known = line.device ? store.phones.get(line.device) : null;
        replace(phone, line.device
            ? h("a", { href: link("phones", line.device) }, told(known ? phoneName(known) : line.device)) : h("span", { class: "nobody", text: t("people.no-phone") }));
        const [renewButton, removeButton] = row.querySelectorAll(".tools button");
        renewButton.setAttribute("aria-label", t("people.new-code-for", { name: cut(line.display_name, 60) }));
        removeButton.setAttribute("aria-label", t("people.remove-for", { name: cut(line.display_name, 60) }));
    }

    /** Ten thousand lines are put in order when they change, and not at each letter of a search. */
    function arrange() {
        sorted = [...store.lines.values()].sort((a, b) => compare.compare(a.number, b.number));
        update();
    }

    function update() {
        const words = wish.search.toLowerCase().split(/\s+/).filter(Boolean);
        const counts = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]));
        shown = [];
        for (const line of sorted) {
            const text = `${line.display_name}\n${line.number}\n${line.username}\n${line.provisioning_code ?? ""}`.toLowerCase();
            if (!words.every((word) => text.includes(word))) continue;
            for (const kind in kinds) if (kinds[kind](line)) counts[kind] += 1;
            if (kinds[wish.kind](line)) shown.push(line);
        }
        for (const chip of chips) {
            chip.setAttribute("aria-pressed", String(chip.dataset.kind === wish.kind));
            chip.querySelector(".chip-count").textContent = number(counts[chip.dataset.kind]);
        }
        const wanted = !store.areLinesLoaded ? "loading" : store.lines.size === 0 ? "none" : shown.length === 0 ? "nothing-found" : "list";
        if (wanted !== state) {
            state = wanted;
            replace(place, {
                loading: () => loading(6),
                none: () => empty(t("people.none"), t("people.none-text"), h(
                    "div", { class: "row-actions" }, button(t("people.add"), () => edit(null), { kind: "primary", symbol: "plus" }),
                    linkButton(t("people.import"), link("people", "import"), { symbol: "upload" }))),
                "nothing-found": () => empty(t("phones.nothing-found"), t("phones.nothing-found-text")),
                list: () => table.element,
            }[state]());
        }
        summary.textContent = state === "list" ? t("people.summary", { shown: number(shown.length), count: store.lines.size }) : "";
        if (state === "list") table.show(shown);
    }

    // MARK: What can be done

    async function exportLines() {
        try {
            const response = await request("GET", "/1.0/lines/export");
            save("lines.csv", await response.text(), "text/csv");
        } catch (error) { complain(error); }
    }

    async function renew(line) {
        confirm(t("people.new-code"), t("people.new-code-text", { name: cut(line.display_name, 60) }), t("people.new-code"), async () => {
            const fresh = await api.post(api.line(line.id, "/code"));
            store.lines.set(fresh.id, fresh);
            store.tell("lines", null);
            toast(t("people.code-is", { code: fresh.provisioning_code }));
        }, "primary");
    }

    function remove(line) {
        let index = -1;
        const dialog = confirm(t("people.remove-ask", { name: cut(line.display_name, 60) }), t("people.remove-text"), t("action.delete"), async () => {
            const { options } = await api.seen(api.line(line.id));
            await api.delete(api.line(line.id), options);
            store.lines.delete(line.id);
            if (line.device) store.touch(line.device);
            index = shown.indexOf(line);
            store.tell("lines", null);
        });
        // The button that was pressed is gone then: the focus goes to who stands there now.
        dialog.addEventListener("close", () => { if (index >= 0 && shown.length > 0) table.focus(Math.min(index, shown.length - 1), "a"); });
    }

    function edit(line, options) {
        const dialog = editLine(line, options);
        if (line) dialog.addEventListener("close", () => { if (!signal.aborted) swap("people"); });
    }

    async function open(id) {
        if (!id || !store.lines.has(id)) return;
        try {
            const { document, options } = await api.seen(api.line(id));
            if (!signal.aborted) edit(document, options);
        } catch (error) {
            if (!signal.aborted) complain(error);
        }
    }

    store.on("lines", arrange, signal);
    store.on("phones", () => { if (state === "list") table.draw(true); }, signal);
    table.connect(signal);
    arrange();
    if (!store.areLinesLoaded) {
        store.loadLines().then(() => open(chosen)).catch((error) => { if (!signal.aborted) complain(error); });
    } else open(chosen);
    return {
        move([id]) {
            if (id === "import" || id === "cards") return false;
            open(id);
            return true;
        },
    };
}
