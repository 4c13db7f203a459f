// SPDX-License-Identifier: GPL-3.0-or-later
// Events by days, the newest first. What is there stays as it is when others come.

import { h, keep, refill, told } from "../core/dom.js";
import { day } from "../core/format.js";
import { makeEvent, repeats } from "./event-row.js";

/**
 * A list of events.
 *
 * - `phoneOf(event)`: whose it is, as `{ id, title }`, where that must be said; `heading`: the element that names a day.
 *
 * - Returns: `{ element, show(events) }`, which is given the newest event first.
 */
export function makeEventList({ phoneOf = () => null, heading = "h3" } = {}) {
    const element = h("div", { class: "timeline" });
    let isFirst = true;
    return {
        element,
        show(events) {
            const days = new Map();
            for (const event of events) {
                const name = day(event.time);
                if (!days.has(name)) days.set(name, []);
                days.get(name).push({ event, phone: phoneOf(event) });
            }
            keep(
                element, [...days], ([name]) => name,
                ([name]) => h("section", {}, h(heading, { class: "day", text: name }), h("ol", { class: "events" })),
                (section, [, rows]) => keep(
                    section.lastElementChild, rows, ({ event }) => event.id,
                    ({ event, phone }) => h("li", { class: isFirst ? null : "fresh" }, makeEvent(event, { phone })),
                    renew));
            isFirst = false;
        },
    };
}

/** What a phone is called becomes known while it boots, and what happens again is counted. */
function renew(row, { event, phone }) {
    if (phone) refill(row.querySelector(".event-phone"), told(phone.title));
    refill(row.querySelector(".repeats"), repeats(event));
}
