// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with one phone or with many.

import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { api } from "../core/api.js";
import { store } from "../core/store.js";
import { jobs } from "../core/jobs.js";
import { phoneName } from "../core/format.js";
import { ask, confirm, field, select } from "../components/basics.js";

const nameOf = (phone) => `${phoneName(phone)} ${phone.mac ?? phone.id}`;
const title = (key, phones) => t(`bulk.${key}`, { count: phones.length, name: phoneName(phones[0]) });

export function synchronise(phones) {
    return jobs.run(title("synchronise", phones), phones, (phone) => api.post(api.device(phone.id, "/synchronize")), nameOf);
}

export function reset(phones, after) {
    return confirm(t("bulk.reset-ask", { count: phones.length }), t("bulk.reset-text"), t("action.reset"), () => {
        jobs.run(title("reset", phones), phones, async (phone) => {
            const operation = await api.post(api.device(phone.id, "/reset"));
            store.touch(phone.id);
            return operation;
        }, nameOf);
        after?.();
    });
}

export function remove(phones, after) {
    return confirm(t("bulk.delete-ask", { count: phones.length }), t("bulk.delete-text"), t("action.delete"), () => {
        jobs.run(title("delete", phones), phones, async (phone) => {
            await api.delete(api.device(phone.id));
            store.forget(phone.id);
        }, nameOf);
        after?.();
    });
}

export async function changePlugin(phones, after) {
    const { plugins } = await api.get("/1.0/plugins").catch(() => ({ plugins: [] }));
    const choice = select(
        [["", t("bulk.plugin-auto")], ...plugins.map((plugin) => [plugin.id, `${plugin.id} – ${plugin.description || plugin.vendor}`])], phones[0]?.plugin ?? "", null,
        { name: "plugin" });
    return ask(t("bulk.plugin-ask", { count: phones.length }), [h("p", { text: t("bulk.plugin-text") }), field(t("phones.plugin"), choice)], {
        action: t("action.change-plugin"),
        onSubmit: () => {
            const plugin = choice.value || null;
            jobs.run(title("plugin", phones), phones, async (phone) => {
                await api.patch(api.device(phone.id), { plugin });
                store.touch(phone.id);
            }, nameOf);
            after?.();
        },
    });
}
