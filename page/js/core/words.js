// SPDX-License-Identifier: GPL-3.0-or-later
// What the timeline says, in the reader's language where the page has words for it, else in provd's own.

import { t, has, locale } from "./i18n.js";
import { cut } from "./dom.js";

/** A step of the timeline as a sentence; `isForeign` if the words are provd's own, which are English. */
export function sentence(event) {
    const own = { text: cut(event.text, 1200), isForeign: true };
    const details = event.details ?? {};
    if (locale() === "en") return own;
    const key = keyOf(event, details);
    if (!key || !has(key)) return own;
    const values = Object.fromEntries(["ip", "server", "path", "username", "plugin", "number"].map((name) => [name, cut(details[name] ?? "–", 200)]));
    values.transport = String(details.transport ?? "").toUpperCase();
    return { text: t(key, values), isForeign: false };
}

function keyOf(event, details) {
    switch (event.step) {
    case "dhcp": return details.problem ? null : `event.dhcp.${details.type}`;
    case "fetched":
        if (event.outcome === "done") return "event.fetched";
        return details.refusal === "no-such-file" ? "event.probed" : null;
    case "registered": return event.outcome === "done" && details.registration ? `event.registered.${details.registration}` : null;
    case "associated": return "event.associated";
    default: return null;
    }
}

/** Whether an event is a fault, and not a file that the phone can do without. */
export const isFault = (event) => event.outcome !== "done" && event.details?.refusal !== "no-such-file";
