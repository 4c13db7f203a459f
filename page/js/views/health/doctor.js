// SPDX-License-Identifier: GPL-3.0-or-later
// What must be so for phones to come up, what was found, and what to do about it.

import { h, replace, told, cut } from "../../core/dom.js";
import { t, has } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { badge, busy, button, complain, notice } from "../../components/basics.js";

const kinds = { ok: "good", skipped: "quiet", warning: "warn", failed: "bad" };
const order = ["failed", "warning", "ok", "skipped"];
const LONGEST = 1500;

export async function doctor(body, signal) {
    const result = h("div", {});
    const again = button(t("doctor.again"), () => busy(again, async () => {
        again.querySelector("span").textContent = t("doctor.looking");
        try {
            await look();
        } catch (error) {
            if (!signal.aborted) complain(error);
        }
        again.querySelector("span").textContent = t("doctor.again");
    }), { symbol: "sync" });
    async function look() {
        const { outcome, checks } = await api.get("/1.0/doctor", { signal });
        const sorted = [...checks].sort((one, other) => order.indexOf(one.outcome) - order.indexOf(other.outcome));
        const isWell = outcome === "ok" || outcome === "skipped";
        replace(
            result, h("div", { role: "status" }, notice(isWell ? "good" : kinds[outcome] ?? "bad", h("p", { text: t(isWell ? "doctor.all-ok" : `doctor.some.${outcome}`) }))),
            h("ul", { class: "plain findings" }, sorted.map(row)), h("p", { class: "hint", text: t("doctor.local") }));
    }
    await look();
    replace(body, h("p", { class: "lead", text: t("doctor.lead") }), h("div", { class: "row-actions" }, again), result);
}

/** A check with what it found. The appliance says in English what that is. */
function row(check) {
    const key = `doctor.check.${check.id}`, outcome = `doctor.outcome.${check.outcome}`;
    return h(
        "li", { class: "finding", data: { check: check.id, outcome: check.outcome } },
        h("h2", {}, badge(has(outcome) ? t(outcome) : cut(check.outcome, 20), kinds[check.outcome] ?? ""), " ", has(key) ? t(key) : told(cut(check.title, 100))),
        h("p", { lang: "en" }, told(cut(check.text, LONGEST))),
        check.remedy ? h("p", { class: "remedy" }, h("strong", { text: `${t("doctor.remedy")}: ` }), h("span", { lang: "en" }, told(cut(check.remedy, LONGEST)))) : null);
}
