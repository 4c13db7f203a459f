// SPDX-License-Identifier: GPL-3.0-or-later
// A phone's way from its first packet to a working line, as six stations.

import { h, refill, told } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { stages, fare } from "../core/store.js";

/** The way in short, for lists: six marks and the name of the station, or whose phone it is. */
export function makePath() {
    const marks = stages.map(() => h("i", {}));
    const text = h("span", { class: "path-text" });
    const element = h("div", { class: "path" }, h("span", { class: "path-marks", "aria-hidden": "true" }, marks), text);
    element.update = (phone) => {
        const reached = stages.indexOf(phone.stage);
        const how = fare(phone);
        element.className = `path ${how}`;
        marks.forEach((mark, index) => { mark.className = index <= reached ? "on" : ""; });
        text.textContent = how === "arrived" || how === "under-way" ? t(`stage.${phone.stage}`) : t(`short.${phone.next}`);
    };
    return element;
}

/** The whole way with the names of its stations, for the page of one phone. */
export function makeStations() {
    const list = h("ol", { class: "stations" });
    return {
        element: list,
        update(phone) {
            const reached = stages.indexOf(phone.stage);
            const how = fare(phone);
            refill(list, stages.map((stage, index) => {
                const state = index <= reached ? "done" : index === reached + 1 ? `next ${how}` : "";
                const line = stage === "owned" && phone.lines[0] ? phone.lines[0] : null;
                return h(
                    "li", { class: state, "aria-current": index === reached ? "step" : null },
                    h("span", { class: "dot", "aria-hidden": "true" }),
                    h("span", { class: "station" }, t(`stage.${stage}`),
                        index <= reached ? h("span", { class: "unseen", text: ` (${t("stage.reached")})` }) : null),
                    line ? told(line.display_name, { class: "station-note" }) : null);
            }));
        },
    };
}
