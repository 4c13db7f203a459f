// SPDX-License-Identifier: GPL-3.0-or-later
// Long jobs: what was begun here is watched until it ends.

import { api } from "./api.js";

const PACE = 1000;
/** How long what went well is still shown. */
const LINGER = 20000;
/** How many requests of one bulk action are under way at once. */
const WIDTH = 6;

class Jobs extends EventTarget {
    constructor() {
        super();
        this.list = [];
        this.last = 0;
        this.timer = null;
    }

    changed() { this.dispatchEvent(new Event("change")); }

    /**
     * Does something to many things, a few at a time.
     *
     * `action` is given each of `items`; if it answers an operation, the job lasts until that has ended.
     */
    run(title, items, action, nameOf = String) {
        this.last += 1;
        const job = {
            id: this.last, title, total: items.length, done: 0, failures: [], operations: new Map(), isStopped: false, isEnded: false,
            get part() { return this.total ? this.done / this.total : 1; },
        };
        job.ended = new Promise((resolve) => { job.end = resolve; });
        this.list.unshift(job);
        this.changed();
        const queue = [...items];
        const worker = async () => {
            while (queue.length && !job.isStopped) {
                const item = queue.shift();
                try {
                    const operation = await action(item);
                    if (operation?.id !== undefined && operation.state !== undefined) job.operations.set(operation.id, nameOf(item));
                    else job.done += 1;
                } catch (error) {
                    job.done += 1;
                    job.failures.push({ name: nameOf(item), reason: error.message });
                }
                this.changed();
                this.watch();
            }
        };
        Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, worker)).then(() => {
            if (job.isStopped) job.total -= queue.length;
            this.settle(job);
        });
        return job;
    }

    /** Watches one operation that the server has begun. */
    follow(title, operation) { return this.run(title, [operation], async (item) => item, () => title); }

    stop(job) {
        job.isStopped = true;
        for (const id of job.operations.keys()) api.post(`/1.0/operations/${id}/cancel`).catch(() => {});
        this.changed();
    }

    dismiss(job) {
        this.list = this.list.filter((other) => other !== job);
        this.changed();
    }

    settle(job) {
        if (!job.isEnded && job.done >= job.total && job.operations.size === 0) {
            job.isEnded = true;
            job.end();
            if (job.failures.length === 0) setTimeout(() => this.dismiss(job), LINGER);
        }
        this.changed();
    }

    watch() { this.timer ??= setTimeout(() => this.look(), PACE); }

    async look() {
        this.timer = null;
        const waiting = this.list.filter((job) => job.operations.size);
        if (waiting.length === 0) return;
        try {
            const { operations } = await api.get("/1.0/operations");
            const known = new Map(operations.map((operation) => [operation.id, operation]));
            for (const job of waiting) {
                job.progress = null;
                for (const [id, name] of [...job.operations]) {
                    const operation = known.get(id);
                    if (operation && (operation.state === "waiting" || operation.state === "progress")) {
                        if (operation.progress?.end) job.progress = operation.progress;
                        continue;
                    }
                    job.operations.delete(id);
                    job.done += 1;
                    if (operation?.state !== "success") job.failures.push({ name, reason: operation?.reason ?? operation?.state ?? "?" });
                }
                this.settle(job);
            }
        } catch { /* asked again */ }
        if (this.list.some((job) => job.operations.size)) this.watch();
    }
}

export const jobs = new Jobs();
