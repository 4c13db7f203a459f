// SPDX-License-Identifier: GPL-3.0-or-later
// Small bar charts: how often something happened in each of the last minutes.

import { h, svg } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { number, shortClock } from "../core/format.js";

const WIDTH = 240, HEIGHT = 56;

/** A chart of counts; `values` are oldest first, each of `interval` seconds from `start`. */
export function chart({ title, values, start, interval, kind = "" }) {
    const highest = Math.max(1, ...values);
    const total = values.reduce((sum, value) => sum + value, 0);
    const step = WIDTH / values.length;
    const bars = values.map((value, index) => value === 0 ? null : svg("rect", {
        x: (index * step).toFixed(2), width: Math.max(1, step - 1).toFixed(2), rx: 0.8,
        y: (HEIGHT - Math.max(2, (value / highest) * HEIGHT)).toFixed(2), height: Math.max(2, (value / highest) * HEIGHT).toFixed(2),
    }, svg("title", {}, `${shortClock(start + index * interval)}: ${number(value)}`)));
    const summary = t("health.chart-summary", { title, count: total, highest: number(highest === 1 && total === 0 ? 0 : highest) });
    return h(
        "figure", { class: `chart ${kind}` },
        h("figcaption", {}, h("span", { text: title }), h("strong", { text: number(total) })),
        svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": summary },
            svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }), bars),
        h("div", { class: "chart-axis", "aria-hidden": "true" }, h("span", { text: shortClock(start) }), h("span", { text: t("time.now") })));
}
