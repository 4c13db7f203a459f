// SPDX-License-Identifier: GPL-3.0-or-later
// What all phones did lately, as they do it.

import { h, replace, refill } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { store } from "../../core/store.js";
import { isFault } from "../../core/words.js";
import { phoneTitle } from "../../core/format.js";
import { button, empty } from "../../components/basics.js";
import { makeEventList } from "../../components/event-list.js";

/** Events that come closely together are drawn together. */
const PACE = 300, FIRST = 100, MORE = 300;

let onlyFaults = false;

export async function events(body, signal) {
    let visible = FIRST, timer = null;
    const none = h("div", {}), more = h("div", { class: "more" });
    const showMore = button(t("timeline.more"), () => { visible += MORE; draw(); });
    const list = makeEventList({
        heading: "h2",
        phoneOf: (event) => {
            const phone = store.phones.get(event.device);
            return { id: event.device, title: phone ? phoneTitle(phone) : event.mac ?? event.device };
        },
    });
    const chips = [false, true].map((faults) => h("button", { class: "chip", type: "button", on: { click: () => { onlyFaults = faults; draw(); } } }, t(faults ? "health.events-faults" : "health.events-all")));
    function draw() {
        timer = null;
        for (const [index, chip] of chips.entries()) chip.setAttribute("aria-pressed", String(Boolean(index) === onlyFaults));
        const found = [];
        for (let index = store.events.length - 1; index >= 0 && found.length <= visible; index -= 1) if (!onlyFaults || isFault(store.events[index])) found.push(store.events[index]);
        list.show(found.slice(0, visible));
        refill(none, found.length === 0 ? empty(t(onlyFaults ? "health.no-faults" : "timeline.none"), t("health.events-text")) : null);
        if (found.length > visible) more.append(showMore);
        else showMore.remove();
    }
    draw();
    replace(body, h("div", { class: "chips", role: "group", "aria-label": t("phones.filter") }, chips), none, list.element, more);
    const soon = () => { timer ??= setTimeout(draw, PACE); };
    store.on("event", soon, signal);
    store.on("events", soon, signal);
    signal.addEventListener("abort", () => clearTimeout(timer));
}
