// SPDX-License-Identifier: GPL-3.0-or-later
// The function keys, drawn as they are on the phone.

import { h, replace, told, cut } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { store } from "../../core/store.js";
import { capabilitiesOf, keyPages } from "../../core/key-layout.js";
import { ask, badge, button, empty, field, input, notice, select, toast } from "../../components/basics.js";
import { phoneName } from "../../core/format.js";
import { synchronise } from "../phone-actions.js";

const types = ["speeddial", "blf", "park"];

export async function show(root, { id, phone, signal }) {
    const heading = h("h2", { class: "unseen", text: t("phone.tab.keys") });
    const now = phone();
    if (!now.plugin) return replace(root, heading, empty(t("keys.none"), t("keys.no-plugin")));
    const device = await api.get(api.device(id), { signal });
    const plugin = await api.get(api.plugin(now.plugin), { signal });
    const capabilities = capabilitiesOf(now, plugin.capabilities) ?? {};
    const count = capabilities.function_keys ?? 0, modules = capabilities.expansion_modules ?? 0;
    if (count === 0 && modules === 0) return replace(root, heading, empty(t("keys.none"), t("keys.none-text", { model: phoneName(now) })));
    if (now.lines.length === 0) return replace(root, heading, empty(t("keys.no-owner"), t("keys.no-owner-text")));

    const effective = await api.get(api.device(id, "/config"), { signal });
    let keys = effective.raw_config.funckeys ?? {};
    let extra = 0, isChanged = false;

    const place = h("div", { class: "key-pages" });
    const foot = h("div", {});

    function draw() {
        const highest = Math.max(0, ...Object.keys(keys).map(Number).filter((number) => Number.isSafeInteger(number) && number <= 1000));
        const pages = keyPages(count, Math.max(highest, extra ? count + extra : 0), now);
        const own = pages.filter((page) => page.kind === "phone").length;
        replace(place, pages.map((page) => h(
            "figure", { class: `key-page ${page.kind}` },
            h("figcaption", { text: page.kind === "module" ? t("keys.module", { number: page.number }) : own > 1 ? t("keys.page", { number: page.number }) : phoneName(now) }),
            h("div", { class: `device-face ${page.left.length ? "" : "one-side"}` },
                page.left.length ? h("div", { class: "key-side left" }, page.left.map(makeKey)) : null,
                page.kind === "phone" ? h("div", { class: "display", "aria-hidden": "true" }, h("span", { class: "display-time", text: "12:30" }), h("span", {}, told(now.lines[0]?.display_name ?? ""))) : null,
                h("div", { class: "key-side right" }, page.right.map(makeKey), page.hasPager ? h("div", { class: "key pager", "aria-hidden": "true", text: `${page.number} / ${own}` }) : null)))));
        replace(
            foot,
            modules > 0 && extra === 0 && highest <= count ? button(t("keys.add-module"), () => { extra = 1; draw(); }, { symbol: "plus" }) : null,
            isChanged ? notice("info", h("p", { text: t("keys.changed") }), button(t("action.synchronise"), () => synchronise([phone()]), { kind: "primary", symbol: "sync" })) : null);
    }

    function makeKey(number) {
        const key = keys[number];
        const label = key ? key.label || key.value || t(`keys.type.${key.type}`) : "";
        return h(
            "button", {
                type: "button", class: `key ${key ? "set" : ""}`, on: { click: () => edit(number) },
                "aria-label": key ? t("keys.key-set", { number, type: t(`keys.type.${key.type}`), label: cut(label, 60) }) : t("keys.key-free", { number }),
            },
            h("span", { class: "key-number", text: String(number) }), key ? h("span", { class: "key-label" }, told(label)) : h("span", { class: "key-label free", text: "–" }),
            key ? badge(t(`keys.short.${key.type}`), "quiet") : null);
    }

    function edit(number) {
        const key = keys[number] ?? {};
        const type = select(types.map((name) => [name, t(`keys.type.${name}`)]), key.type ?? "blf", () => adapt(), { name: "type" });
        const value = input({ name: "value", value: key.value ?? "", maxlength: 128, autofocus: true });
        const label = input({ name: "label", value: key.label ?? "", maxlength: 64 });
        const valueField = field(t("keys.value"), value, { hint: t("keys.value-hint") });
        const adapt = () => { valueField.hidden = type.value === "park"; };
        adapt();
        const dialog = ask(t("keys.edit", { number }), [
            field(t("keys.type"), type), valueField, field(t("keys.label"), label, { isOptional: true, hint: t("keys.label-hint") }),
            keys[number] ? button(t("keys.clear"), () => save(number, null, dialog), { kind: "danger", symbol: "trash" }) : null,
        ], {
            action: t("action.save"),
            onSubmit: async () => {
                if (type.value !== "park" && !value.value.trim()) {
                    valueField.fail(t("keys.value-missing"));
                    value.focus();
                    return false;
                }
                // A free number keeps nothing of what it was: members that are not named would stay.
                const wish = { type: type.value, value: value.value.trim() || null, label: label.value.trim() || null };
                await save(number, wish, null);
                return true;
            },
        });
    }

    async function save(number, wish, dialog) {
        try {
            const { options } = await api.seen(api.config(device.config));
            await api.patch(api.config(device.config), { raw_config: { funckeys: { [number]: wish } } }, options);
        } catch (error) {
            if (!dialog) throw error;
            toast(error.message, "bad");
            return;
        }
        dialog?.close();
        isChanged = true;
        const fresh = await api.get(api.device(id, "/config"));
        keys = fresh.raw_config.funckeys ?? {};
        if (wish === null && keys[number]) toast(t("keys.inherited"), "bad");
        draw();
        place.querySelectorAll("button.key")[number - 1]?.focus();
        store.touch(id);
    }

    draw();
    replace(root, heading, h("p", { class: "lead", text: t("keys.lead", { count }) }), place, foot);
    return null;
}
