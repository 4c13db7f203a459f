// SPDX-License-Identifier: GPL-3.0-or-later
// Why a phone is taken for what it is: what was seen of it, by whom, and how it came to its plugin.

import { h, replace, told } from "../../core/dom.js";
import { t, has } from "../../core/i18n.js";
import { api } from "../../core/api.js";
import { link } from "../../core/router.js";
import { ago, dateTime, number } from "../../core/format.js";
import { badge } from "../../components/basics.js";
import { makeEventList } from "../../components/event-list.js";
import { makeTable } from "../../components/table.js";

const named = (prefix, key) => (has(`${prefix}.${key}`) ? t(`${prefix}.${key}`) : key);

export async function show(root, { id, phone, signal }) {
    const evidence = await api.get(api.device(id, "/evidence"), { signal });
    const { mac, vendor } = phone() ?? {};
    const advice = mac ? await api.get(`/1.0/dhcp/advice?mac=${api.part(mac)}${vendor ? `&vendor=${api.part(vendor)}` : ""}`, { signal }).catch(() => null) : null;
    const { association, binding, sightings, events } = evidence;
    const table = makeTable(t("evidence.sightings"), [
        { title: t("evidence.source"), isHead: true, cell: (sighting) => sighting.source.toUpperCase() },
        { title: t("evidence.trust"), cell: (sighting) => badge(named("trust", sighting.trust)) },
        { title: t("evidence.says"), cell: (sighting) => told([sighting.vendor, sighting.model, sighting.version, sighting.mac, sighting.ip].filter(Boolean).join(" · ")) },
        { title: t("evidence.because"), cell: (sighting) => h("span", { lang: "en" }, told(sighting.basis.join("; "))) },
        { title: t("evidence.last"), class: "moment", cell: (sighting) => h("span", { title: dateTime(sighting.last), text: ago(sighting.last) }) },
        { title: t("evidence.count"), class: "number", cell: (sighting) => number(sighting.count) },
    ]);
    table.show(sightings);
    const list = makeEventList();
    list.show([...events].reverse());
    replace(
        root, h("h2", { class: "unseen", text: t("phone.tab.evidence") }),
        h("div", { class: "cards" },
            h("section", { class: "panel" }, h("h3", { text: t("evidence.plugin") }),
                association ? [h("p", {}, h("a", { href: link("plugins", association.plugin) }, told(association.plugin))), h("p", { class: "sub", lang: "en" }, told(association.reason))]
                    : h("p", { text: phone()?.plugin ? t("evidence.chosen") : t("evidence.no-plugin") })),
            h("section", { class: "panel" }, h("h3", { text: t("evidence.binding") }),
                binding ? [h("p", { class: "mono" }, told(binding.ip)), h("p", { class: "sub", text: t("evidence.binding-text", { source: binding.source.toUpperCase(), ago: ago(binding.time) }) })]
                    : h("p", { text: t("evidence.no-binding") })),
            advice?.values?.length ? h("section", { class: "panel" }, h("h3", { text: t("evidence.dhcp") }), h("ul", { class: "plain", lang: "en" }, advice.values.map((value) => h("li", {}, told(value))))) : null),
        h("h3", { text: t("evidence.sightings") }),
        sightings.length === 0 ? h("p", { class: "hint", text: t("evidence.no-sightings") }) : table.element,
        events.length ? [h("h3", { text: t("evidence.events") }), list.element] : null);
}
