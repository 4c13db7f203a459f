// SPDX-License-Identifier: GPL-3.0-or-later
// What one phone did and what it was answered, the newest first, as it happens.

import { h, replace } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { store } from "../../core/store.js";
import { day } from "../../core/format.js";
import { button, empty } from "../../components/basics.js";
import { makeEvent } from "../../components/event-row.js";

/** How many events are drawn at once. */
const PAGE = 100;

export async function show(root, { id, signal }) {
    const { events } = await api.get(api.device(id, "/timeline?limit=1000"), { signal });
    let visible = PAGE;
    const list = h("div", { class: "timeline" });
    const more = h("div", { class: "more" });
    const draw = () => {
        const newest = events.slice(-visible).reverse();
        const groups = [];
        for (const event of newest) {
            const name = day(event.time);
            if (groups.at(-1)?.name !== name) groups.push({ name, events: [] });
            groups.at(-1).events.push(event);
        }
        replace(list, groups.map((group) => h(
            "section", {}, h("h3", { class: "day", text: group.name }), h("ol", { class: "events" }, group.events.map((event) => h("li", {}, makeEvent(event)))))));
        replace(more, events.length > visible ? button(t("timeline.more"), () => { visible += PAGE * 2; draw(); }) : null);
        if (events.length === 0) replace(list, empty(t("timeline.none"), t("timeline.none-text")));
    };
    draw();
    replace(root, h("h2", { class: "unseen", text: t("phone.tab.timeline") }), list, more);
    store.on("event", (event) => {
        if (event.device !== id || events.some((other) => other.id === event.id)) return;
        events.push(event);
        visible += 1;
        draw();
        list.querySelector("li")?.classList.add("fresh");
    }, signal);
}
