// SPDX-License-Identifier: GPL-3.0-or-later
// What one phone did and what it was answered, the newest first, as it happens.

import { h, replace, refill } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { store } from "../../core/store.js";
import { button, empty } from "../../components/basics.js";
import { makeEventList } from "../../components/event-list.js";

/** How many events are drawn at once. */
const PAGE = 100;

export async function show(root, { id, signal }) {
    const { events } = await api.get(api.device(id, "/timeline?limit=1000"), { signal });
    let visible = PAGE;
    const list = makeEventList(), none = h("div", {}), more = h("div", { class: "more" });
    const showMore = button(t("timeline.more"), () => { visible += PAGE * 2; draw(); });
    const draw = () => {
        list.show(events.slice(-visible).reverse());
        refill(none, events.length === 0 ? empty(t("timeline.none"), t("timeline.none-text")) : null);
        if (events.length > visible) more.append(showMore);
        else showMore.remove();
    };
    draw();
    replace(root, h("h2", { class: "unseen", text: t("phone.tab.timeline") }), none, list.element, more);
    function take(fresh) {
        for (const event of fresh) {
            const index = events.findLastIndex((other) => other.id === event.id);
            if (index < 0) {
                events.push(event);
                visible += 1;
            } else events[index] = event;
        }
        draw();
    }
    store.on("event", (event) => { if (event.device === id) take([event]); }, signal);
    // What happens again and again makes no event of its own: the last one counts it.
    store.on("phones", async (ids) => {
        if (!ids?.includes(id) || events.length === 0) return;
        const { events: newest } = await api.get(api.device(id, `/timeline?after=${events.at(-1).id - 1}&limit=1000`), { signal }).catch(() => ({ events: [] }));
        if (newest.length && !signal.aborted) take(newest);
    }, signal);
}
