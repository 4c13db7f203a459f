// SPDX-License-Identifier: GPL-3.0-or-later
// Where the function keys of a model are: on one or both sides of its display, in pages where there are more than fit.

/** Keys on one page of an expansion module. */
const MODULE = 20;
/** The most keys on one page of a phone of which nothing else is known. */
const PAGE = 12;

/** What a model can do, of what its plugin says of all models: the same version if it is listed, else any. */
export function capabilitiesOf(phone, all) {
    let found = null;
    for (const [name, capabilities] of Object.entries(all ?? {})) {
        const [vendor, model, version] = name.split(", ");
        if (vendor !== phone.vendor || model !== phone.model) continue;
        if (version === phone.version) return capabilities;
        found ??= capabilities;
    }
    return found;
}

/**
 * How the keys of a make lie: how many are on a page, how many of them on the left, and whether one more key on the right turns the
 * pages. As those makers' phones look; what is not known is shared out evenly.
 */
function layout(count, vendor, model) {
    switch (vendor?.toLowerCase()) {
    case "yealink":
        // Three pages, which the last key beside the display turns: 5, 7 or 9 numbers on 6, 8 or 10 keys.
        if ([15, 21, 27].includes(count)) return { perPage: count / 3, left: (count / 3 + 1) / 2, hasPager: true };
        if (count === 12) return { perPage: 4, left: 2 };
        break;
    case "snom":
        // Four pages, turned by a key below the display. The keys of the D785 are beside a display of their own, at the right.
        if (model === "D785" && count === 24) return { perPage: 6, left: 0 };
        if (count >= 32 && count % 8 === 0) return { perPage: count / 4, left: count / 8 };
        break;
    case "polycom":
        if (count <= 16) return { perPage: count, left: Math.ceil(count / 2) };
        break;
    }
    const perPage = Math.min(count, PAGE);
    return { perPage, left: Math.ceil(perPage / 2) };
}

/**
 * Pages of keys: `{ kind: "phone" | "module", number, left: […], right: […], hasPager }`, keys numbered as parameters number them.
 */
export function keyPages(count, highestUsed = 0, { vendor, model } = {}) {
    const pages = [];
    const { perPage, left, hasPager = false } = layout(count, vendor, model);
    for (let first = 1; first <= count; first += perPage) {
        const keys = range(first, Math.min(count, first + perPage - 1));
        pages.push({ kind: "phone", number: pages.length + 1, left: keys.slice(0, left), right: keys.slice(left), hasPager });
    }
    // Keys beyond the phone's own are on expansion modules.
    for (let first = count + 1, module = 1; first <= highestUsed; first += MODULE, module += 1) {
        const keys = range(first, first + MODULE - 1);
        pages.push({ kind: "module", number: module, left: keys.slice(0, MODULE / 2), right: keys.slice(MODULE / 2), hasPager: false });
    }
    return pages;
}

const range = (first, last) => Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
