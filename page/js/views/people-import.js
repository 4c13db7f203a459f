// SPDX-License-Identifier: GPL-3.0-or-later
// Many lines at once, from a table: checked first, then added, all of them or none.

import { h, replace, told } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { request, APIError } from "../core/api.js";
import { link, go } from "../core/router.js";
import { store } from "../core/store.js";
import { viewHead, busy, button, field, notice, save, toast, failure } from "../components/basics.js";
import { icon } from "../components/icons.js";
import { makeTable } from "../components/table.js";

/** How many rows of a preview are drawn. */
const PREVIEW = 200;
const TEMPLATE = "number,display_name,provisioning_code,server\r\n101,Alice Martin,,\r\n102,Bob Dupont,,\r\n";

export function showImport(root, { signal }) {
    const file = h("input", { type: "file", accept: ".csv,text/csv,text/plain", on: { change: () => take(file.files[0]) } });
    const text = h("textarea", { rows: 8, class: "mono", spellcheck: "false", on: { input: schedule } });
    const result = h("div", { class: "import-result", "aria-live": "polite" });
    let timer = null, turn = 0;

    replace(
        root,
        viewHead(t("import.title"), { lead: t("import.lead"), before: h("a", { class: "back", href: link("people") }, icon("back"), t("nav.people")), actions: [button(t("import.template"), () => save("lines.csv", TEMPLATE, "text/csv"), { symbol: "download" })] }),
        h("div", { class: "panel import", on: { dragover: (event) => event.preventDefault(), drop: (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); } } },
            field(t("import.file"), file), field(t("import.text"), text, { hint: t("import.text-hint") })),
        result);

    async function take(chosen) {
        if (!chosen) return;
        if (chosen.size > 4 * 1024 * 1024) return replace(result, notice("bad", h("p", { text: t("import.too-large") })));
        const buffer = await chosen.arrayBuffer();
        // Spreadsheets write UTF-8, or what they wrote before there was UTF-8.
        try { text.value = new TextDecoder("utf-8", { fatal: true }).decode(buffer); } catch { text.value = new TextDecoder("windows-1252").decode(buffer); }
        return check();
    }

    function schedule() {
        clearTimeout(timer);
        timer = setTimeout(check, 500);
    }

    const send = (isDryRun) => request("POST", `/1.0/lines/import?dry_run=${isDryRun}`, { body: text.value, type: "text/csv", signal }).then((response) => response.json());

    async function check() {
        clearTimeout(timer);
        const mine = ++turn;
        if (!text.value.trim()) return replace(result);
        try {
            const { lines } = await send(true);
            if (mine === turn) showLines(lines);
        } catch (error) {
            if (mine !== turn || signal.aborted) return null;
            if (error instanceof APIError && error.problem.problems) showProblems(error.problem.problems);
            else replace(result, failure(error, check));
        }
        return null;
    }

    function showProblems(problems) {
        const table = makeTable(t("import.problems", { count: problems.length }), [
            { title: t("import.row"), isHead: true, cell: (problem) => String(problem.row) },
            { title: t("import.column"), class: "mono", cell: (problem) => told(problem.field) },
            { title: t("import.problem"), cell: (problem) => h("span", { lang: "en" }, told(problem.text)) },
        ]);
        table.show(problems.slice(0, PREVIEW));
        replace(result, notice("bad", h("p", {}, h("strong", { text: t("import.problems", { count: problems.length }) })), h("p", { text: t("import.problems-text") })), table.element);
    }

    function showLines(lines) {
        const add = button(t("import.add", { count: lines.length }), () => busy(add, async () => {
            try {
                const done = await send(false);
                toast(t("import.done", { count: done.lines.length }));
                await store.loadLines();
                go("people");
            } catch (error) {
                if (error instanceof APIError && error.problem.problems) showProblems(error.problem.problems);
                else replace(result, failure(error, check));
            }
        }), { kind: "primary" });
        const table = makeTable(t("import.preview"), [
            { title: t("people.column.number"), isHead: true, class: "mono", cell: (line) => told(line.number) },
            { title: t("people.column.name"), cell: (line) => told(line.display_name) },
            { title: t("people.server"), cell: (line) => told(line.server?.host ?? "–") },
        ]);
        table.show(lines.slice(0, PREVIEW));
        replace(
            result, notice("good", h("p", { text: t("import.good", { count: lines.length }) }), add), table.element,
            lines.length > PREVIEW ? h("p", { class: "hint", text: t("import.and-more", { count: lines.length - PREVIEW }) }) : null);
    }
    return {};
}
