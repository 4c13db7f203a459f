// SPDX-License-Identifier: GPL-3.0-or-later
// A table of any length: only the rows that can be seen exist. Rows are kept and moved, so that the focus stays where it is.

import { h, replace } from "../core/dom.js";

/** Rows beyond both ends of what is seen, so that a fast scroll shows no holes. */
const MARGIN = 8;

export class VirtualTable {
    /**
     * - `columns`: `{ key, title, class }`, the first of which may be the mark by which rows are selected;
     * - `keyOf(item)`: what an item is known by;
     * - `makeRow()`: an element with the cells; `fillRow(row, item)`: shows an item in it.
     */
    constructor({ label, columns, keyOf, makeRow, fillRow, rowClass = "" }) {
        Object.assign(this, { keyOf, makeRow, fillRow, rowClass });
        this.items = [];
        this.rows = new Map();
        this.spare = [];
        this.body = h("div", { class: "vt-body", role: "rowgroup" });
        this.head = h(
            "div", { class: "vt-head", role: "rowgroup" },
            h("div", { class: `vt-row vt-titles ${rowClass}`, role: "row", "aria-rowindex": 1 },
                columns.map((column) => h("div", { role: "columnheader", class: column.class ?? "" }, column.title))));
        this.element = h("div", { class: "vt", role: "table", "aria-label": label }, this.head, this.body);
        this.element.addEventListener("keydown", (event) => this.onKey(event));
        this.frame = null;
    }

    /** Begins to watch the page's scrolling, until the signal aborts. */
    connect(signal) {
        const update = () => { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); }); };
        addEventListener("scroll", update, { passive: true, signal });
        addEventListener("resize", () => { this.height = null; update(); }, { signal });
        update();
    }

    /** The height of a row, which the style sheet sets. */
    rowHeight() {
        this.height ??= parseFloat(getComputedStyle(this.body).getPropertyValue("--row-height")) || 56;
        return this.height;
    }

    show(items) {
        this.items = items;
        this.element.setAttribute("aria-rowcount", String(items.length + 1));
        this.draw(true);
    }

    /** Draws what can be seen; with `all` also rows that were drawn before. */
    draw(all = false) {
        if (!this.element.isConnected) return;
        const height = this.rowHeight();
        this.body.style.height = `${this.items.length * height}px`;
        const top = this.body.getBoundingClientRect().top;
        const first = Math.max(0, Math.floor(-top / height) - MARGIN);
        const last = Math.min(this.items.length, Math.ceil((innerHeight - top) / height) + MARGIN);
        const wanted = new Map();
        for (let index = first; index < last; index += 1) wanted.set(this.keyOf(this.items[index]), index);
        for (const [key, row] of this.rows) {
            if (wanted.has(key)) continue;
            // The row that has the focus stays until somebody leaves it.
            if (row.contains(document.activeElement) && this.items.some((item) => this.keyOf(item) === key)) continue;
            this.rows.delete(key);
            row.remove();
            this.spare.push(row);
        }
        for (const [key, index] of wanted) {
            let row = this.rows.get(key);
            const isNew = !row;
            if (isNew) {
                row = this.spare.pop() ?? this.newRow();
                this.rows.set(key, row);
            }
            if (isNew || all) this.fillRow(row, this.items[index]);
            if (row.index !== index || isNew) {
                row.index = index;
                row.style.transform = `translateY(${index * height}px)`;
                row.setAttribute("aria-rowindex", String(index + 2));
            }
            if (!row.isConnected) this.insert(row, index);
        }
    }

    /** In the order of what is read, as screen readers and the Tab key follow the document. */
    insert(row, index) {
        let after = null;
        for (const other of this.body.children) {
            if (other.index > index) { after = other; break; }
        }
        this.body.insertBefore(row, after);
    }

    newRow() {
        const row = h("div", { class: `vt-row ${this.rowClass}`, role: "row" });
        replace(row, this.makeRow(row));
        return row;
    }

    /** Draws one item anew, if it can be seen. */
    refresh(key, item) {
        const row = this.rows.get(key);
        if (row) this.fillRow(row, item);
    }

    /** The arrows go from row to row, as Home and End go to the ends. */
    onKey(event) {
        const row = event.target.closest?.(".vt-body > .vt-row");
        if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
        const moves = { ArrowDown: row.index + 1, ArrowUp: row.index - 1, Home: 0, End: this.items.length - 1 };
        if (!(event.key in moves) || event.target.matches("select, input:not([type=checkbox]), textarea")) return;
        const index = Math.min(this.items.length - 1, Math.max(0, moves[event.key]));
        event.preventDefault();
        this.focus(index, event.target.matches("input[type=checkbox]") ? "input[type=checkbox]" : "a");
    }

    focus(index, selector) {
        const height = this.rowHeight();
        const top = this.body.getBoundingClientRect().top + index * height;
        if (top < 120 || top + height > innerHeight - 100) scrollBy({ top: top - innerHeight / 2 });
        this.draw();
        this.rows.get(this.keyOf(this.items[index]))?.querySelector(selector)?.focus({ preventScroll: true });
    }
}
