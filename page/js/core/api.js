// SPDX-License-Identifier: GPL-3.0-or-later
// The REST API, as docs/api.md describes it. The token lives in the tab's session storage and in a header, and nowhere else.

const TOKEN = "provd.token";

/** What the server refused, with its own words. */
export class APIError extends Error {
    constructor(status, problem) {
        super(problem?.detail ?? `HTTP ${status}`);
        this.status = status;
        this.problem = problem ?? {};
    }
}

/** The server could not be reached at all. */
export class UnreachableError extends Error {}

let whenSignedOut = () => {};

export const session = {
    get token() { return sessionStorage.getItem(TOKEN); },
    set token(token) {
        if (token === null) sessionStorage.removeItem(TOKEN);
        else sessionStorage.setItem(TOKEN, token);
    },
    /** Called when the server does not know the token any more. */
    onSignedOut(handler) { whenSignedOut = handler; },
};

/** Sends a request with the token, and gives the response if it was successful. */
export async function request(method, path, { body, type, headers = {}, signal, token } = {}) {
    const all = { "X-Auth-Token": token ?? session.token ?? "", ...headers };
    if (body !== undefined) all["Content-Type"] = type ?? "application/json";
    let response;
    try {
        response = await fetch(path, {
            method, headers: all, signal, cache: "no-store", credentials: "omit", redirect: "error",
            body: body === undefined ? undefined : type ? body : JSON.stringify(body),
        });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new UnreachableError("unreachable");
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => null);
    if (response.status === 401 && token === undefined) whenSignedOut();
    throw new APIError(response.status, problem);
}

async function json(method, path, options) {
    const response = await request(method, path, options);
    return response.status === 204 ? null : response.json();
}

const part = encodeURIComponent;

export const api = {
    get: (path, options) => json("GET", path, options),
    post: (path, body = {}, options) => json("POST", path, { body, ...options }),
    put: (path, body, options) => json("PUT", path, { body, ...options }),
    patch: (path, body, options) => json("PATCH", path, { body, ...options }),
    delete: (path, options) => json("DELETE", path, options),

    /** A document, and the header by which a change says which state of it is meant: what others make of it meanwhile is not lost. */
    async seen(path) {
        const response = await request("GET", path);
        const tag = response.headers.get("ETag");
        return { document: await response.json(), options: { headers: tag ? { "If-Match": tag } : {} } };
    },

    /** All elements of a list that comes in parts; `each` is given every part as it comes. */
    async all(path, name, each, options) {
        const elements = [];
        let cursor = null;
        do {
            const answer = await json("GET", `${path}?limit=1000${cursor ? `&cursor=${part(cursor)}` : ""}`, options);
            elements.push(...answer[name]);
            each?.(answer[name]);
            cursor = answer.next;
        } while (cursor);
        return elements;
    },

    device: (id, rest = "") => `/1.0/devices/${part(id)}${rest}`,
    line: (id, rest = "") => `/1.0/lines/${part(id)}${rest}`,
    config: (id) => `/1.0/configs/${part(id)}`,
    plugin: (id, rest = "") => `/1.0/plugins/${part(id)}${rest}`,
    part,
};
