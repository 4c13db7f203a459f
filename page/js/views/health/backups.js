// SPDX-License-Identifier: GPL-3.0-or-later
// Copies of the database.

import { h, replace, told, cut } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { bytes, dateTime } from "../../core/format.js";
import { busy, button, iconButton, empty, confirm, toast, complain } from "../../components/basics.js";
import { makeTable } from "../../components/table.js";

export async function backups(body, signal) {
    const place = h("div", {});
    const table = makeTable(t("health.tab.backups"), [
        { title: t("backups.name"), isHead: true, class: "mono", cell: (backup) => told(backup.name) },
        { title: t("audit.time"), class: "moment", cell: (backup) => dateTime(backup.time) },
        { title: t("firmware.size"), class: "number", cell: (backup) => bytes(backup.size) },
        { title: t("people.column.actions"), isBare: true, class: "tools", cell: (backup) => iconButton(t("backups.remove", { name: cut(backup.name, 80) }), "trash", () => remove(backup)) },
    ]);
    const make = button(t("backups.make"), () => busy(make, async () => {
        try {
            await api.post("/1.0/backups");
            toast(t("backups.made"));
            await fill();
        } catch (error) { complain(error); }
    }), { kind: "primary", symbol: "plus" });
    function remove(backup) {
        confirm(t("backups.remove", { name: cut(backup.name, 80) }), t("backups.remove-text"), t("action.delete"), async () => {
            await api.delete(`/1.0/backups/${api.part(backup.name)}`);
            await fill();
        });
    }
    async function fill() {
        const { backups: list } = await api.get("/1.0/backups", { signal });
        table.show(list);
        replace(place, list.length === 0 ? empty(t("backups.none"), t("backups.none-text")) : table.element);
    }
    await fill();
    replace(body, h("p", { class: "lead", text: t("backups.lead") }), h("div", { class: "row-actions" }, make), place);
}
