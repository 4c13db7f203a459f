// SPDX-License-Identifier: GPL-3.0-or-later
// One step of a timeline: when, what, how it ended, and more for those who ask.

import { h, told, cut } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { clock } from "../core/format.js";
import { sentence, isFault } from "../core/words.js";
import { link } from "../core/router.js";
import { badge, codeBlock } from "./basics.js";

/** Shows an event; with `phone` also whose it is. */
export function makeEvent(event, { phone = null } = {}) {
    const { text, isForeign } = sentence(event);
    const fault = isFault(event);
    const details = event.details ?? {};
    const probe = event.details?.refusal === "no-such-file";
    return h(
        "article", { class: `event ${fault ? "bad" : probe ? "minor" : "done"}` },
        h("time", { datetime: new Date(event.time * 1000).toISOString(), text: clock(event.time) }),
        h("span", { class: "event-dot", "aria-hidden": "true" }),
        h("span", { class: "event-step" }, badge(t(`step.${event.step}`), fault ? "bad" : "quiet"), fault ? h("span", { class: "unseen", text: ` ${t("timeline.fault")}: ` }) : null),
        h("div", { class: "event-body" },
            h("p", {},
                phone ? [h("a", { class: "event-phone", href: link("phones", phone.id) }, told(phone.title)), " "] : null,
                told(text, { lang: isForeign ? "en" : null }), h("span", { class: "repeats", text: repeats(event) })),
            typeof details.remedy === "string" && !text.includes(details.remedy) ? h("p", { class: "remedy", lang: "en" }, told(details.remedy)) : null,
            Object.keys(details).length ? unfolding(details) : null));
}

/** What few look at is made when it is unfolded. */
function unfolding(details) {
    const element = h("details", {}, h("summary", { text: t("timeline.details") }));
    element.addEventListener("toggle", () => element.append(more(details)), { once: true });
    return element;
}

/** How often it happened, if more than once. */
export const repeats = (event) => (event.repeats > 1 ? ` ${t("timeline.repeats", { count: event.repeats })}` : "");

function more(details) {
    const rows = Object.entries(details).filter(([name]) => name !== "lines");
    return h(
        "div", { class: "event-details" },
        h("dl", {}, rows.map(([name, value]) => h("div", {}, h("dt", { text: cut(name, 60) }), h("dd", {}, told(typeof value === "string" ? value : JSON.stringify(value)))))),
        details.lines && typeof details.lines === "object"
            ? Object.entries(details.lines).map(([server, text]) => codeBlock(String(text), { label: t("timeline.lines-for", { server: cut(server, 40) }) })) : null);
}
