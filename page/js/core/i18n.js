// SPDX-License-Identifier: GPL-3.0-or-later
// Words. A catalogue is flat JSON: key to text, or to the forms of a plural. `{name}` stands for a value.

const CHOICE = "provd.language";

export const languages = { en: "English", fr: "Français", de: "Deutsch", es: "Español" };

let messages = {};
let language = "en";
let plural = new Intl.PluralRules("en");

export const locale = () => language;

/** The language that somebody chose, or the first of the browser's that there is. */
export function preferred() {
    const chosen = localStorage.getItem(CHOICE);
    if (chosen in languages) return chosen;
    for (const wanted of navigator.languages ?? []) {
        const code = wanted.slice(0, 2).toLowerCase();
        if (code in languages) return code;
    }
    return "en";
}

export async function load(code) {
    const response = await fetch(new URL(`../../messages/${code}.json`, import.meta.url));
    messages = await response.json();
    language = code;
    plural = new Intl.PluralRules(code);
    document.documentElement.lang = code;
}

export function choose(code) {
    localStorage.setItem(CHOICE, code);
    return load(code);
}

/** The text of a key with its values. A value `count` chooses the form of a plural. */
export function t(key, values = {}) {
    let text = messages[key];
    if (text && typeof text === "object") text = text[plural.select(values.count ?? 0)] ?? text.other;
    if (text === undefined) return key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
        if (!(name in values)) return whole;
        return typeof values[name] === "number" ? values[name].toLocaleString(language) : String(values[name]);
    });
}

/** Whether there is a text of a key. */
export const has = (key) => key in messages;
