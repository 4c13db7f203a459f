// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog in which a line is added or changed.

import { h, cut } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { api } from "../core/api.js";
import { store } from "../core/store.js";
import { ask, field, input, toast } from "../components/basics.js";

/** Adds a line, or changes one as it was seen with some options of the request. */
export function editLine(line, options) {
    const fields = makeFields(line);
    return ask(line ? t("people.edit") : t("people.add"), [
        fields.display_name, fields.number, fields.provisioning_code,
        h("details", { class: "more-fields", open: Boolean(line?.server) }, h("summary", { text: t("people.more") }), fields.username, fields.password, fields.server),
    ], {
        action: line ? t("action.save") : t("people.add"),
        onSubmit: async () => {
            const wish = wanted(line, (name) => fields[name].control.value.trim());
            const saved = line ? await api.patch(api.line(line.id), wish, options) : await api.post("/1.0/lines", wish);
            store.lines.set(saved.id, saved);
            if (saved.device) store.touch(saved.device);
            store.tell("lines", null);
            if (!line && saved.provisioning_code) toast(t("people.added", { name: cut(saved.display_name, 60), code: saved.provisioning_code }));
        },
    });
}

function makeFields(line) {
    const isNew = !line;
    const make = (name, label, properties, options) => field(t(label), input({ name, value: line?.[name] ?? "", ...properties }), options);
    return {
        display_name: make("display_name", "people.column.name", { maxlength: 128, autofocus: true }),
        number: make("number", "people.column.number", { maxlength: 32, inputmode: "tel" }),
        provisioning_code: make("provisioning_code", "people.column.code", { maxlength: 12, inputmode: "numeric" }, { isOptional: true, hint: isNew ? t("people.code-hint") : null }),
        username: make("username", "people.username", { maxlength: 64 }, { isOptional: isNew, hint: isNew ? t("people.username-hint") : null }),
        password: make(
            "password", "people.password", { value: "", type: "password", autocomplete: "new-password", maxlength: 128 },
            { isOptional: true, hint: isNew ? t("people.password-hint") : t("people.password-keep") }),
        server: make("server", "people.server", { value: address(line?.server), maxlength: 260 }, { isOptional: true, hint: t("people.server-hint") }),
    };
}

const address = (server) => (server ? server.host + (server.port ? `:${server.port}` : "") : "");

/** What of a line is other than it was; all of it if it is new. */
function wanted(line, textOf) {
    const wish = line ? {} : { display_name: "", number: "" };
    for (const name of ["display_name", "number", "username", "password", "provisioning_code"]) {
        const text = textOf(name);
        if (text !== "" && text !== (line?.[name] ?? "")) wish[name] = text;
    }
    if (line?.provisioning_code && textOf("provisioning_code") === "") wish.provisioning_code = null;
    const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(textOf("server"));
    if (host) wish.server = port ? { host, port: Number(port) } : { host };
    else if (line?.server) wish.server = null;
    return wish;
}
