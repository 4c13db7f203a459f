// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Lets the calling thread take names as UTF-8, whatever the locale of the process: libarchive converts names to the thread's.
@safe struct UTF8Locale {
    private let own: locale_t?
    private let former: locale_t?

    init() {
        unsafe own = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        unsafe former = unsafe own.flatMap { unsafe uselocale($0) }
    }

    /// Takes the thread's former locale back.
    func restore() {
        guard let own = unsafe own else { return }
        unsafe uselocale(former)
        unsafe freelocale(own)
    }
}
