// SPDX-License-Identifier: GPL-3.0-or-later
// Builds elements. Everything that phones, people or servers say becomes text, never markup: no module of this page parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Texts longer than this are cut where they are shown: nobody reads them, and browsers are slow to lay them out. */
const LONGEST_TEXT = 400;

/**
 * Makes an element.
 *
 * `properties`: `class`, `text`, `on` (handlers by event), `data` (data attributes), `value`, `checked`, `disabled`… as properties,
 * all else as attributes; what is null, undefined or false is left out.
 */
export function h(name, properties = {}, ...children) {
    const element = document.createElement(name);
    fill(element, properties ?? {}, children);
    return element;
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
    }
    append(element, children);
    return element;
}

const asProperties = new Set(["value", "checked", "disabled", "indeterminate", "readOnly", "hidden", "tabIndex", "htmlFor", "open", "selected"]);

function fill(element, properties, children) {
    for (const [key, value] of Object.entries(properties)) {
        if (value === null || value === undefined) continue;
        if (key === "class") element.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
        else if (key === "text") element.textContent = value;
        else if (key === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
        else if (key === "data") for (const [name, text] of Object.entries(value)) element.dataset[name] = text;
        else if (asProperties.has(key)) element[key] = value;
        else if (value !== false) element.setAttribute(key, value === true ? "" : String(value));
    }
    append(element, children);
}

function append(element, children) {
    for (const child of children.flat(Infinity)) {
        if (child === null || child === undefined || child === false) continue;
        element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
}

/** Shows a text from outside: cut if it is endless, and kept from turning the text around it (Unicode bidi). */
export function told(text, properties = {}) {
    return h("bdi", { ...properties, text: cut(text) });
}

/** A text from outside, not longer than anybody reads. */
export function cut(text, length = LONGEST_TEXT) {
    const whole = String(text ?? "");
    return whole.length > length ? whole.slice(0, length) + "…" : whole;
}

/** Puts other children into an element. */
export function replace(element, ...children) {
    element.replaceChildren();
    append(element, children);
    return element;
}

/**
 * Puts other children into an element, and leaves those alone that are what they were: what has the focus keeps it, and nothing is
 * read out again.
 */
export function refill(element, ...children) {
    const fresh = document.createDocumentFragment();
    append(fresh, children);
    const wanted = [...fresh.childNodes];
    for (const [index, node] of wanted.entries()) {
        const old = element.childNodes[index];
        if (!old) element.append(node);
        else if (!old.isEqualNode(node)) old.replaceWith(node);
    }
    while (element.childNodes.length > wanted.length) element.lastChild.remove();
    return element;
}

/**
 * Shows a list of items, each of which has a key and an element of its own: what is there already stays, with its focus and with all
 * that was unfolded in it.
 *
 * `make(item)` gives a new element; `update(element, item)` is called with every one.
 */
export function keep(element, items, keyOf, make, update = () => {}) {
    const known = new Map([...element.children].map((child) => [child.keptAs, child]));
    const wanted = items.map((item) => String(keyOf(item)));
    const staying = new Set(wanted);
    for (const [key, child] of known) if (!staying.has(key)) child.remove();
    let next = element.firstElementChild;
    for (const [index, item] of items.entries()) {
        const child = known.get(wanted[index]) ?? make(item);
        child.keptAs = wanted[index];
        update(child, item);
        if (child === next) next = next.nextElementSibling;
        else element.insertBefore(child, next);
    }
    return element;
}

let lastID = 0;

/** An id that no other element has, for labels and descriptions. */
export function freshID(prefix = "id") {
    lastID += 1;
    return `${prefix}-${lastID}`;
}
