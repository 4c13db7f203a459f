// SPDX-License-Identifier: GPL-3.0-or-later
// What the page knows: all phones and lines, kept true by the stream of events. Views ask here and are told of changes.

import { api, APIError, session } from "./api.js";
import { EventStream } from "./events.js";

/** How long changes gather before phones are asked for again: a booting phone makes several events at once. */
const GATHER = 60;
/** How long until what failed is asked for again. */
const AGAIN = 2000;
/** How many phones are asked for in one request, and how many remembered events there are. */
const NAMES = 100, REMEMBERED = 4000;
/** How long lines gather that are on phones and were not known. */
const LINES = 1000;
/** What no event tells, such as deleted phones, is noticed after this long. */
const REFRESH = 5 * 60 * 1000;
/** How long a tab that nobody sees still follows: a browser has six connections for a server, for all its tabs together. */
const UNSEEN = 60 * 1000;
/** How often phones are looked for that seem to be silent, and for how long each of them is believed. */
const WATCH = 20 * 1000, BELIEVED = 60;
/** A phone on its way that did nothing for this many seconds needs a look. */
const STALL = 180;

class Store extends EventTarget {
    constructor() {
        super();
        this.reset();
    }

    reset() {
        // In the order in which they came to be known.
        this.phones = new Map();
        this.lines = new Map();
        this.events = [];
        this.isLoaded = false;
        this.areLinesLoaded = false;
        this.areLinesChanged = false;
        this.connection = "connecting";
        this.loadError = null;
        this.dirty = new Set();
        this.gathering = null;
        this.linesTimer = null;
        this.status = null;
        this.lastRank = 0;
    }

    tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

    /** Calls `handler` at each change of that name, until the signal aborts. */
    on(name, handler, signal) { this.addEventListener(name, (event) => handler(event.detail), { signal }); }

    // MARK: Beginning and end

    async start() {
        this.reset();
        const generation = (this.generation ?? 0) + 1;
        this.generation = generation;
        this.stream = new EventStream({
            onEvent: (event) => this.take(event),
            onState: (state) => {
                const wasLost = this.connection === "lost";
                this.connection = state;
                this.tell("connection", state);
                // Events were not missed, but lines and names may have changed without one.
                if (state === "live" && wasLost) this.refresh();
            },
        });
        this.ending = new AbortController();
        document.addEventListener("visibilitychange", () => this.onVisibility(), { signal: this.ending.signal });
        try {
            this.status = await api.get("/1.0/status");
            this.stream.start(this.status.timeline.last);
        } catch (error) {
            if (!(error instanceof APIError)) return this.failToLoad(error);
            this.stream.start(null);
        }
        this.timer = setInterval(() => { if (!document.hidden) this.refresh(); }, REFRESH);
        this.watch = setInterval(() => { if (!document.hidden) this.lookAfterSilent(); }, WATCH);
        try {
            await this.loadPhones(generation);
            this.loadError = null;
        } catch (error) {
            return this.failToLoad(error);
        }
        this.loadLines().catch(() => {});
        this.loadRecentEvents().catch(() => {});
    }

    onVisibility() {
        clearTimeout(this.hiding);
        if (document.hidden) this.hiding = setTimeout(() => this.stream.stop(), UNSEEN);
        else if (this.stream.isStopped) this.stream.start(this.stream.last);
    }

    failToLoad(error) {
        this.loadError = error;
        this.tell("phones", null);
    }

    stop() {
        this.generation = (this.generation ?? 0) + 1;
        this.stream?.stop();
        this.ending?.abort();
        clearTimeout(this.hiding);
        clearInterval(this.timer);
        clearInterval(this.watch);
        clearTimeout(this.gathering);
        clearTimeout(this.linesTimer);
        this.reset();
    }

    // MARK: Phones

    async loadPhones(generation = this.generation) {
        const seen = new Set();
        await api.all("/1.0/phones", "phones", (part) => {
            if (generation !== this.generation) return;
            for (const phone of part) {
                seen.add(phone.id);
                this.keep(phone);
            }
            // The first part is shown while the others are still under way.
            this.changed(null);
        });
        if (generation !== this.generation) return;
        for (const id of [...this.phones.keys()]) if (!seen.has(id) && !this.dirty.has(id)) this.drop(id);
        this.isLoaded = true;
        this.changed(null);
    }

    async refresh() {
        if (!session.token) return;
        try {
            await this.loadPhones();
            this.loadError = null;
            if (this.areLinesLoaded) await this.loadLines();
        } catch (error) {
            if (!this.isLoaded) this.failToLoad(error);
        }
    }

    keep(phone) {
        this.adopt(phone, this.phones.get(phone.id)?.lines ?? []);
        phone.asked = Date.now() / 1000;
        phone.rank = this.phones.get(phone.id)?.rank ?? (this.lastRank += 1);
        phone.words = [
            phone.mac, phone.mac?.replaceAll(":", ""), phone.ip, phone.vendor, phone.model, phone.version, phone.plugin, phone.description, phone.sn,
            ...phone.lines.flatMap((line) => [line.number, line.display_name]),
        ].filter(Boolean).join("\n").slice(0, 4000).toLowerCase();
        this.phones.set(phone.id, phone);
    }

    /** Notes on which phone its lines are; `before` are those that it had. */
    adopt(phone, before) {
        if (!this.areLinesLoaded) return;
        const place = (id, device) => this.lines.set(id, { ...this.lines.get(id), device });
        const has = new Set(phone.lines.map((line) => line.id));
        const gone = before.filter((line) => !has.has(line.id) && this.lines.get(line.id)?.device === phone.id);
        const come = phone.lines.filter((line) => this.lines.get(line.id)?.device !== phone.id);
        for (const line of gone) place(line.id, null);
        for (const line of come) if (this.lines.has(line.id)) place(line.id, phone.id);
        if (come.some((line) => !this.lines.has(line.id))) this.loadLinesSoon();
        this.areLinesChanged ||= gone.length + come.length > 0;
    }

    /** Drops a phone; its lines are on none then. */
    drop(id) {
        this.adopt({ id, lines: [] }, this.phones.get(id)?.lines ?? []);
        return this.phones.delete(id);
    }

    forget(id) {
        if (this.drop(id)) this.changed([id]);
    }

    changed(ids) {
        this.tell("phones", ids);
        if (!this.areLinesChanged) return;
        this.areLinesChanged = false;
        this.tell("lines", null);
    }

    /** Asks for these phones again soon. */
    touch(...ids) {
        for (const id of ids) this.dirty.add(id);
        this.gathering ??= setTimeout(() => this.fetchDirty(), GATHER);
    }

    /**
     * Asks for some phones again that seem to do nothing: one that asks for the same file again and again makes no new event, and has
     * not stalled.
     */
    lookAfterSilent(now = Date.now() / 1000) {
        const silent = [];
        for (const phone of this.phones.values()) {
            if (silent.length === NAMES) break;
            if (now - phone.asked > BELIEVED && ["under-way", "stalled"].includes(fare(phone, now))) silent.push(phone.id);
        }
        if (silent.length) this.touch(...silent);
    }

    async fetchDirty() {
        let pause = GATHER;
        const ids = [...this.dirty].slice(0, NAMES);
        for (const id of ids) this.dirty.delete(id);
        try {
            const { phones } = await api.get(`/1.0/phones?ids=${ids.map(api.part).join(",")}`);
            const found = new Set(phones.map((phone) => phone.id));
            for (const phone of phones) this.keep(phone);
            for (const id of ids) if (!found.has(id)) this.drop(id);
            this.changed(ids);
        } catch {
            for (const id of ids) this.dirty.add(id);
            pause = AGAIN;
        }
        this.gathering = this.dirty.size ? setTimeout(() => this.fetchDirty(), pause) : null;
    }

    // MARK: Events

    take(event) {
        this.events.push(event);
        if (this.events.length > REMEMBERED + 500) this.events.splice(0, 500);
        this.touch(event.device);
        this.tell("event", event);
    }

    async loadRecentEvents() {
        const last = this.status?.timeline.last;
        if (!last) return;
        let position = Math.max(0, last - REMEMBERED);
        const older = [];
        while (position < last) {
            const { events } = await api.get(`/1.0/timeline?after=${position}&limit=1000`);
            if (events.length === 0) break;
            older.push(...events);
            position = events.at(-1).id;
        }
        const first = this.events[0]?.id ?? Infinity;
        this.events = [...older.filter((event) => event.id < first), ...this.events];
        this.tell("events", null);
    }

    // MARK: Lines

    async loadLines() {
        const lines = new Map();
        await api.all("/1.0/lines", "lines", (part) => { for (const line of part) lines.set(line.id, line); });
        this.lines = lines;
        this.areLinesLoaded = true;
        this.tell("lines", null);
    }

    loadLinesSoon() {
        this.linesTimer ??= setTimeout(() => {
            this.linesTimer = null;
            this.loadLines().catch(() => {});
        }, LINES);
    }
}

export const store = new Store();

export const stages = ["seen", "recognised", "configured", "fetched", "registered", "owned"];

/** How a phone fares: it has arrived, is on its way, waits for somebody to dial, or needs a look. */
export function fare(phone, now = Date.now() / 1000) {
    if (phone.stage === "owned") return "arrived";
    if (phone.next === "plugin" || phone.next === "file") return "trouble";
    if (phone.next === "code") return "waiting";
    if (phone.last_time !== null && phone.last_time !== undefined && now - phone.last_time > STALL) return "stalled";
    return "under-way";
}
