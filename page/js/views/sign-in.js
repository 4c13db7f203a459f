// SPDX-License-Identifier: GPL-3.0-or-later
// The first thing that one sees: where the token is, and a place for it.

import { h, replace } from "../core/dom.js";
import { t, languages, locale, choose } from "../core/i18n.js";
import { session, request, APIError } from "../core/api.js";
import { busy, button, field, input, notice, reason, select } from "../components/basics.js";

const app = () => document.getElementById("app");

export function showSignIn({ onSignedIn, onLanguage }) {
    const token = input({ type: "password", name: "token", required: true, autofocus: true, class: "mono" });
    const part = field(t("sign-in.token"), token);
    const problem = h("div", { role: "alert" });
    const submit = button(t("sign-in.action"), null, { kind: "primary", type: "submit" });
    function send(event) {
        event.preventDefault();
        busy(submit, attempt);
    }
    async function attempt() {
        replace(problem);
        part.fail(null);
        const text = token.value.trim();
        // A header holds visible ASCII; anything else is no token.
        if (!/^[\x21-\x7e]+$/.test(text)) {
            part.fail(t("sign-in.no-token"));
            token.focus();
            return;
        }
        try {
            await request("GET", "/1.0/phones?limit=1", { token: text });
            accept(text);
        } catch (error) {
            // A token that may not list phones is a token all the same.
            if (error instanceof APIError && error.status === 403) accept(text);
            else if (error instanceof APIError && error.status === 401) {
                part.fail(t("sign-in.wrong"));
                token.select();
            } else replace(problem, notice("bad", h("p", { text: reason(error) })));
        }
    }
    function accept(text) {
        session.token = text;
        onSignedIn();
    }
    document.title = `${t("sign-in.title")} · provd`;
    replace(
        app(),
        h("main", { class: "sign-in" },
            h("form", { class: "panel", on: { submit: send }, novalidate: true },
                h("img", { src: "icon.svg", alt: "", width: 44, height: 44 }),
                h("h1", { text: t("sign-in.title") }), h("p", { class: "lead", text: t("sign-in.lead") }), part, problem, submit,
                h("div", { class: "sign-in-help" }, h("p", { class: "hint", text: t("sign-in.hint") }),
                    h("pre", { class: "command", tabIndex: 0, role: "region", "aria-label": t("sign-in.command") }, h("code", { text: "sudo cat /var/lib/provd/admin-token" })))),
            h("div", { class: "sign-in-language" },
                h("label", { htmlFor: "language", class: "unseen", text: t("shell.language") }),
                select(Object.entries(languages), locale(), async (code) => { await choose(code); onLanguage(); }, { id: "language" }))));
    token.focus();
}
