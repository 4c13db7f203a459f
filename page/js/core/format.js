// SPDX-License-Identifier: GPL-3.0-or-later
// Times, sizes and names as people read them.

import { locale, t } from "./i18n.js";
import { cut } from "./dom.js";

const formats = new Map();

/** The browser's own kind of the language, such as British English with its twenty-four hours, if it has one. */
const region = () => navigator.languages?.find((name) => name.toLowerCase().startsWith(locale())) ?? locale();

function format(kind, options) {
    const key = `${locale()} ${kind} ${Object.entries(options)}`;
    let found = formats.get(key);
    if (!found) formats.set(key, found = new Intl[kind](region(), options));
    return found;
}

/** The time of day. */
export const clock = (seconds) => format("DateTimeFormat", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(seconds * 1000);

export const shortClock = (seconds) => format("DateTimeFormat", { hour: "2-digit", minute: "2-digit" }).format(seconds * 1000);

export const day = (seconds) => format("DateTimeFormat", { weekday: "long", day: "numeric", month: "long" }).format(seconds * 1000);

export const dateTime = (seconds) => format("DateTimeFormat", { dateStyle: "medium", timeStyle: "short" }).format(seconds * 1000);

/** How long ago something was: short, because it stands in lists. */
export function ago(seconds, now = Date.now() / 1000) {
    if (seconds === null || seconds === undefined) return t("time.never");
    const past = Math.max(0, now - seconds);
    if (past < 10) return t("time.now");
    const relative = format("RelativeTimeFormat", { numeric: "always", style: "short" });
    if (past < 60) return relative.format(-Math.floor(past / 10) * 10, "second");
    if (past < 3600) return relative.format(-Math.floor(past / 60), "minute");
    if (past < 86400) return relative.format(-Math.floor(past / 3600), "hour");
    return relative.format(-Math.floor(past / 86400), "day");
}

export const number = (value) => format("NumberFormat", {}).format(value);

export function bytes(count) {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    let unit = 0;
    while (count >= 1000 && unit < units.length - 1) {
        count /= 1000;
        unit += 1;
    }
    return format("NumberFormat", { style: "unit", unit: units[unit], unitDisplay: unit ? "short" : "long", maximumFractionDigits: count < 10 && unit ? 1 : 0 }).format(count);
}

/** What a phone is, in words: “Yealink T46S”. */
export function phoneName(phone) {
    const name = [phone.vendor, phone.model].filter(Boolean).join(" ");
    return name ? cut(name, 120) : t("phone.unknown");
}

/** What to call one phone among others. */
export const phoneTitle = (phone) => cut(phone.lines?.[0]?.display_name ?? "", 80) || phoneName(phone);
