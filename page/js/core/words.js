// SPDX-License-Identifier: GPL-3.0-or-later
// What the timeline says, in the reader's language where the page has words for it, else in provd's own.

import { t, has, locale } from "./i18n.js";
import { cut } from "./dom.js";

/** A step of the timeline as a sentence; `isForeign` if the words are provd's own, which are English. */
export function sentence(event) {
    const own = { text: cut(event.text, 1200), isForeign: true };
    if (locale() === "en") return own;
    const known = fromDetails(event, event.details ?? {}) ?? fromWords(own.text);
    return known && has(known.key) ? { text: t(known.key, known.values), isForeign: false } : own;
}

/** What the details of an event say by themselves. */
function fromDetails(event, details) {
    const values = Object.fromEntries(["ip", "server", "path", "username", "plugin"].map((name) => [name, cut(details[name] ?? "–", 200)]));
    values.transport = String(details.transport ?? "").toUpperCase();
    switch (event.step) {
    case "dhcp":
        if (details.problem) return null;
        return { key: details.type === "ack" && !details.server ? "event.dhcp.known" : `event.dhcp.${details.type}`, values };
    case "fetched":
        if (event.outcome === "done") return { key: "event.fetched", values };
        return details.refusal === "no-such-file" ? { key: "event.probed", values } : null;
    case "registered": return event.outcome === "done" && details.registration ? { key: `event.registered.${details.registration}`, values } : null;
    case "associated": return { key: "event.associated", values };
    case "recognised": {
        const phone = [details.vendor, details.model, details.version].filter(Boolean).map((text) => cut(text, 80)).join(" ");
        return phone ? { key: "event.recognised", values: { source: String(details.source ?? "").toUpperCase(), phone } } : null;
    }
    default: return null;
    }
}

/** Sentences of provd's that are known as a whole. One that is worded otherwise some day stays as it is. */
const sentences = [
    [/^was told to fetch its configuration again, and agreed$/, "event.told"],
    [/^has fetched its configuration and registered again$/, "event.synchronised"],
    [/^was added by an administrator$/, "event.added"],
    [/^was changed by an administrator$/, "event.changed"],
    [/^became the phone of (?<name>.+), number (?<number>\S+)$/, "event.given"],
    [/^is no longer the phone of (?<name>.+), number (?<number>\S+)$/, "event.taken"],
    [/^dialled a provisioning code: it is the line of (?<name>.+), number (?<number>\S+)$/, "event.dialled"],
];

function fromWords(text) {
    for (const [pattern, key] of sentences) {
        const match = pattern.exec(text);
        if (match) return { key, values: match.groups ?? {} };
    }
    return null;
}

/** Whether an event is a fault, and not a file that the phone can do without. */
export const isFault = (event) => event.outcome !== "done" && event.details?.refusal !== "no-such-file";
