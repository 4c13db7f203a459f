// SPDX-License-Identifier: GPL-3.0-or-later
// The small parts that every view is made of.

import { h, replace, freshID, cut } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { APIError, UnreachableError } from "../core/api.js";
import { icon } from "./icons.js";

/** A button; `kind` is primary, plain, quiet or danger. */
export function button(label, onClick, { kind = "plain", symbol, disabled = false, type = "button", title, ...rest } = {}) {
    return h(
        "button", { class: `button ${kind}`, type, disabled, title, on: onClick ? { click: onClick } : {}, ...rest },
        symbol ? icon(symbol) : null, h("span", { text: label }));
}

/** Does what takes a moment. Until it is done the button does not begin it again; it keeps the focus, which a disabled one loses. */
export async function busy(element, work) {
    if (element.getAttribute("aria-disabled") === "true") return;
    element.setAttribute("aria-disabled", "true");
    try {
        await work();
    } finally {
        element.removeAttribute("aria-disabled");
    }
}

/** A button that shows nothing but an icon, and says what it does to those who cannot see it. */
export const iconButton = (label, symbol, onClick, rest = {}) =>
    h("button", { class: "button icon-only quiet", type: "button", "aria-label": label, title: label, on: { click: onClick }, ...rest }, icon(symbol));

/** A link that looks like a button. */
export const linkButton = (label, href, { kind = "plain", symbol } = {}) =>
    h("a", { class: `button ${kind}`, href }, symbol ? icon(symbol) : null, h("span", { text: label }));

/** A field with its label, a hint, and a place for what is wrong with it. */
export function field(label, control, { hint, isOptional = false } = {}) {
    const id = control.id || freshID("field");
    control.id = id;
    const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
    const describedBy = [hint ? `${id}-hint` : null, `${id}-error`].filter(Boolean).join(" ");
    control.setAttribute("aria-describedby", describedBy);
    const element = h(
        "div", { class: "field" },
        h("label", { htmlFor: id }, label, isOptional ? h("span", { class: "optional", text: ` ${t("form.optional")}` }) : null), control,
        hint ? h("p", { class: "hint", id: `${id}-hint`, text: hint }) : null, error);
    element.control = control;
    element.fail = (text) => {
        error.textContent = text ?? "";
        error.hidden = !text;
        if (text) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
    };
    return element;
}

export const input = (properties = {}) => h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...properties });

export function select(options, value, onChange, properties = {}) {
    return h(
        "select", { ...properties, on: onChange ? { change: (event) => onChange(event.target.value) } : {} },
        options.map(([key, label]) => h("option", { value: key, selected: key === value, text: label })));
}

/** The head of a view. */
export function viewHead(title, { lead, actions = [], before } = {}) {
    return h(
        "header", { class: "view-head" }, before ?? null,
        h("div", { class: "view-title" }, h("h1", { tabIndex: -1 }, title), lead ? h("p", { class: "lead" }, lead) : null),
        actions.length ? h("div", { class: "actions" }, actions) : null);
}

/** What is shown where there is nothing yet: what this is for, and the next step. */
export function empty(title, text, ...more) {
    return h("div", { class: "empty" }, h("h2", { text: title }), text ? h("p", { text }) : null, more);
}

/** Lines where words will be: the page does not jump when they come. */
export function loading(rows = 6) {
    return h(
        "div", { class: "loading", role: "status" }, h("span", { class: "unseen", text: t("state.loading") }),
        Array.from({ length: rows }, () => h("div", { class: "loading-row", "aria-hidden": "true" })));
}

/** What went wrong, in words, with a way to try again. */
export function failure(error, retry) {
    return h(
        "div", { class: "notice bad", role: "alert" }, icon("warning"),
        h("div", {}, h("p", { text: reason(error) }), retry ? button(t("action.retry"), retry) : null));
}

export function reason(error) {
    if (error instanceof UnreachableError) return t("error.unreachable");
    if (error instanceof APIError && error.status === 403) return t("error.forbidden");
    if (error instanceof APIError && error.status === 429) return t("error.too-many");
    if (error instanceof APIError && error.status === 412) return t("error.changed");
    return cut(error.message || String(error), 1500);
}

export const notice = (kind, ...content) => h("div", { class: `notice ${kind}` }, icon({ good: "check", info: "info" }[kind] ?? "warning"), h("div", {}, content));

export const badge = (text, kind = "") => h("span", { class: `badge ${kind}`, text });

/** A text of a computer's: a configuration, a command; with a button that copies it. */
export function codeBlock(text, { label, fileName } = {}) {
    return h(
        "figure", { class: "listing" },
        h("figcaption", {}, h("span", { text: label ?? "" }), h("span", { class: "listing-actions" },
            button(t("action.copy"), async (event) => {
                const shown = event.currentTarget.querySelector("span");
                try {
                    await navigator.clipboard.writeText(text);
                    shown.textContent = t("action.copied");
                } catch {
                    getSelection().selectAllChildren(event.target.closest("figure").querySelector("pre"));
                }
                setTimeout(() => { shown.textContent = t("action.copy"); }, 2000);
            }, { kind: "quiet", symbol: "copy" }),
            fileName ? button(t("action.download"), () => save(fileName, text, "text/plain"), { kind: "quiet", symbol: "download" }) : null)),
        h("pre", { tabIndex: 0, role: "region", "aria-label": label ?? t("code.text") }, h("code", { text })));
}

/** Gives the browser a file to keep. */
export function save(name, text, type) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Says something that passes, to those who see and those who hear. */
export function toast(text, kind = "good") {
    const element = h("div", { class: `toast ${kind}` }, icon(kind === "good" ? "check" : "warning"), h("span", { text }));
    document.getElementById("toasts").append(element);
    setTimeout(() => element.remove(), kind === "good" ? 4000 : 9000);
}

export const complain = (error) => toast(reason(error), "bad");

/**
 * Asks something in a dialog.
 *
 * `onSubmit` is called with the dialog; it closes when that is done, and shows what went wrong otherwise.
 */
export function ask(title, content, { action, kind = "primary", onSubmit, wide = false }) {
    const id = freshID("dialog");
    const problem = h("div", { class: "dialog-problem", role: "alert" });
    const submit = button(action, null, { kind, type: "submit" });
    const dialog = h(
        "dialog", { class: wide ? "wide" : "", "aria-labelledby": id },
        h("form", { method: "dialog", novalidate: true, on: { submit: send } },
            h("header", {}, h("h2", { id, text: title }), iconButton(t("action.close"), "close", () => dialog.close())),
            h("div", { class: "dialog-body" }, content, problem),
            h("footer", {}, button(t("action.cancel"), () => dialog.close()), submit)));
    function send(event) {
        event.preventDefault();
        busy(submit, attempt);
    }
    async function attempt() {
        replace(problem);
        for (const part of dialog.querySelectorAll(".field")) part.fail?.(null);
        try {
            if (await onSubmit(dialog) !== false) dialog.close();
        } catch (error) {
            const control = error.problem?.field ? dialog.querySelector(`[name="${CSS.escape(error.problem.field)}"]`) : null;
            const owner = control?.closest(".field");
            if (owner?.fail) {
                owner.fail(reason(error));
                control.focus();
            } else replace(problem, notice("bad", h("p", { text: reason(error) })));
        }
    }
    dialog.addEventListener("close", () => {
        dialog.remove();
        // The focus goes back to where it was, unless that was deleted by what the dialog did.
        setTimeout(() => { if (document.activeElement === document.body) document.querySelector("#main h1")?.focus({ preventScroll: true }); });
    });
    // A press outside of the dialog closes it.
    dialog.addEventListener("mousedown", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[autofocus], input, select, textarea") ?? submit).focus();
    return dialog;
}

/** Asks whether something is really meant. */
export const confirm = (title, text, action, onSubmit, kind = "danger") => ask(title, h("p", { text }), { action, kind, onSubmit });

/** A row of tabs that are links: each has an address. */
export function tabs(label, list, current) {
    const nav = h(
        "nav", { class: "tabs", "aria-label": label },
        list.map(({ key, title, href, count }) =>
            h("a", { href, class: "tab", "aria-current": key === current ? "page" : null }, title,
                count !== undefined ? h("span", { class: "tab-count", text: String(count) }) : null)));
    // On small screens the row is longer than the screen: the current tab is brought to its middle.
    requestAnimationFrame(() => {
        const tab = nav.querySelector("[aria-current]");
        if (tab) nav.scrollLeft = tab.offsetLeft - nav.offsetLeft - (nav.clientWidth - tab.offsetWidth) / 2;
    });
    return nav;
}

/** A bar that fills; without `part` it only shows that something happens. */
export function progress(part, label) {
    const element = h("progress", { max: 100, "aria-label": label });
    if (part !== null && part !== undefined) element.value = Math.round(part * 100);
    return element;
}
