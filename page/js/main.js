// SPDX-License-Identifier: GPL-3.0-or-later
// Begins: words first, then either the sign-in or the views.

import { load, preferred } from "./core/i18n.js";
import { session } from "./core/api.js";
import { store } from "./core/store.js";
import { showSignIn } from "./views/sign-in.js";
import { showShell, hideShell } from "./views/shell.js";

function begin() {
    if (session.token) {
        store.start();
        showShell({ onSignOut: end, onLanguage: again });
    } else showSignIn({ onSignedIn: begin, onLanguage: again });
}

/** Draws everything anew, in another language. */
function again() {
    if (session.token) {
        hideShell();
        showShell({ onSignOut: end, onLanguage: again });
    } else begin();
}

function end() {
    session.token = null;
    store.stop();
    hideShell();
    begin();
}

session.onSignedOut(() => { if (session.token) end(); });
await load(preferred());
begin();
