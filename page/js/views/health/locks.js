// SPDX-License-Identifier: GPL-3.0-or-later
// Who dialled wrong codes too often, and is let in again here.

import { h, replace, told } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { link } from "../../core/router.js";
import { store } from "../../core/store.js";
import { dateTime, phoneTitle } from "../../core/format.js";
import { button, empty, complain } from "../../components/basics.js";
import { makeTable } from "../../components/table.js";

export async function locks(body, signal) {
    const lead = h("p", { class: "lead", tabIndex: -1, text: t("locks.lead") });
    const table = makeTable(t("health.tab.locks"), [
        { title: t("audit.actor"), isHead: true, cell: whose },
        { title: t("locks.ends"), class: "moment", cell: (lock) => dateTime(lock.ends) },
        { title: t("people.column.actions"), isBare: true, class: "tools", cell: (lock) => button(t("locks.lift"), () => lift(lock)) },
    ]);
    async function lift(lock) {
        try {
            await api.delete(`/1.0/codes/locks/${api.part(lock.id)}`);
            await fill();
            lead.focus();
        } catch (error) { complain(error); }
    }
    async function fill() {
        const { locks: list } = await api.get("/1.0/codes/locks", { signal });
        table.show(list);
        replace(body, lead, list.length === 0 ? empty(t("locks.none"), t("locks.none-text")) : table.element);
    }
    await fill();
}

function whose(lock) {
    const phone = lock.device ? store.phones.get(lock.device) : null;
    if (phone) return h("a", { href: link("phones", phone.id) }, told(`${phoneTitle(phone)} ${phone.mac ?? ""}`));
    return lock.kind === "all" ? t("locks.all") : told(lock.address ?? lock.device ?? lock.id);
}
