// SPDX-License-Identifier: GPL-3.0-or-later

/// All that a PBX has to know of a site: the accounts of its phones, and how to reach provd.
public struct PBXPlan: Sendable {
    /// A SIP account with which a phone registers.
    public struct Account: Sendable, Hashable {
        /// Whose it is.
        public enum Kind: Sendable, Hashable {
            /// A person's line, with the number that others dial and the name that they see.
            case line(number: String, name: String)
            /// A device without a line: it can dial codes and nothing else.
            case autoprov
        }

        /// The user name.
        public let username: String
        /// The password in plain text.
        public let password: String
        /// Whose it is.
        public let kind: Kind
        /// The tenant: numbers are dialled within it.
        public let tenant: String

        /// Makes an account.
        public init(username: String, password: String, kind: Kind, tenant: String) {
            self.username = username
            self.password = password
            self.kind = kind
            self.tenant = tenant
        }

        /// The number and the name of a line.
        var line: (number: String, name: String)? {
            if case .line(let number, let name) = kind { (number, name) } else { nil }
        }
    }

    /// The accounts that register at the PBX.
    public var accounts: [Account]
    /// How phones are told of the PBX, which is also the realm of its passwords where that can be chosen.
    public var host: String
    /// Where provd's SIP is reached.
    public var provdHost: String
    /// The port of provd's SIP.
    public var provdPort: UInt16
    /// Where provd's FastAGI is reached, as `HOST:PORT`.
    public var fastAGI: String
    /// The number that asks for a code.
    public var accessNumber: String?
    /// The number with which somebody logs in on a phone of somebody else.
    public var loginNumber: String?
    /// The number with which they log out.
    public var logoutNumber: String?
    /// The numbers that reset a phone; none if that is off.
    public var resetNumbers: [String] = []
    /// The numbers of emergency services.
    public var emergencyNumbers: [String] = []

    /// Makes a plan.
    public init(accounts: [Account], host: String, provdHost: String, provdPort: UInt16 = 5060, fastAGI: String) {
        self.accounts = accounts
        self.host = host
        self.provdHost = provdHost
        self.provdPort = provdPort
        self.fastAGI = fastAGI
    }

    /// What is dialled to provd from phones that have a line, besides the reset.
    var featureNumbers: [String] { [loginNumber, logoutNumber].compactMap { $0 } }

    /// The tenants that have lines, in a stable order.
    var tenants: [String] { Set(accounts.filter { $0.line != nil }.map(\.tenant)).sorted() }

    /// The accounts in an order that does not change from one run to the next.
    var sortedAccounts: [Account] {
        accounts.sorted { ($0.line?.number ?? "~", $0.username) < ($1.line?.number ?? "~", $1.username) }
    }
}

/// A PBX for which files can be made.
public protocol PBXFiles: Sendable {
    /// The files.
    ///
    /// - Throws: ``PBXConfigError`` if a value cannot stand in them.
    func files() throws(PBXConfigError) -> [PBXFile]
}

/// A file for a PBX.
public struct PBXFile: Sendable, Hashable {
    /// Its name, without a directory.
    public let name: String
    /// Its content.
    public let text: String
    /// What it is, and what to do with it, in a sentence.
    public let purpose: String

    /// Makes a file.
    public init(name: String, text: String, purpose: String) {
        self.name = name
        self.text = text
        self.purpose = purpose
    }
}

/// Why a plan cannot be written down for a PBX.
public struct PBXConfigError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
