// SPDX-License-Identifier: GPL-3.0-or-later
// People and their lines: the list, adding many at once, and the cards with the codes.

import { showPeople } from "./people-list.js";
import { showImport } from "./people-import.js";
import { showCards } from "./people-cards.js";

export function show(root, [first], context) {
    if (first === "import") return showImport(root, context);
    if (first === "cards") return showCards(root, context);
    return showPeople(root, first, context);
}
