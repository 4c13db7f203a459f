// SPDX-License-Identifier: GPL-3.0-or-later

/// Requests to read anew what has changed, of which the service manager hears when they begin and when they are done.
///
/// A request is done when the next one is waited for.
struct ReloadRequests<Base: AsyncSequence & Sendable>: AsyncSequence, Sendable where Base.Failure == Never, Base.Element: Sendable {
    private let base: Base
    private let systemd: SystemdNotifier

    init(_ base: Base, systemd: SystemdNotifier) {
        self.base = base
        self.systemd = systemd
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), systemd: systemd) }

    struct Iterator: AsyncIteratorProtocol {
        var base: Base.AsyncIterator
        let systemd: SystemdNotifier
        private var isReloading = false

        init(base: Base.AsyncIterator, systemd: SystemdNotifier) {
            self.base = base
            self.systemd = systemd
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> Base.Element? {
            if isReloading { systemd.tell(.ready) }
            isReloading = false
            guard let request = await base.next(isolation: actor) else { return nil }
            isReloading = true
            systemd.tell(.reloading)
            return request
        }
    }
}
