// SPDX-License-Identifier: GPL-3.0-or-later
// All phones, live: search, filters, and what can be done with many at once.

import { h, replace, told } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { link } from "../core/router.js";
import { store } from "../core/store.js";
import { selected, kinds, orders } from "../core/selection.js";
import { ago, phoneName, number } from "../core/format.js";
import { viewHead, button, empty, loading, failure, select, input, linkButton } from "../components/basics.js";
import { icon } from "../components/icons.js";
import { VirtualTable } from "../components/virtual-table.js";
import { makePath } from "../components/path.js";
import { synchronise, changePlugin, reset, remove } from "./phone-actions.js";

/** What was searched for stays while one looks at a phone and comes back. */
const wish = { search: "", kind: "all", vendor: "", plugin: "", order: "newest" };

/** How often the list is made anew while many phones boot, and how often times and stalls are looked at. */
const PACE = 200, TICK = 10000;

/** Whether an address says what is wanted, as those of other views do: `#/phones?kind=attention`. */
function take(query) {
    const isAsked = query.size > 0;
    if (isAsked) Object.assign(wish, { search: "", kind: "all", vendor: "", plugin: "" });
    if (query.get("kind") in kinds) wish.kind = query.get("kind");
    wish.plugin = query.get("plugin") ?? wish.plugin;
    return isAsked;
}

export function showList(root, { query, signal }) {
    take(query);
    const marked = new Set();
    let shown = [], anchor = null;

    const search = input({
        type: "search", value: wish.search, placeholder: t("phones.search"), "aria-label": t("phones.search"), class: "search",
        on: { input: () => { wish.search = search.value; update(); } },
    });
    const chips = Object.keys(kinds).map((kind) => h(
        "button", { class: "chip", type: "button", data: { kind }, on: { click: () => { wish.kind = kind; update(); } } },
        h("span", { text: t(`phones.kind.${kind}`) }), h("span", { class: "chip-count" })));
    const vendors = h("select", { "aria-label": t("phones.vendor"), on: { change: () => { wish.vendor = vendors.value; update(); } } });
    const plugins = h("select", { "aria-label": t("phones.plugin"), on: { change: () => { wish.plugin = plugins.value; update(); } } });
    const order = select(
        Object.keys(orders).map((key) => [key, t(`phones.order.${key}`)]), wish.order, (key) => { wish.order = key; update(); }, { "aria-label": t("phones.order") });

    const all = h("input", { type: "checkbox", "aria-label": t("phones.mark-all"), on: { change: () => { mark(shown, all.checked); } } });
    const table = new VirtualTable({
        label: t("nav.phones"), keyOf: (phone) => phone.id, makeRow, fillRow, rowClass: "phone-row",
        columns: [
            { title: all, class: "mark" }, { title: t("phones.column.phone"), class: "what" }, { title: t("phones.column.whose"), class: "whose" },
            { title: t("phones.column.state"), class: "state" }, { title: t("phones.column.address"), class: "address" },
            { title: t("phones.column.seen"), class: "seen" },
        ],
    });
    const place = h("div", { class: "list-place" });
    const summary = h("p", { class: "list-summary", role: "status" });
    const bulk = h("div", { class: "bulk", role: "region", "aria-label": t("phones.bulk"), hidden: true });

    replace(
        root,
        viewHead(t("nav.phones"), { actions: [linkButton(t("phones.add-people"), link("people"), { symbol: "people" })] }),
        h("div", { class: "toolbar" },
            h("div", { class: "search-box" }, icon("search"), search),
            h("div", { class: "filters" }, vendors, plugins, order)),
        h("div", { class: "chips", role: "group", "aria-label": t("phones.filter") }, chips), summary, place, bulk);

    // MARK: Rows

    function makeRow(row) {
        const cells = {
            box: h("input", { type: "checkbox", on: { click: (event) => onMark(event, row) } }),
            title: h("a", { class: "row-link" }), sub: h("span", { class: "sub" }), whose: h("span", { class: "owner" }), number: h("span", { class: "sub" }),
            path: makePath(), ip: h("span", { class: "mono" }), version: h("span", { class: "sub" }), seen: h("span", {}),
        };
        row.cells = cells;
        return [
            h("div", { role: "cell", class: "mark" }, cells.box),
            h("div", { role: "cell", class: "what" }, cells.title, cells.sub),
            h("div", { role: "cell", class: "whose" }, cells.whose, cells.number),
            h("div", { role: "cell", class: "state" }, cells.path),
            h("div", { role: "cell", class: "address" }, cells.ip, cells.version),
            h("div", { role: "cell", class: "seen" }, cells.seen),
        ];
    }

    function fillRow(row, phone) {
        const { box, title, sub, whose, number: count, path, ip, version, seen } = row.cells;
        row.phone = phone;
        row.classList.toggle("marked", marked.has(phone.id));
        box.checked = marked.has(phone.id);
        const name = phoneName(phone);
        box.setAttribute("aria-label", t("phones.mark", { name: `${name} ${phone.mac ?? ""}` }));
        title.href = link("phones", phone.id);
        replace(title, told(name));
        replace(sub, phone.mac ? h("span", { class: "mono", text: phone.mac }) : null, phone.description ? [phone.mac ? " · " : "", told(phone.description)] : null);
        const line = phone.lines[0];
        replace(whose, line ? told(line.display_name) : h("span", { class: "nobody", text: t("phones.nobody") }));
        replace(count, line ? told(phone.lines.map((each) => each.number).join(", ")) : null);
        path.update(phone);
        replace(ip, told(phone.ip ?? "–"));
        replace(version, told(phone.version ?? ""));
        seen.textContent = ago(phone.last_time);
    }

    // MARK: Marks

    function onMark(event, row) {
        const index = row.index, isOn = event.target.checked;
        // With Shift all rows from the last one that was marked.
        if (event.shiftKey && anchor !== null && anchor < shown.length) mark(shown.slice(Math.min(anchor, index), Math.max(anchor, index) + 1), isOn);
        else mark([row.phone], isOn);
        anchor = index;
    }

    function mark(phones, isOn) {
        for (const phone of phones) if (isOn) marked.add(phone.id); else marked.delete(phone.id);
        table.draw(true);
        drawBulk();
    }

    function drawBulk() {
        for (const id of marked) if (!store.phones.has(id)) marked.delete(id);
        const count = marked.size;
        all.checked = count > 0 && shown.length > 0 && shown.every((phone) => marked.has(phone.id));
        all.indeterminate = count > 0 && !all.checked;
        bulk.hidden = count === 0;
        if (count === 0 || bulk.dataset.count === String(count)) return;
        bulk.dataset.count = String(count);
        const chosen = () => [...marked].map((id) => store.phones.get(id)).filter(Boolean);
        const after = () => {
            mark(chosen(), false);
            // The button that was pressed is gone.
            search.focus();
        };
        replace(
            bulk, h("strong", { role: "status", text: t("phones.marked", { count }) }),
            h("div", { class: "bulk-actions" },
                button(t("action.synchronise"), () => { synchronise(chosen()); after(); }, { symbol: "sync" }),
                button(t("action.change-plugin"), () => changePlugin(chosen(), after), { symbol: "plugins" }),
                button(t("action.reset"), () => reset(chosen(), after), { symbol: "reset" }),
                button(t("action.delete"), () => remove(chosen(), after), { kind: "danger", symbol: "trash" }),
                button(t("phones.unmark"), after, { kind: "quiet" })));
    }

    // MARK: The list

    let state = null, timer = null, optionsKey = "";
    function update() {
        const { shown: next, counts } = selected(store.phones.values(), wish);
        shown = next;
        for (const chip of chips) {
            chip.setAttribute("aria-pressed", String(chip.dataset.kind === wish.kind));
            chip.querySelector(".chip-count").textContent = number(counts[chip.dataset.kind]);
        }
        drawOptions();
        const wanted = store.phones.size === 0 ? (store.loadError ? "failed" : store.isLoaded ? "none" : "loading") : shown.length === 0 ? "nothing-found" : "list";
        if (wanted !== state) {
            state = wanted;
            root.dataset.state = state;
            replace(place, content(state));
        }
        summary.textContent = state === "list" ? t("phones.summary", { shown: number(shown.length), count: store.phones.size }) : "";
        if (state === "list") table.show(shown);
        if (!bulk.hidden) drawBulk();
    }

    function content(which) {
        switch (which) {
        case "loading": return loading(8);
        case "failed": return failure(store.loadError, () => { state = null; store.loadError = null; store.refresh().then(update); update(); });
        case "none": return firstSteps();
        case "nothing-found": return empty(t("phones.nothing-found"), t("phones.nothing-found-text"), button(t("phones.show-all"), () => {
            Object.assign(wish, { search: "", kind: "all", vendor: "", plugin: "" });
            search.value = "";
            optionsKey = "";
            update();
            search.focus();
        }));
        default: return table.element;
        }
    }

    /** The choices of the filters are what there is. */
    function drawOptions() {
        const names = new Set(), ids = new Set();
        for (const phone of store.phones.values()) {
            if (phone.vendor) names.add(phone.vendor);
            ids.add(phone.plugin ?? "-");
        }
        // The plugin that an address asks for may serve nobody.
        if (wish.plugin) ids.add(wish.plugin);
        const key = JSON.stringify([[...names], [...ids]]);
        if (key === optionsKey) return;
        optionsKey = key;
        const fill = (element, first, list, value, nameOf = String) => replace(
            element, h("option", { value: "", text: first }),
            [...list].sort().slice(0, 300).map((name) => h("option", { value: name, selected: name === value, text: nameOf(name).slice(0, 60) })));
        fill(vendors, t("phones.all-vendors"), names, wish.vendor);
        fill(plugins, t("phones.all-plugins"), ids, wish.plugin, (id) => (id === "-" ? t("phones.no-plugin") : id));
    }

    // The first change is drawn at once, those that follow it closely together.
    let drawn = 0;
    store.on("phones", () => {
        timer ??= setTimeout(() => {
            timer = null;
            drawn = performance.now();
            if (!signal.aborted) update();
        }, Math.max(0, drawn + PACE - performance.now()));
    }, signal);
    const tick = setInterval(update, TICK);
    signal.addEventListener("abort", () => { clearInterval(tick); clearTimeout(timer); });
    table.connect(signal);
    update();
    return {
        move(parts, asked) {
            if (parts.length > 0) return false;
            if (take(asked)) {
                search.value = wish.search;
                optionsKey = "";
                update();
            }
            return true;
        },
    };
}

/** What a fresh installation shows. */
function firstSteps() {
    const step = (key, ...more) => h("li", {}, h("h3", { text: t(`start.${key}.title`) }), h("p", { text: t(`start.${key}.text`) }), more);
    return h(
        "div", { class: "empty first" },
        h("h2", { text: t("start.title") }), h("p", { text: t("start.text") }),
        h("ol", { class: "first-steps" },
            step("dhcp", linkButton(t("start.dhcp.action"), link("dhcp"), { symbol: "dhcp" })),
            step("people", linkButton(t("start.people.action"), link("people"), { symbol: "people" })),
            step("plug")),
        h("p", { class: "waiting-line" }, h("span", { class: "pulse", "aria-hidden": "true" }), t("start.waiting")));
}
