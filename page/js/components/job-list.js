// SPDX-License-Identifier: GPL-3.0-or-later
// What was begun and has not been put away: a corner with progress bars.

import { h, replace, told } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { jobs } from "../core/jobs.js";
import { iconButton, button, progress } from "./basics.js";
import { icon } from "./icons.js";

export function makeJobList() {
    const element = h("section", { class: "jobs", "aria-label": t("jobs.title"), hidden: true });
    const update = () => {
        element.hidden = jobs.list.length === 0;
        const wasOpen = new Set([...element.querySelectorAll("details[open]")].map((part) => part.dataset.job));
        replace(element, jobs.list.slice(0, 5).map((job) => card(job, wasOpen)));
    };
    jobs.addEventListener("change", update);
    update();
    return element;
}

function card(job, wasOpen) {
    const failed = job.failures.length;
    const state = !job.isEnded ? t("jobs.count", { done: job.done, total: job.total })
        : job.isStopped ? t("jobs.stopped", { done: job.done }) : failed ? t("jobs.failed", { count: failed, total: job.total }) : t("jobs.done", { count: job.total });
    // A single operation of the server's says itself how far it is.
    const part = job.progress?.end ? job.progress.current / job.progress.end : job.total > 1 || job.isEnded ? job.part : null;
    return h(
        "div", { class: `job ${job.isEnded ? (failed ? "bad" : "good") : ""}`, data: { job: String(job.id) } },
        h("div", { class: "job-head" }, job.isEnded ? icon(failed ? "warning" : "check") : null, h("strong", { text: job.title }),
            job.isEnded ? iconButton(t("action.dismiss"), "close", () => jobs.dismiss(job)) : button(t("jobs.stop"), () => jobs.stop(job), { kind: "quiet" })),
        job.isEnded ? null : progress(part, job.title),
        h("p", { class: "job-state", text: state }),
        failed ? h(
            "details", { data: { job: String(job.id) }, open: wasOpen.has(String(job.id)) || failed === 1 }, h("summary", { text: t("jobs.why") }),
            h("ul", {}, job.failures.slice(0, 50).map((failure) => h("li", {}, told(failure.name), ": ", told(failure.reason))))) : null);
}
