// SPDX-License-Identifier: GPL-3.0-or-later
// What one phone would be told by DHCP, and why.

import { h, replace } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { api, APIError } from "../../core/api.js";
import { button, loading, field, input, notice, codeBlock, reason } from "../../components/basics.js";
import { noSite } from "./site.js";

export async function explain(body, signal) {
    const mac = input({ name: "mac", class: "mono", placeholder: "00:15:65:0a:bb:01" }), vendorClass = input({ name: "vendor_class", class: "mono", placeholder: "yealink" }), subnet = input({ name: "subnet" });
    const result = h("div", { "aria-live": "polite" });
    const send = async (event) => {
        event.preventDefault();
        const query = new URLSearchParams();
        for (const control of [mac, vendorClass, subnet]) if (control.value.trim()) query.set(control.name, control.value.trim());
        replace(result, loading(4));
        try {
            const { text } = await api.get(`/1.0/dhcp/explain?${query}`, { signal });
            replace(result, codeBlock(text, { label: t("dhcp.explanation") }));
        } catch (error) {
            if (signal.aborted) return;
            replace(result, error instanceof APIError && error.status === 404 ? noSite() : notice("bad", h("p", { text: reason(error) })));
        }
    };
    replace(
        body, h("p", { class: "lead", text: t("dhcp.explain-lead") }),
        h("form", { class: "panel form-row", on: { submit: send }, novalidate: true },
            field(t("phone.mac"), mac), field(t("dhcp.vendor-class"), vendorClass, { isOptional: true }), field(t("dhcp.subnet"), subnet, { isOptional: true }),
            button(t("dhcp.explain"), null, { kind: "primary", type: "submit" })), result);
}
