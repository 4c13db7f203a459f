// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of some rows. On small screens every row is a card, in which each value stands beside the title of its column.

import { h, replace } from "../core/dom.js";

/**
 * A table with a name.
 *
 * - `columns`: `{ title, cell(item), class, isHead, isBare }`; `cell` gives what stands in it; the cell of a head names its row;
 *   the title of a bare column is only read out.
 *
 * - Returns: `{ element, show(items), add(items) }`.
 */
export function makeTable(label, columns) {
    const body = h("tbody", { role: "rowgroup" });
    const makeCell = (column, item) => h(
        column.isHead ? "th" : "td",
        { role: column.isHead ? "rowheader" : "cell", scope: column.isHead ? "row" : null, class: column.class ?? null, data: column.isHead || column.isBare ? {} : { title: column.title } },
        h("div", {}, column.cell(item)));
    const makeRow = (item) => h("tr", { role: "row" }, columns.map((column) => makeCell(column, item)));
    const element = h(
        "div", { class: "table-place", tabIndex: 0, role: "region", "aria-label": label },
        // What a style sheet makes of rows and cells does not change what they are: the roles say it again.
        h("table", { class: "table", role: "table" },
            h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((column) => h(
                "th", { role: "columnheader", scope: "col", class: column.class ?? null }, h("span", { class: column.isBare ? "unseen" : null, text: column.title }))))),
            body));
    return {
        element,
        show(items) { replace(body, items.map(makeRow)); },
        add(items) { body.append(...items.map(makeRow)); },
    };
}
