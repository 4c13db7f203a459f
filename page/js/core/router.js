// SPDX-License-Identifier: GPL-3.0-or-later
// Where one is: `#/phones/ID/timeline?…`. Nothing secret ever stands there.

let handler = () => {};
addEventListener("hashchange", () => handler(place()));

/** The place that the address names. */
export function place() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    const parts = path.split("/").filter(Boolean).map((part) => {
        try { return decodeURIComponent(part); } catch { return part; }
    });
    return { parts, query: new URLSearchParams(query) };
}

/** An address within the page. */
export const link = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");

export const go = (...parts) => { location.hash = link(...parts); };

/** Goes there without a step of its own in the browser's history. */
export function swap(...parts) {
    history.replaceState(null, "", link(...parts));
    handler(place());
}

/** Tells one handler of each new place, beginning with this one. */
export function listen(onPlace) {
    handler = onPlace;
    handler(place());
}
