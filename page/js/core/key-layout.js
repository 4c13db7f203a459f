// SPDX-License-Identifier: GPL-3.0-or-later
// Where the function keys of a model are. provd knows how many there are; phones have them on both sides of their display,
// and in pages where there are more than fit.

/** Keys on one side of a display, and keys on one page of an expansion module. */
const SIDE = 6, MODULE = 20;

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
 * Pages of keys: `{ kind: "phone" | "module", number, left: […], right: […] }`, keys numbered as parameters number them.
 */
export function keyPages(functionKeys, highestUsed = 0) {
    const pages = [];
    const perPage = functionKeys <= 4 ? functionKeys : Math.min(functionKeys, SIDE * 2);
    for (let first = 1; first <= functionKeys; first += perPage) {
        const keys = range(first, Math.min(functionKeys, first + perPage - 1));
        const half = Math.ceil(Math.min(perPage, functionKeys) / 2);
        pages.push({ kind: "phone", number: pages.length + 1, left: keys.slice(0, half), right: keys.slice(half) });
    }
    // Keys beyond the phone's own are on expansion modules.
    for (let first = functionKeys + 1, module = 1; first <= highestUsed; first += MODULE, module += 1) {
        const keys = range(first, first + MODULE - 1);
        pages.push({ kind: "module", number: module, left: keys.slice(0, MODULE / 2), right: keys.slice(MODULE / 2) });
    }
    return pages;
}

const range = (first, last) => Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
