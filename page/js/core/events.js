// SPDX-License-Identifier: GPL-3.0-or-later
// Server-sent events over fetch: EventSource cannot send the token in a header, and a token has no place in a URL.

import { request, APIError } from "./api.js";

const FIRST_PAUSE = 500, LONGEST_PAUSE = 15000;
/** The server says something at least every fifteen seconds; without that the connection is dead, whatever TCP thinks. */
const SILENCE = 45000;

/**
 * Reads a text of events as it grows (HTML, 9.2.6).
 *
 * `onEvent` is given `{ id, type, data }`.
 */
export class EventParser {
    constructor(onEvent) {
        this.onEvent = onEvent;
        this.rest = "";
        this.clear();
    }

    clear() {
        this.type = "message";
        this.data = [];
    }

    push(text) {
        const lines = (this.rest + text).split(/\r\n|\n|\r/);
        this.rest = lines.pop();
        for (const line of lines) this.line(line);
    }

    line(line) {
        if (line === "") {
            if (this.data.length > 0) this.onEvent({ id: this.id ?? null, type: this.type, data: this.data.join("\n") });
            this.clear();
            return;
        }
        if (line.startsWith(":")) return;
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "data") this.data.push(value);
        else if (field === "event") this.type = value;
        else if (field === "id") this.id = value;
    }
}

/** Follows the timeline of all devices until it is stopped. A connection that was cut goes on where it was. */
export class EventStream {
    constructor({ onEvent, onState }) {
        this.onEvent = onEvent;
        this.onState = onState;
        this.last = null;
        this.controller = null;
        this.isStopped = true;
        this.turn = 0;
    }

    start(last) {
        this.last = last;
        this.isStopped = false;
        this.turn += 1;
        this.run(this.turn);
    }

    stop() {
        this.isStopped = true;
        this.controller?.abort();
    }

    async run(turn) {
        let pause = FIRST_PAUSE;
        const isOver = () => this.isStopped || turn !== this.turn;
        while (!isOver()) {
            this.controller = new AbortController();
            try {
                const headers = this.last === null ? {} : { "Last-Event-ID": String(this.last) };
                const response = await request("GET", "/1.0/events", { headers, signal: this.controller.signal });
                this.onState("live");
                pause = FIRST_PAUSE;
                await this.read(response.body.getReader());
            } catch (error) {
                if (isOver()) return;
                if (error instanceof APIError && (error.status === 401 || error.status === 403)) {
                    this.onState("refused");
                    return;
                }
            }
            if (isOver()) return;
            this.onState("lost");
            await new Promise((resume) => setTimeout(resume, pause));
            pause = Math.min(pause * 2, LONGEST_PAUSE);
        }
    }

    async read(reader) {
        const decoder = new TextDecoder();
        const parser = new EventParser(({ data }) => {
            const event = JSON.parse(data);
            this.last = event.id;
            this.onEvent(event);
        });
        for (;;) {
            const silence = setTimeout(() => this.controller.abort(), SILENCE);
            const { done, value } = await reader.read().finally(() => clearTimeout(silence));
            if (done) return;
            parser.push(decoder.decode(value, { stream: true }));
        }
    }
}
