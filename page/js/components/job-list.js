// SPDX-License-Identifier: GPL-3.0-or-later
// What was begun and has not been put away: a corner with progress bars.

import { h, refill, keep, told } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { jobs } from "../core/jobs.js";
import { iconButton, button, progress } from "./basics.js";
import { icon } from "./icons.js";

/** How many jobs are shown, how many of the things that failed in one, and how often: thousands may be done in a second. */
const MOST = 5, FAILURES = 50, PACE = 50;

export function makeJobList() {
    const list = h("div", { class: "job-list" });
    const element = h("section", { class: "jobs", "aria-label": t("jobs.title"), hidden: true }, list);
    let waiting = null;
    const update = () => {
        waiting = null;
        element.hidden = jobs.list.length === 0;
        keep(list, jobs.list.slice(0, MOST), (job) => job.id, makeCard, (card, job) => card.update(job));
    };
    jobs.addEventListener("change", () => { waiting ??= setTimeout(update, PACE); });
    update();
    return element;
}

function makeCard(job) {
    const mark = h("span", { class: "job-mark" }), state = h("p", { class: "job-state" }), spoken = h("p", { class: "unseen", role: "status" }), bar = progress(null, job.title), failures = h("ul", {});
    const why = h("details", { hidden: true }, h("summary", { text: t("jobs.why") }), failures);
    const stop = button(t("jobs.stop"), () => jobs.stop(job), { kind: "quiet" }), dismiss = iconButton(t("action.dismiss"), "close", () => jobs.dismiss(job));
    const card = h("div", { class: "job" }, h("div", { class: "job-head" }, mark, h("strong", { text: job.title }), stop), bar, state, why, spoken);
    let shown = 0, isOver = false;
    card.update = () => {
        const failed = job.failures.length;
        state.textContent = words(job);
        // A single operation of the server's says itself how far it is.
        const part = job.progress?.end ? job.progress.current / job.progress.end : job.total > 1 ? job.part : null;
        if (part !== null) bar.value = Math.round(part * 100);
        if (failed !== shown) {
            shown = failed;
            why.hidden = false;
            why.open ||= failed === 1 && job.total === 1;
            refill(failures, job.failures.slice(0, FAILURES).map(reasonLine));
        }
        if (!job.isEnded || isOver) return;
        isOver = true;
        const hadFocus = stop === document.activeElement;
        spoken.textContent = `${job.title}: ${words(job)}`;
        card.classList.add(failed ? "bad" : "good");
        refill(mark, icon(failed ? "warning" : "check"));
        bar.remove();
        stop.replaceWith(dismiss);
        if (hadFocus) dismiss.focus();
    };
    return card;
}

const reasonLine = (failure) => h("li", {}, told(failure.name), ": ", told(failure.reason));

function words(job) {
    if (!job.isEnded) return t("jobs.count", { done: job.done, total: job.total });
    if (job.isStopped) return t("jobs.stopped", { done: job.done });
    return job.failures.length ? t("jobs.failed", { count: job.failures.length, total: job.total }) : t("jobs.done", { count: job.total });
}
