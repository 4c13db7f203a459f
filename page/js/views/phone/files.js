// SPDX-License-Identifier: GPL-3.0-or-later
// The files that a phone may ask for, and each as it would get it, with secrets masked.

import { h, replace, told, cut } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { bytes } from "../../core/format.js";
import { empty, badge, codeBlock, failure, loading } from "../../components/basics.js";

export async function show(root, { id, signal }) {
    const { files } = await api.get(api.device(id, "/files"), { signal });
    const { uploads } = await api.get(api.device(id, "/uploads"), { signal }).catch(() => ({ uploads: [] }));
    if (files.length === 0 && uploads.length === 0) return replace(root, h("h2", { class: "unseen", text: t("phone.tab.files") }), empty(t("files.none"), t("files.none-text")));
    const content = h("div", { class: "file-content" }, h("p", { class: "hint", text: t("files.choose") }));
    let turn = 0;
    async function open(element, name, read) {
        const mine = ++turn;
        for (const other of list.querySelectorAll("button")) other.removeAttribute("aria-current");
        element.setAttribute("aria-current", "true");
        replace(content, loading(5));
        try {
            const file = await read();
            if (mine !== turn) return;
            if (typeof file.text === "string") replace(content, codeBlock(file.text, { label: cut(name, 120), fileName: name.split("/").pop() || "file" }));
            else replace(content, empty(cut(name, 120), t("files.binary", { size: bytes(file.size ?? (file.base64?.length ?? 0) * 0.75) })));
        } catch (error) {
            if (mine === turn) replace(content, failure(error));
        }
    }
    const row = (name, marks, read) => {
        const element = h("button", { type: "button", class: "file-row", on: { click: () => open(element, name, read) } }, h("span", { class: "mono" }, told(name)), h("span", { class: "file-marks" }, marks));
        return h("li", {}, element);
    };
    const isOpenEnded = (file) => file.path.includes("{");
    const list = h("div", { class: "file-list" },
        h("ul", {}, files.map((file) => isOpenEnded(file)
            ? h("li", {}, h("div", { class: "file-row fixed" }, h("span", { class: "mono" }, told(file.path)), h("span", { class: "file-marks" }, badge(t("files.many"), "quiet"))))
            : row(file.path, [
                file.trigger ? badge(t("files.trigger"), "accent") : null, file.sensitive ? badge(t("files.sensitive")) : null, file.template ? null : badge(t("files.static"), "quiet"),
                h("span", { class: "sub", text: file.protocols.map((name) => name.toUpperCase()).join(", ") }),
            ], () => api.get(api.device(id, `/file?path=${api.part(file.path)}`), { signal })))),
        uploads.length ? [h("h3", { text: t("files.uploads") }), h("ul", {}, uploads.map((file) => row(file.name, [badge(bytes(file.bytes), "quiet")], () => api.get(api.device(id, `/uploads/${api.part(file.name)}`), { signal }))))] : null);
    replace(root, h("h2", { class: "unseen", text: t("phone.tab.files") }), h("p", { class: "lead", text: t("files.lead") }), h("div", { class: "files" }, list, content));
    const first = files.find((file) => file.trigger && !isOpenEnded(file)) ?? files.find((file) => file.sensitive && !isOpenEnded(file));
    if (first) [...list.querySelectorAll("button")].find((element) => element.textContent.includes(first.path))?.click();
    return null;
}
