// SPDX-License-Identifier: GPL-3.0-or-later
// Phones: the list of all, or the page of one.

import { showList } from "./phone-list.js";
import { showPhone } from "./phone.js";

export function show(root, [id, ...rest], context) {
    return id ? showPhone(root, id, rest, context) : showList(root, context);
}
