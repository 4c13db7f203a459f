// SPDX-License-Identifier: GPL-3.0-or-later
// What is around all views: the ways to them, whether the page is live, language, signing out.

import { h, replace, refill } from "../core/dom.js";
import { t, languages, locale, choose } from "../core/i18n.js";
import { listen, link, place, swap } from "../core/router.js";
import { store, fare } from "../core/store.js";
import { button, select, failure } from "../components/basics.js";
import { icon } from "../components/icons.js";
import { makeJobList } from "../components/job-list.js";

const views = {
    phones: () => import("./phones.js"),
    people: () => import("./people.js"),
    plugins: () => import("./plugins.js"),
    dhcp: () => import("./dhcp.js"),
    health: () => import("./health.js"),
};

let shell = null;

export function showShell({ onSignOut, onLanguage }) {
    const ending = new AbortController();
    const main = h("main", { id: "main", tabIndex: -1 });
    const connection = h("div", { class: "connection", role: "status" });
    const links = Object.keys(views).map((name) => h(
        "a", { href: link(name), class: "nav-link", data: { view: name } }, icon(name), h("span", { text: t(`nav.${name}`) }), h("span", { class: "nav-count" })));
    replace(
        document.getElementById("app"),
        h("a", { class: "skip", href: "#main", on: { click: (event) => { event.preventDefault(); main.focus(); } } }, t("shell.skip")),
        h("div", { class: "shell" },
            h("header", { class: "side" },
                h("a", { class: "brand", href: link("phones") }, h("img", { src: "icon.svg", alt: "", width: 28, height: 28 }), h("span", { text: "provd" })),
                h("nav", { class: "nav", "aria-label": t("shell.navigation") }, links),
                h("div", { class: "side-foot" }, connection,
                    h("div", { class: "side-tools" },
                        h("label", { htmlFor: "language", class: "unseen", text: t("shell.language") }),
                        select(Object.entries(languages), locale(), async (code) => { await choose(code); onLanguage(); }, { id: "language", class: "small" }),
                        button(t("shell.sign-out"), onSignOut, { kind: "quiet", symbol: "leave" })))),
            main),
        makeJobList());

    const showConnection = () => {
        connection.className = `connection ${store.connection}`;
        refill(connection, h("span", { class: "dot", "aria-hidden": "true" }), t(`connection.${store.connection}`));
    };
    store.on("connection", showConnection, ending.signal);
    showConnection();

    let waiting = null;
    const countTrouble = () => {
        waiting = null;
        let trouble = 0;
        for (const phone of store.phones.values()) if (["trouble", "stalled"].includes(fare(phone))) trouble += 1;
        const count = links[0].querySelector(".nav-count");
        refill(count, trouble ? [h("span", { "aria-hidden": "true", text: String(trouble) }), h("span", { class: "unseen", text: t("nav.trouble", { count: trouble }) })] : []);
    };
    store.on("phones", () => { waiting ??= setTimeout(countTrouble, 500); }, ending.signal);

    let current = null, turn = 0;
    async function show({ parts, query }) {
        const name = parts[0] in views ? parts[0] : "phones";
        if (!(parts[0] in views)) return swap("phones");
        for (const element of links) {
            if (element.dataset.view === name) element.setAttribute("aria-current", "page");
            else element.removeAttribute("aria-current");
        }
        // A view that can show the other place itself keeps its state.
        if (current?.name === name && current.view.move?.(parts.slice(1), query)) {
            main.dataset.place = location.hash;
            return;
        }
        current?.ending.abort();
        const mine = ++turn;
        const viewEnding = new AbortController();
        current = null;
        try {
            const module = await views[name]();
            if (mine !== turn || ending.signal.aborted) return;
            const root = h("div", { class: `view view-${name}` });
            replace(main, root);
            current = { name, ending: viewEnding, view: module.show(root, parts.slice(1), { query, signal: viewEnding.signal }) ?? {} };
            // Which address is shown by now.
            main.dataset.place = location.hash;
            scrollTo(0, 0);
            root.querySelector("h1")?.focus({ preventScroll: true });
        } catch (error) {
            if (mine === turn) replace(main, failure(error, () => show(place())));
        }
    }
    shell = { end() { ending.abort(); current?.ending.abort(); turn += 1; } };
    listen(show);
}

export function hideShell() {
    shell?.end();
    shell = null;
    listen(() => {});
    document.querySelectorAll("dialog").forEach((dialog) => dialog.remove());
    replace(document.getElementById("app"));
}
