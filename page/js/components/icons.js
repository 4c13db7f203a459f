// SPDX-License-Identifier: GPL-3.0-or-later
// Icons: strokes on a grid of 24, drawn for this page.

import { svg } from "../core/dom.js";

const paths = {
    phones: ["M5 9.500c0-1.600 3-3.500 7-3.500s7 1.900 7 3.500v2h-3.800V9.800a11 11 0 0 0-6.400 0v1.700H5z", "M9 11.500l-2.500 6.500h11L15 11.500"],
    people: ["M12 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z", "M4.500 20c.6-4 3.600-6 7.500-6s6.900 2 7.500 6"],
    plugins: ["M4 8l8-4 8 4-8 4z", "M4 8v8l8 4 8-4V8", "M12 12v8"],
    dhcp: ["M12 4v5", "M6 15v-3h12v3", "M12 9v3", "M4 15h4v4H4z", "M10 15h4v4h-4z", "M16 15h4v4h-4z"],
    health: ["M3 12h4l2.500-6 4 12 2.500-6h5"],
    info: ["M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17z", "M12 11v5", "M12 8v.1"],
    search: ["M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13z", "M15.500 15.500L20 20"],
    back: ["M14 6l-6 6 6 6"],
    next: ["M10 6l6 6-6 6"],
    down: ["M6 10l6 6 6-6"],
    close: ["M6 6l12 12", "M18 6L6 18"],
    plus: ["M12 5v14", "M5 12h14"],
    sync: ["M19 12a7 7 0 0 1-12.500 4.300", "M5 12a7 7 0 0 1 12.500-4.300", "M17.800 4v4h-4", "M6.200 20v-4h4"],
    trash: ["M5 7h14", "M9 7V4.500h6V7", "M7 7l1 13h8l1-13"],
    reset: ["M5 5v5h5", "M5.500 10a7.500 7.500 0 1 1-1 4"],
    print: ["M7 9V4h10v5", "M7 17H4V9h16v8h-3", "M7 14h10v6H7z"],
    upload: ["M12 15V4", "M8 8l4-4 4 4", "M4 15v5h16v-5"],
    download: ["M12 4v11", "M8 11l4 4 4-4", "M4 15v5h16v-5"],
    copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
    check: ["M5 12.500l4.500 4.500L19 7.500"],
    warning: ["M12 4L2.800 20h18.400z", "M12 10v4.500", "M12 17.200v.1"],
    lock: ["M6 11h12v9H6z", "M8.500 11V8a3.500 3.500 0 0 1 7 0v3"],
    leave: ["M14 4H5v16h9", "M10 12h10", "M16.500 8.500L20 12l-3.500 3.500"],
    code: ["M8 5h8v14H8z", "M11 16h2"],
    file: ["M6 3.500h8l4 4V20.500H6z", "M14 3.500v4h4"],
    eye: ["M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z", "M12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z"],
};

/** An icon beside a text that says the same. */
export function icon(name, className = "icon") {
    return svg(
        "svg", { viewBox: "0 0 24 24", class: className, "aria-hidden": "true", focusable: "false" },
        ...(paths[name] ?? []).map((d) => svg("path", { d })));
}
